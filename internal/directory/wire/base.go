package wire

import (
	"context"
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

// One reads a single entry by its DN, or by what Active Directory takes for one
// ("<GUID=...>"); nil: the server says that there is none, or shows none.
func (c *Conn) One(ctx context.Context, dn string, attributes []string, controls ...ldap.Control) (*ldap.Entry, error) {
	var found *ldap.SearchResult
	err := c.during(ctx, func() (err error) {
		found, err = c.ldap.Search(&ldap.SearchRequest{
			BaseDN: dn, Scope: ldap.ScopeBaseObject, Filter: anything, Attributes: attributes, Controls: controls,
		})
		return err
	})
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read %q from %s: %w", dn, c.server, failure{err})
	case len(found.Entries) == 0:
		return nil, nil
	case len(found.Entries) > 1:
		return nil, fmt.Errorf("read %q from %s: %d entries, want one", dn, c.server, len(found.Entries))
	}
	return found.Entries[0], nil
}
