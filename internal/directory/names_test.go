package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// badNames are names that mean something to filters and DNs (RFC 4515, RFC 4514), or to whoever pastes them into one.
func badNames() []string {
	return []string{
		"*", "a*", "(x)", ")", `back\slash`, `\2a`, "x)(member=*", "*)(objectClass=*", "a)(|(cn=*", "comma, plus + equals = semi ; angle <>",
		`quote "q"`, "'", " leading", "trailing ", "two  spaces", "#hash", "#04024869", "café", "cafe\u0301", "日本", "{0}", "%s%n", "${jndi:ldap://x}", "&amp;",
		"tab\tin", "new\nline", "nul\x00byte", "a/b", "a|b&c!", "=",
	}
}

// named is a person and a group of the same bad name.
type named struct{ name, person, group string }

func namedBadly() (all []named) {
	for _, name := range badNames() {
		rdn := "cn=" + ldap.EscapeDN(name)
		all = append(all, named{name, rdn + "," + slapdtest.PeopleBase, rdn + "," + slapdtest.GroupsBase})
	}
	return all
}

func addBadly(t *testing.T, s *slapdtest.Server, n named) {
	t.Helper()
	s.Add(t, n.person, map[string][]string{"objectClass": {"inetOrgPerson"}, "cn": {n.name}, "sn": {"x"}})
}

// memberships are the groups of each person, by DN, with the DNs of others.
func memberships(sn *access.Snapshot) map[string][]string {
	all := map[string][]string{}
	for i := range sn.People {
		p := &sn.People[i]
		all[p.DN] = []string{}
		for _, g := range p.Groups {
			all[p.DN] = append(all[p.DN], sn.Groups[g].DN)
		}
		slices.Sort(all[p.DN])
	}
	return all
}

// TestP01_BadNamesAreNamesLikeAnyOther: each has a group of their own that lists them alone.
func TestP01_BadNamesAreNamesLikeAnyOther(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]slapdtest.Options{"RFC 4533": {}, "stamps": {NoSync: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := slapdtest.Start(t, o)
			all := namedBadly()
			// slapd takes two of them for one: é in one and in two characters.
			all = slices.DeleteFunc(all, func(n named) bool {
				var refused error
				s.Do(t, func(c *ldap.Conn) error {
					add := ldap.NewAddRequest(n.group, nil)
					add.Attribute("objectClass", []string{"groupOfNames"})
					add.Attribute("cn", []string{n.name})
					add.Attribute("member", []string{n.person})
					refused = c.Add(add)
					return nil
				})
				if refused != nil {
					t.Logf("%q is refused by slapd: %v", n.name, refused)
				}
				return refused != nil
			})
			if len(all) < 25 {
				t.Fatalf("slapd takes %d names only", len(all))
			}
			opts := options(s.URL())
			opts.Follow = true
			d := newClient(t, opts)
			own := func(persons ...named) {
				t.Helper()
				sn := refreshed(t, d)
				if len(sn.People) != len(persons) || len(sn.Groups) != len(all) {
					t.Fatalf("got %d people and %d groups, want %d and %d", len(sn.People), len(sn.Groups), len(persons), len(all))
				}
				for dn, groups := range memberships(sn) {
					if len(groups) != 1 || first(groups[0]) != first(dn) && !sameName(first(groups[0]), first(dn)) {
						t.Errorf("%q is in %q, want the group of the same name alone", dn, groups)
					}
				}
				fresh := opts
				fresh.Follow = false
				if difference := diff(content(refresh(t, fresh)), sn); difference != "" {
					t.Errorf("(-fresh +delta):\n%s", difference)
				}
			}
			own()
			for i, n := range all { // the groups are known, and list each newcomer already
				addBadly(t, s, n)
				if i%5 == 4 {
					own(all[:i+1]...)
				}
			}
			own(all...)
			for i := range all { // and who leaves is not
				s.Delete(t, all[i].person)
				if i%5 == 4 {
					own(all[i+1:]...)
				}
			}
			own()
		})
	}
}

// sameName compares what slapd may spell in two ways.
func sameName(a, b string) bool {
	x, err := ldap.ParseDN(a)
	y, other := ldap.ParseDN(b)
	return err == nil && other == nil && x.EqualFold(y)
}

// TestBadNamesOfUnitsAreFollowed: what is below them moves with them.
func TestBadNamesOfUnitsAreFollowed(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{Links: true})
	o := options(s.URL())
	o.Follow = true
	unit := func(name string) string { return "ou=" + ldap.EscapeDN(name) }
	name := "plain"
	s.Add(t, unit(name)+","+slapdtest.PeopleBase, map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {name}})
	s.Add(t, "cn=x,"+unit(name)+","+slapdtest.PeopleBase, map[string][]string{"objectClass": {"inetOrgPerson"}, "sn": {"x"}})
	d := newClient(t, o)
	for _, next := range badNames() {
		if strings.ContainsAny(next, "\t\n\x00") {
			continue
		}
		refreshed(t, d)
		s.Rename(t, unit(name)+","+slapdtest.PeopleBase, unit(next), "")
		name = next
		sn := refreshed(t, d)
		want := fmt.Sprintf("cn=x,%s,%s", unit(next), slapdtest.PeopleBase)
		if len(sn.People) != 1 || !sameName(sn.People[0].DN, want) {
			t.Errorf("got %q, want %q", sn.People[0].DN, want)
		}
	}
}
