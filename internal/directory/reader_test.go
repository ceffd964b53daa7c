package directory

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// windows answers as a domain controller: 30 users, and a group whose 7 members come in ranges
// of 3, as ranged says, amid 25 other groups.
func windows(ranged func(attribute string) *ldap.Entry) func(scriptedSearch) reply {
	return func(s scriptedSearch) reply {
		switch {
		case s.base == "":
			return rootDSE(ldap.ControlTypePaging)
		case s.filter == windowsPeople:
			var r reply
			for n := range 30 {
				r.entries = append(r.entries, windowsUser(n))
			}
			return r
		case s.base == windowsDN:
			r := reply{entries: []*ldap.Entry{ranged("member;range=0-*")}}
			for n := range 25 {
				r.entries = append(r.entries, ldap.NewEntry(fmt.Sprintf("CN=Group %d,DC=corp", n), map[string][]string{
					"objectGUID": {guid(100 + n)}, "cn": {fmt.Sprintf("Group %d", n)}, "objectSid": {sid(byte(n))},
				}))
			}
			return r
		default:
			return reply{entries: []*ldap.Entry{ranged(s.attributes[0])}}
		}
	}
}

// large is the large group with the values that the attribute asks for.
func large(attribute string) *ldap.Entry {
	var from int
	if _, err := fmt.Sscanf(attribute, "member;range=%d-", &from); err != nil {
		panic(err)
	}
	var values []string
	for n := from; n < min(from+3, 7); n++ {
		values = append(values, fmt.Sprintf("cn=user %d,dc=corp", n))
	}
	last := fmt.Sprint(from + 2)
	if from+3 >= 7 {
		last = "*"
	}
	return ldap.NewEntry("CN=Large,DC=corp", map[string][]string{
		"objectGUID": {guid(99)}, "cn": {"Large"}, "objectSid": {sid(99)},
		"member": {}, fmt.Sprintf("member;range=%d-%s", from, last): values,
	})
}

func TestRangesAndPrimaryGroupsAreRead(t *testing.T) {
	t.Parallel()
	s := startScripted(t, windows(large))
	c, err := New(windowsOptions(s.url))
	if err != nil {
		t.Fatal(err)
	}
	sn, _, err := c.Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	var inLarge, inPrimary int
	for _, p := range sn.People {
		for _, g := range p.Groups {
			switch sn.Groups[g].Name {
			case "Large":
				inLarge++
			case "Group 1":
				inPrimary++
			default:
				t.Errorf("%s is in %s, want Large and Group 1 only", p.DN, sn.Groups[g].Name)
			}
		}
	}
	if inLarge != 7 || inPrimary != 30 {
		t.Errorf("got %d members of the large group and %d of the primary group, want 7 and 30", inLarge, inPrimary)
	}
}

func TestP01_ARangeThatIsNotDrainedFailsTheRead(t *testing.T) {
	t.Parallel()
	broken := func(spoil func(e *ldap.Entry, asked string) *ldap.Entry) func(string) *ldap.Entry {
		return func(asked string) *ldap.Entry { return spoil(large(asked), asked) }
	}
	later := func(asked string) bool { return asked != "member;range=0-*" }
	tests := map[string]func(string) *ldap.Entry{
		"no answer for the rest": broken(func(e *ldap.Entry, asked string) *ldap.Entry {
			if later(asked) {
				e.Attributes = nil
			}
			return e
		}),
		"the same part again": func(string) *ldap.Entry { return large("member;range=0-*") },
		"a value less than it says": broken(func(e *ldap.Entry, asked string) *ldap.Entry {
			for _, a := range e.Attributes {
				if later(asked) && strings.HasPrefix(a.Name, "member;range=3-") {
					a.Values = a.Values[1:]
				}
			}
			return e
		}),
	}
	for name, ranged := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantRefusal(t, windows(ranged), "read all values of member", `"CN=Large,DC=corp"`)
		})
	}
}

func TestP01_AnAnswerThatIsNotCompleteFailsTheRead(t *testing.T) {
	t.Parallel()
	withPeople := func(people reply) func(scriptedSearch) reply {
		return func(s scriptedSearch) reply {
			if s.base == "" {
				return rootDSE(ldap.ControlTypePaging)
			}
			return people
		}
	}
	one := []*ldap.Entry{windowsUser(1)}
	tests := map[string]struct {
		answer func(scriptedSearch) reply
		want   string
	}{
		"no paging control at the end":      {withPeople(reply{entries: one, bare: true}), "without the paging control"},
		"the same empty page for ever":      {withPeople(reply{cookie: "same"}), "same empty page"},
		"no root DSE":                       {func(scriptedSearch) reply { return reply{} }, "root DSE"},
		"an entry without its immutable id": {withPeople(reply{entries: []*ldap.Entry{ldap.NewEntry("CN=X", nil)}}), `"CN=X" has no objectguid`},
		"a person's attribute in part": {withPeople(reply{entries: []*ldap.Entry{
			ldap.NewEntry("CN=X", map[string][]string{"objectGUID": {guid(1)}, "proxyAddresses;range=0-1499": {"a"}}),
		}}), "a part of the values only"},
		"a time limit":               {withPeople(reply{entries: one, code: ldap.LDAPResultTimeLimitExceeded}), "after 1 entries: time limit exceeded: raise"},
		"a size limit of 389-DS":     {withPeople(reply{entries: one, code: ldap.LDAPResultSizeLimitExceeded}), "nsPagedSizeLimit"},
		"an administrative limit":    {withPeople(reply{code: ldap.LDAPResultAdminLimitExceeded}), "smaller pages, or raise the server's administrative limits for the bind account (389-DS: nsPagedLookThroughLimit)"},
		"a right that is missing":    {withPeople(reply{code: ldap.LDAPResultInsufficientAccessRights}), "let the bind account read there"},
		"a code of the vendor's own": {withPeople(reply{code: 4242}), "result code 4242"},
		"a server that cannot go on": {withPeople(reply{code: ldap.LDAPResultBusy}), "busy: check the server"},
		"an id of the wrong length": {withPeople(reply{entries: []*ldap.Entry{
			ldap.NewEntry("CN=X", map[string][]string{"objectGUID": {"short"}}),
		}}), "objectGUID has 5 bytes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantRefusal(t, test.answer, test.want)
		})
	}
}

// TestP01_AnEmptyAnswerIsNotBelieved: whether nobody is there, or the base is not, the base itself tells.
func TestP01_AnEmptyAnswerIsNotBelieved(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		people, base reply
		want         []string
	}{
		"389-DS, no such base": {
			reply{bare: true},
			reply{code: ldap.LDAPResultNoSuchObject},
			[]string{"after 0 entries: no such object", "check directory.people.bases"},
		},
		"389-DS, a base that the account may not read": {
			reply{},
			reply{},
			[]string{"does not show the base: check directory.people.bases", "may read there"},
		},
		"no end, though the base is there": {
			reply{bare: true},
			reply{entries: []*ldap.Entry{ldap.NewEntry(windowsDN, nil)}},
			[]string{"without the paging control"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantRefusal(t, func(s scriptedSearch) reply {
				switch {
				case s.base == "":
					return rootDSE(ldap.ControlTypePaging)
				case s.paged:
					return test.people
				default:
					return test.base
				}
			}, test.want...)
		})
	}
}

func TestABaseThatIsEmptyIsRead(t *testing.T) {
	t.Parallel()
	s := startScripted(t, func(s scriptedSearch) reply {
		switch {
		case s.base == "":
			return rootDSE(ldap.ControlTypePaging)
		case s.paged:
			return reply{}
		default:
			return reply{entries: []*ldap.Entry{ldap.NewEntry(windowsDN, nil)}}
		}
	})
	c, err := New(windowsOptions(s.url))
	if err != nil {
		t.Fatal(err)
	}
	if sn, _, err := c.Refresh(t.Context(), true); err != nil || len(sn.People) != 0 {
		t.Errorf("got %v, %v, want a snapshot of nobody", sn, err)
	}
}

// TestP11_ADirectoryThatHasLostEverybodyIsSeenToHave: a daemon's next reading in full that finds
// nobody and no group is not taken for one in which nothing has changed.
func TestP11_ADirectoryThatHasLostEverybodyIsSeenToHave(t *testing.T) {
	t.Parallel()
	p := startProvider(t, 1, 2)
	d := newDirectory(t, p.options())
	wantRead(t, d, inFull, "u1", "u2")
	p.people = nil
	sn, touched, err := d.Refresh(t.Context(), true)
	if err != nil || len(sn.People)+len(sn.Groups) > 0 || len(touched.People) != 2 {
		t.Errorf("got %d people, %d groups, %d touched, %v; want none, none, 2", len(sn.People), len(sn.Groups), len(touched.People), err)
	}
}

func wantRefusal(t *testing.T, answer func(scriptedSearch) reply, texts ...string) {
	t.Helper()
	c, err := New(windowsOptions(startScripted(t, answer).url))
	if err != nil {
		t.Fatal(err)
	}
	sn, _, err := c.Refresh(t.Context(), true)
	if err == nil {
		t.Fatalf("got a snapshot of %d people, want an error", len(sn.People))
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("got %q, want it to say %q", err, text)
		}
	}
}

func TestAServerThatCannotPageIsReadAtOnce(t *testing.T) {
	t.Parallel()
	var paged atomic.Bool
	answer := windows(large)
	c, err := New(windowsOptions(startScripted(t, func(s scriptedSearch) reply {
		if s.paged {
			paged.Store(true)
		}
		if s.base == "" {
			return rootDSE()
		}
		return answer(s)
	}).url))
	if err != nil {
		t.Fatal(err)
	}
	sn, _, err := c.Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if len(sn.People) != 30 || len(sn.Groups) != 26 {
		t.Errorf("got %d people and %d groups, want 30 and 26", len(sn.People), len(sn.Groups))
	}
	if paged.Load() {
		t.Error("the client asked for pages, which the server does not know")
	}
}

// TestP01_AClosedConnectionIsNoEmptyDirectory guards against the way in which go-ldap's SearchAsync
// ends on a closed connection: no entry, no error.
func TestP01_AClosedConnectionIsNoEmptyDirectory(t *testing.T) {
	t.Parallel()
	for name, controls := range map[string][]string{"paged": {ldap.ControlTypePaging}, "at once": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startScripted(t, func(scriptedSearch) reply { return rootDSE(controls...) })
			source, err := newSource(windowsOptions(s.url))
			if err != nil {
				t.Fatal(err)
			}
			c, err := wire.Dial(t.Context(), &source.wire, "")
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
			find := wire.Search{Of: "people", Base: windowsDN, Filter: windowsPeople}
			if err := c.Each(context.Background(), find, func(*ldap.Entry) error { return nil }); err == nil {
				t.Error("a search on a closed connection found an empty directory, want an error")
			}
		})
	}
}
