package directory

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// mirrorOf is a mirror of these entries, as if a server had been asked for them.
func mirrorOf(t *testing.T, people, groups []*ldap.Entry) *mirror {
	t.Helper()
	o, err := Options{
		Name: "corp", Kind: OpenLDAP, Servers: []string{"ldap://dc1"},
		People: People{Bases: []string{staffDN}, Filter: staffFilter, EmailFrom: []string{"mail"}},
		Groups: Groups{Bases: []string{"ou=groups"}},
	}.complete()
	if err != nil {
		t.Fatal(err)
	}
	m := newMirror(&o, dialScripted(t, everyEnd), time.Time{}) // which server it is says nothing here
	for i, entries := range [][]*ldap.Entry{people, groups} {
		m.pass++
		for _, e := range entries {
			if _, err := m.put(m.scopes[i], e); err != nil {
				t.Fatal(err)
			}
		}
	}
	return m
}

func groupDN(n int) string { return fmt.Sprintf("cn=g%d,ou=groups", n) }

func groupOf(n int, attribute string, members ...string) *ldap.Entry {
	return ldap.NewEntry(groupDN(n), map[string][]string{
		"entryUUID": {idOf(n).String()}, "cn": {fmt.Sprint("g", n)}, "objectClass": {"groupOfNames"}, attribute: members,
	})
}

// groupNames are the groups of a person.
func groupNames(sn *access.Snapshot, person int) string {
	var names []string
	for _, g := range sn.People[person].Groups {
		names = append(names, sn.Groups[g].Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestWhoIsInAGroup(t *testing.T) {
	t.Parallel()
	u1 := staff(1).DN
	tests := map[string]struct {
		groups []*ldap.Entry
		want   string // the groups of u1
	}{
		"directly":                      {[]*ldap.Entry{groupOf(1, "member", u1)}, "g1"},
		"by uniqueMember":               {[]*ldap.Entry{groupOf(1, "uniqueMember", u1)}, "g1"},
		"by memberUid":                  {[]*ldap.Entry{groupOf(1, "memberUid", "U1")}, "g1"},
		"by a memberUid of nobody":      {[]*ldap.Entry{groupOf(1, "memberUid", "u9")}, ""},
		"in another spelling":           {[]*ldap.Entry{groupOf(1, "member", "UID=U1, OU=People")}, "g1"},
		"twice":                         {[]*ldap.Entry{groupOf(1, "member", u1, "UID=u1,ou=people")}, "g1"},
		"through a group":               {[]*ldap.Entry{groupOf(1, "member", groupDN(2)), groupOf(2, "member", u1)}, "g1 g2"},
		"through one of uniqueMember":   {[]*ldap.Entry{groupOf(1, "uniqueMember", groupDN(2)), groupOf(2, "memberUid", "u1")}, "g1 g2"},
		"in a cycle":                    {[]*ldap.Entry{groupOf(1, "member", groupDN(2)), groupOf(2, "member", groupDN(1), u1)}, "g1 g2"},
		"in a group that is its own":    {[]*ldap.Entry{groupOf(1, "member", groupDN(1), u1)}, "g1"},
		"somebody outside the base":     {[]*ldap.Entry{groupOf(1, "member", "uid=u1,ou=elsewhere")}, ""},
		"through a group elsewhere":     {[]*ldap.Entry{groupOf(1, "member", "cn=g9,ou=elsewhere")}, ""},
		"beside somebody from outside":  {[]*ldap.Entry{groupOf(1, "member", "uid=x,ou=elsewhere", u1, "no DN")}, "g1"},
		"of the same name, in DN alone": {[]*ldap.Entry{groupOf(1, "member", "cn=u1,ou=people")}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sn, _ := snapshot([]*mirror{mirrorOf(t, []*ldap.Entry{staff(1), staff(2)}, test.groups)}, time.Time{})
			if got := groupNames(sn, 0); got != test.want {
				t.Errorf("got u1 in %q, want %q", got, test.want)
			}
			if got := groupNames(sn, 1); got != "" {
				t.Errorf("got u2 in %q, want none", got)
			}
		})
	}
}

func TestWhichGroupsListAGroup(t *testing.T) {
	t.Parallel()
	sn, _ := snapshot([]*mirror{mirrorOf(t, []*ldap.Entry{staff(1)}, []*ldap.Entry{
		groupOf(1, "member", groupDN(2), "CN=G2, ou=groups"), groupOf(2, "member", groupDN(3), staff(1).DN), groupOf(3, "member", groupDN(2), groupDN(1)),
	})}, time.Time{})
	want := map[string]string{"g1": "g3", "g2": "g1 g3", "g3": "g2"}
	for _, g := range sn.Groups {
		var names []string
		for _, above := range g.Within {
			names = append(names, sn.Groups[above].Name)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != want[g.Name] {
			t.Errorf("got %s within %q, want %q", g.Name, got, want[g.Name])
		}
	}
}

// TestALargeGroupIsKeptOnce: half a million members, of whom three are people who were read.
func TestALargeGroupIsKeptOnce(t *testing.T) {
	t.Parallel()
	count := 500_000
	if testing.Short() {
		count = 50_000
	}
	members := make([]string, count)
	for i := range members {
		members[i] = staff(i).DN
	}
	m := mirrorOf(t, []*ldap.Entry{staff(0), staff(count / 2), staff(count - 1), staff(count)}, []*ldap.Entry{
		groupOf(1, "member", members...), groupOf(2, "member", groupDN(1)), groupOf(3, "member", members...),
	})
	if got := len(m.nodes); got > count+10 {
		t.Errorf("got %d DNs, want %d: two groups list the same", got, count)
	}
	sn, _ := snapshot([]*mirror{m}, time.Time{})
	for person, want := range []string{"g1 g2 g3", "g1 g2 g3", "g1 g2 g3", ""} {
		if got := groupNames(sn, person); got != want {
			t.Errorf("got person %d in %q, want %q", person, got, want)
		}
	}
}

// TestNestingIsWalkedOnce: of 10,000 levels with two groups each, both of which list both of the next, the
// number of ways from top to bottom has 3,000 digits; and the last level lists the first. It is
// not parallel: it counts allocations.
func TestNestingIsWalkedOnce(t *testing.T) {
	const levels = 10_000
	groups := make([]members, 2*levels)
	for i := range groups {
		next := int32((i/2 + 1) % levels * 2)
		groups[i].groups = []int32{next, next + 1}
	}
	groups[2*levels-1].people = []int32{0}
	got := effective(groups, 1)
	if len(got[0]) != 2*levels {
		t.Errorf("got %d groups, want all %d", len(got[0]), 2*levels)
	}
	// No more memory than a list of the groups and one of the edges: nothing is kept for each way.
	if allocations := testing.AllocsPerRun(1, func() { effective(groups, 1) }); allocations > 100 {
		t.Errorf("got %.0f allocations, want a few", allocations)
	}
}

func TestP01_AGroupThatHidesItsMembersIsMarkedWithAllAbove(t *testing.T) {
	t.Parallel()
	hidden := groupOf(1, "description", "x")
	m := mirrorOf(t, []*ldap.Entry{staff(1)}, []*ldap.Entry{
		hidden, groupOf(2, "member", groupDN(1), staff(1).DN), groupOf(3, "member", groupDN(2), groupDN(5)),
		groupOf(4, "member", staff(1).DN), groupOf(5, "member", groupDN(3)), groupOf(6, "member", groupDN(4)),
	})
	sn, _ := snapshot([]*mirror{m}, time.Time{})
	want := map[string]bool{"g1": true, "g2": true, "g3": true, "g5": true}
	for _, g := range sn.Groups {
		if g.Hidden != want[g.Name] {
			t.Errorf("%s: got hidden %v, want %v", g.Name, g.Hidden, want[g.Name])
		}
	}
	for class, hides := range map[string]bool{"groupOfNames": true, "groupOfUniqueNames": true, "GROUPOFNAMES": true, "posixGroup": false, "groupOfMembers": false} {
		g := ldap.NewEntry(groupDN(1), map[string][]string{"entryUUID": {idOf(1).String()}, "objectClass": {"top", class}})
		sn, _ := snapshot([]*mirror{mirrorOf(t, nil, []*ldap.Entry{g})}, time.Time{})
		if sn.Groups[0].Hidden != hides {
			t.Errorf("an empty %s: got hidden %v, want %v", class, sn.Groups[0].Hidden, hides)
		}
	}
}
