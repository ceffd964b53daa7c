package directory_test

import (
	"fmt"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

func TestP01_ADeltaOfOpenLDAPIsWhatAFullReadingIs(t *testing.T) {
	t.Parallel()
	testHistories(t, 6, func(t *testing.T) *bed { return slapdBed(t, slapdtest.Options{Links: true}) })
}

func TestP01_ADeltaByStampsIsWhatAFullReadingIs(t *testing.T) {
	t.Parallel()
	testHistories(t, 4, func(t *testing.T) *bed { return slapdBed(t, slapdtest.Options{Links: true, NoSync: true}) })
}

func slapdBed(t *testing.T, o slapdtest.Options) *bed {
	s := slapdtest.Start(t, o)
	const away = "ou=away," + slapdtest.BaseDN
	s.Add(t, away, map[string][]string{"objectClass": {"organizationalUnit"}})
	b := slapdEntries()
	b.options, b.away = options(s.URL()), away
	b.options.Follow = true
	b.options.Groups.Bases = append(b.options.Groups.Bases, slapdtest.PeopleBase)
	b.do = func(f func(c *ldap.Conn) error) { s.Do(t, f) }
	b.restart = func() { s.Restart(t) }
	b.settled = func() { awaitMended(t, s) }
	return b
}

// slapdEntries is a bed that knows how entries look, and no server yet.
func slapdEntries() *bed {
	return &bed{
		staff: slapdtest.PeopleBase, teams: slapdtest.GroupsBase, rdn: "uid",
		user: func(dn string, n int) *ldap.AddRequest {
			add := ldap.NewAddRequest(dn, nil)
			add.Attribute("objectClass", []string{"inetOrgPerson", "employee"})
			for _, name := range []string{"cn", "sn", "displayName"} {
				add.Attribute(name, []string{fmt.Sprint("Person ", n)})
			}
			add.Attribute("mail", []string{fmt.Sprintf("p%d@example.com", n)})
			return add
		},
		disable: func(dn string, _ int) *ldap.ModifyRequest {
			m := ldap.NewModifyRequest(dn, nil)
			m.Replace("pwdAccountLockedTime", []string{"000001010000Z"})
			return m
		},
		group: func(dn string, members []string) *ldap.AddRequest {
			add := ldap.NewAddRequest(dn, nil)
			add.Attribute("objectClass", []string{"groupOfNames"})
			if len(members) == 0 {
				members = []string{slapdtest.Nobody}
			}
			add.Attribute("member", members)
			return add
		},
	}
}

// awaitMended returns when no group lists a name that nobody bears, or when nothing has been
// mended for a while: refint works in the background, and leaves what it does not know of.
func awaitMended(t *testing.T, s *slapdtest.Server) {
	t.Helper()
	s.Do(t, func(c *ldap.Conn) error {
		for range 40 {
			found, err := c.Search(&ldap.SearchRequest{
				BaseDN: slapdtest.BaseDN, Scope: ldap.ScopeWholeSubtree, Filter: "(objectClass=*)", Attributes: []string{"member"},
			})
			if err != nil {
				return err
			}
			there := map[string]bool{slapdtest.Nobody: true}
			for _, e := range found.Entries {
				there[e.DN] = true
			}
			mended := true
			for _, e := range found.Entries {
				for _, dn := range e.GetAttributeValues("member") {
					mended = mended && there[dn]
				}
			}
			if mended {
				return nil
			}
		}
		return nil
	})
}
