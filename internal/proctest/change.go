package proctest

import (
	"testing"

	"github.com/go-ldap/ldap/v3"
)

// Do runs f on the connection of the directory's administrator, for whatever change a test
// needs. f must leave the connection open and bound as it is.
func (d *Directory) Do(t testing.TB, f func(c *ldap.Conn) error) {
	t.Helper()
	conn, err := d.connection()
	if err != nil {
		t.Fatalf("connect to %s: %v", d.spec.Program, err)
	}
	if err := f(conn); err != nil {
		t.Fatalf("change the directory: %v", err)
	}
}

// Set replaces the values of one attribute; with no values it is deleted.
func (d *Directory) Set(t testing.TB, dn, attribute string, values ...string) {
	t.Helper()
	d.Do(t, func(c *ldap.Conn) error {
		m := ldap.NewModifyRequest(dn, nil)
		m.Replace(attribute, values)
		return c.Modify(m)
	})
}

// Add adds an entry.
func (d *Directory) Add(t testing.TB, dn string, attributes map[string][]string) {
	t.Helper()
	d.Do(t, func(c *ldap.Conn) error {
		a := ldap.NewAddRequest(dn, nil)
		for name, values := range attributes {
			a.Attribute(name, values)
		}
		return c.Add(a)
	})
}

// Delete deletes an entry.
func (d *Directory) Delete(t testing.TB, dn string) {
	t.Helper()
	d.Do(t, func(c *ldap.Conn) error { return c.Del(ldap.NewDelRequest(dn, nil)) })
}

// Rename gives an entry another name in its place, or below another parent if newParent is not "".
func (d *Directory) Rename(t testing.TB, dn, newRDN, newParent string) {
	t.Helper()
	d.Do(t, func(c *ldap.Conn) error {
		return c.ModifyDN(ldap.NewModifyDNRequest(dn, newRDN, true, newParent))
	})
}
