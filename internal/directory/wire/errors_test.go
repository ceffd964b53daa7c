package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  error
		want string
	}{
		"not of LDAP":          {io.EOF, "EOF"},
		"a network error":      {ldap.NewError(ldap.ErrorNetwork, errors.New("response channel closed")), "response channel closed"},
		"a code":               {ldap.NewError(ldap.LDAPResultBusy, errors.New("")), "busy"},
		"a code with a remark": {ldap.NewError(ldap.LDAPResultNoSuchObject, errors.New("ou=x")), "no such object (ou=x)"},
		"a code without name":  {ldap.NewError(4242, errors.New("")), "result code 4242"},
		"Active Directory's zero byte": {
			ldap.NewError(ldap.LDAPResultInvalidCredentials, errors.New("80090308: LdapErr: DSID-0C09, data 52e\x00")),
			"invalid credentials (80090308: LdapErr: DSID-0C09, data 52e)",
		},
		"several lines": {ldap.NewError(ldap.LDAPResultOther, errors.New("one\n\ttwo\r\nthree\x00")), "other (one two three)"},
		"wrapped":       {fmt.Errorf("search: %w", ldap.NewError(ldap.LDAPResultBusy, errors.New(""))), "busy"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := plain(test.err).Error(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if f := (failure{test.err}); f.Error() != test.want || !errors.Is(f, test.err) {
				t.Errorf("got %q, want %q and to unwrap to the error", f, test.want)
			}
		})
	}
}

func TestBindErrorAdvisesAboutCredentialsAlone(t *testing.T) {
	t.Parallel()
	for code, want := range map[uint16]string{
		ldap.LDAPResultInvalidCredentials: "bind to ldap://dc1 as cn=sync: invalid credentials: check directory.bind",
		ldap.LDAPResultBusy:               "bind to ldap://dc1 as cn=sync: busy",
	} {
		err := bindError{"ldap://dc1", "cn=sync", ldap.NewError(code, errors.New(""))}
		if err.Error() != want || !ldap.IsErrorWithCode(err, code) {
			t.Errorf("got %q, want %q and its code", err, want)
		}
	}
}

func TestAdvise(t *testing.T) {
	t.Parallel()
	unknown := x509.UnknownAuthorityError{}
	tests := map[string]struct {
		err  error
		want string
	}{
		"a CA that is not known":   {&tls.CertificateVerificationError{Err: unknown}, "check directory.tls.ca"},
		"another name":             {&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "dc1"}}, "check directory.servers against the names"},
		"no TLS":                   {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "does not speak TLS there"},
		"an alert":                 {&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, "TLS 1.2 or newer"},
		"a fault of the line":      {&net.OpError{Op: "read", Err: io.ErrUnexpectedEOF}, ""},
		"a line that simply ended": {io.EOF, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := advise(test.err)
			if !errors.Is(got, test.err) || !strings.Contains(got.Error(), test.want) || (test.want == "") != (got.Error() == test.err.Error()) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
		})
	}
}

func TestRemedyNamesWhatToDo(t *testing.T) {
	t.Parallel()
	code := func(c uint16) error { return ldap.NewError(c, errors.New("")) }
	tests := map[string]struct {
		err  error
		want string
	}{
		"size":        {code(ldap.LDAPResultSizeLimitExceeded), "size.prtotal"},
		"time":        {code(ldap.LDAPResultTimeLimitExceeded), "time limit"},
		"limits":      {code(ldap.LDAPResultAdminLimitExceeded), "smaller pages"},
		"no base":     {code(ldap.LDAPResultNoSuchObject), "check directory.groups.bases"},
		"hidden base": {ErrHidden, "check directory.groups.bases"},
		"no right":    {code(ldap.LDAPResultInsufficientAccessRights), "let the bind account read there"},
		"referral":    {code(ldap.LDAPResultReferral), "a smaller base in directory.groups.bases"},
		"reference":   {fmt.Errorf("%w: ldap://x", errReferral), "a smaller base in directory.groups.bases"},
		"anything":    {io.EOF, "check the server"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := remedy(test.err, "groups"); !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
		})
	}
}

// P13: what a server repeats of the password goes no further; the code of its answer does.
func TestP13_WithoutHidesWhatAServerRepeats(t *testing.T) {
	t.Parallel()
	err := without(ldap.NewError(ldap.LDAPResultInvalidCredentials, errors.New("not with hunter2, says hunter2's owner")), "hunter2")
	shown := bindError{"ldap://dc1", "cn=sync", err}.Error() + fmt.Sprintf("%v %+v", err, err)
	if strings.Contains(shown, "hunter2") || !strings.Contains(shown, "not with <secret>, says") || !Refused(err) {
		t.Errorf("got %s; refused: %t", shown, Refused(err))
	}
	if other := errors.New("broken pipe"); !errors.Is(without(other, "hunter2"), other) {
		t.Error("another error is changed")
	}
}
