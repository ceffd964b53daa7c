package wire

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// EntryError is a fault of one entry and says itself what to do.
type EntryError struct{ Text string }

func (e *EntryError) Error() string { return e.Text }

// failure is an error of go-ldap that is shown in one line and unwraps to itself,
// so that its code can be asked for.
type failure struct{ err error }

func (f failure) Error() string { return plain(f.err).Error() }
func (f failure) Unwrap() error { return f.err }

// bindError says who could not bind where. It unwraps to go-ldap's error.
type bindError struct {
	server, who string
	err         error
}

func (e bindError) Error() string {
	text := fmt.Sprintf("bind to %s as %s: %v", e.server, e.who, plain(e.err))
	if ldap.IsErrorWithCode(e.err, ldap.LDAPResultInvalidCredentials) {
		text += ": check directory.bind"
	}
	return text
}

func (e bindError) Unwrap() error { return e.err }

// without is an error of go-ldap that does not hold a secret: a server, or what stands before
// it, may repeat in its remark what it was sent (promise P13).
func without(err error, secret string) error {
	var answer *ldap.Error
	if !errors.As(err, &answer) || answer.Err == nil {
		return err
	}
	return &ldap.Error{ResultCode: answer.ResultCode, MatchedDN: answer.MatchedDN, Err: errors.New(strings.ReplaceAll(answer.Err.Error(), secret, "<secret>"))}
}

// plain is the reason in an error of go-ldap, in one line and without the
// packets that such an error carries.
func plain(err error) error {
	var answer *ldap.Error
	if !errors.As(err, &answer) {
		return err
	}
	if ldap.ErrorNetwork <= answer.ResultCode && answer.ResultCode <= ldap.ErrorMalformedPacket { // go-ldap's own codes
		return answer.Err
	}
	reason := fmt.Sprintf("result code %d", answer.ResultCode)
	if name := ldap.LDAPResultCodeMap[answer.ResultCode]; name != "" {
		reason = strings.ToLower(name)
	}
	// Active Directory ends its remarks with a zero byte.
	if remark := strings.Join(strings.Fields(strings.Trim(answer.Err.Error(), "\x00")), " "); remark != "" {
		reason += " (" + remark + ")"
	}
	return errors.New(reason)
}

// errNoEnd is an answer of which the last message was not seen.
var errNoEnd = errors.New("the answer broke off, or ended")

// errReferral is a part of the answer that the server says is elsewhere.
var errReferral = errors.New("the server refers to another server")

// ErrHidden is a base of which the server shows nothing, not even that it is there.
var ErrHidden = errors.New("the server does not show the base")

// remedy is what an administrator does about a search that failed for err; of is people or groups.
func remedy(err error, of string) string {
	is := func(codes ...uint16) bool { return ldap.IsErrorAnyOf(err, codes...) }
	switch {
	case is(ldap.LDAPResultSizeLimitExceeded):
		return "raise the server's size limit for the bind account, for paged searches too (OpenLDAP: limits ... size.prtotal; 389-DS: nsPagedSizeLimit)"
	case is(ldap.LDAPResultTimeLimitExceeded):
		return "raise the server's time limit for the bind account, or index the attributes of the filter"
	case is(ldap.LDAPResultAdminLimitExceeded):
		return "ask for smaller pages, or raise the server's administrative limits for the bind account (389-DS: nsPagedLookThroughLimit)"
	case is(ldap.LDAPResultNoSuchObject), errors.Is(err, ErrHidden):
		return "check directory." + of + ".bases, and that the bind account may read there"
	case is(ldap.LDAPResultInsufficientAccessRights):
		return "let the bind account read there"
	case is(ldap.LDAPResultReferral), errors.Is(err, errReferral):
		return "name the server that holds the entries in directory.servers, or a smaller base in directory." + of + ".bases; where what is elsewhere is nobody's business here, write directory.referrals: ignore"
	default:
		return "check the server, the read is tried again with the next run"
	}
}

// Refused says whether a server has not accepted what we logged in with.
func Refused(err error) bool { return ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) }
