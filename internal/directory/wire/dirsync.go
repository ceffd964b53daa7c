package wire

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

// What Active Directory adds to LDAP ([MS-ADTS] 3.1.1.3.4.1).
const (
	// ControlDirSync asks what has changed in a whole naming context.
	ControlDirSync = ldap.ControlTypeDirSync
	// ControlNotify asks to be told of changes.
	ControlNotify = ldap.ControlTypeMicrosoftNotification
)

// ShowDeleted makes a search of Active Directory find what was deleted too.
func ShowDeleted() ldap.Control { return ldap.NewControlMicrosoftShowDeleted() }

// noBound leaves the size of an answer to the server, which has a bound of its own.
const noBound = 1<<31 - 1

// Denied says whether the server refused for want of a right.
func Denied(err error) bool {
	return ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights)
}

// DirSync asks what has changed below the head of a naming context since the
// cookie ([MS-ADTS] 3.1.1.3.4.1.3), deleted entries included; without a cookie
// it is told of everything. An entry counts as changed if one of the attributes has.
// It needs the right to replicate directory changes, else the error is Denied.
func (c *Conn) DirSync(ctx context.Context, s Search, cookie []byte, visit func(*ldap.Entry) error) ([]byte, error) {
	for {
		var end *ldap.ControlDirSync
		err := c.tell(ctx, &s, func(count *int) error {
			err := c.stream(ctx, func(ctx context.Context) ldap.Response {
				return c.ldap.DirSyncAsync(ctx, s.request(), buffered, 0, noBound, cookie)
			}, func(m ldap.Response) error {
				if m.Entry() != nil {
					*count++
					return visit(m.Entry())
				}
				end, _ = ldap.FindControl(m.Controls(), ldap.ControlTypeDirSync).(*ldap.ControlDirSync)
				return nil
			})
			if err == nil && end == nil {
				err = fmt.Errorf("%w without the DirSync control", errNoEnd)
			}
			return err
		})
		switch {
		case cookie != nil && ldap.IsErrorAnyOf(err, ldap.LDAPResultUnavailableCriticalExtension, ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultProtocolError):
			return nil, fmt.Errorf("%w: %w", ErrReload, err)
		case err != nil:
			return nil, err
		case len(end.Cookie) == 0:
			return nil, errors.New("the server gives no cookie for DirSync")
		}
		cookie = end.Cookie
		if end.Flags == 0 { // [MS-ADTS] 3.1.1.3.4.1.3: MoreResults
			return cookie, nil
		}
	}
}

// Notify calls heard whenever something at or below base has changed ([MS-ADTS]
// 3.1.1.3.4.1.9). It returns when ctx ends or the connection does.
func (c *Conn) Notify(ctx context.Context, base string, heard func()) error {
	c.patient.endure()
	// The server takes no other filter than this one.
	s := Search{Base: base, Filter: anything, Attributes: []string{"1.1"}, Controls: []ldap.Control{ldap.NewControlMicrosoftNotification()}}
	return c.during(ctx, func() error {
		err := c.stream(ctx, func(ctx context.Context) ldap.Response {
			return c.ldap.SearchAsync(ctx, s.request(), buffered)
		}, func(m ldap.Response) error {
			if m.Entry() != nil {
				heard()
			}
			return nil
		})
		return c.hungUp(base, err)
	})
}
