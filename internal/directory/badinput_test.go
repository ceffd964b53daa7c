package directory

import (
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// readWindows reads these entries as people from a scripted domain controller.
func readWindows(t *testing.T, change func(o *Options), people ...*ldap.Entry) (*access.Snapshot, error) {
	t.Helper()
	o := windowsOptions(startScripted(t, func(s scriptedSearch) reply {
		switch {
		case s.base == "":
			return rootDSE(ldap.ControlTypePaging)
		case s.filter == windowsPeople:
			return reply{entries: people}
		}
		return reply{entries: []*ldap.Entry{ldap.NewEntry(windowsDN, map[string][]string{"objectGUID": {guid(90)}, "cn": {"corp"}})}}
	}).url)
	if change != nil {
		change(&o)
	}
	sn, _, err := newDirectory(t, o).Refresh(t.Context(), true)
	return sn, err
}

func user(n int, attributes map[string][]string) *ldap.Entry {
	u := windowsUser(n)
	for name, values := range attributes {
		u.Attributes = append([]*ldap.EntryAttribute{ldap.NewEntryAttribute(name, values)}, u.Attributes...)
	}
	return u
}

// TestValuesThatAreNoTextStayWithTheirPerson: one bad value stops nobody else.
func TestValuesThatAreNoTextStayWithTheirPerson(t *testing.T) {
	t.Parallel()
	const latin1, binary = "M\xfcller", "\x00\xff\xfe\x80"
	sn, err := readWindows(t, func(o *Options) {
		o.People.Name, o.Attributes = "displayName", []string{"department"}
	},
		user(1, map[string][]string{"displayName": {latin1}, "mail": {"u1@corp.example"}}),
		user(2, map[string][]string{"mail": {"m\xfcller@corp.example"}}),
		user(3, map[string][]string{"mail": {binary}}),
		user(4, map[string][]string{"department": {latin1, binary}, "mail": {"u4@corp.example"}}),
		user(5, map[string][]string{"mail": {"u5@corp.example\x00"}}),
		user(6, map[string][]string{"mail": {strings.Repeat("x", 1000) + "@corp.example", "y\xff@corp.example"}}),
	)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		name  string
		email access.Email
		why   string
		attrs map[string][]string
	}
	var got []row
	for i := range sn.People {
		p := &sn.People[i]
		got = append(got, row{p.Name, p.Email, p.NoEmail, p.Attrs})
	}
	want := []row{
		{"User 1", "u1@corp.example", "", map[string][]string{}},
		{"User 2", "", `mail: "m\xfcller@corp.example" is not an e-mail address: it is not UTF-8`, map[string][]string{}},
		{"User 3", "", `mail: "\x00\xff\xfe\x80" is not an e-mail address: it is not UTF-8`, map[string][]string{}},
		{"User 4", "u4@corp.example", "", map[string][]string{"department": {binary, latin1}}},
		{"User 5", "", `mail: "u5@corp.example\x00" is not an e-mail address: it holds a space, a control or a list character`, map[string][]string{}},
		{"User 6", "", "mail has 2 values: " + strings.Repeat("x", 300), map[string][]string{}},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(row{})); d != "" {
		t.Errorf("people (-want +got):\n%s", d)
	}
}

func TestAnAddressMeetsItsDomainInEitherSpelling(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{"bücher.example", "xn--bcher-kva.example", "Bücher.Example", "XN--BCHER-KVA.EXAMPLE"} {
		for _, mail := range []string{"jane@bücher.example", "Jane@xn--bcher-kva.example", " JANE@BÜCHER.EXAMPLE "} {
			t.Run(domain+" "+mail, func(t *testing.T) {
				t.Parallel()
				sn, err := readWindows(t, func(o *Options) { o.People.EmailDomains = []string{domain} }, user(1, map[string][]string{"mail": {mail}}))
				if err != nil {
					t.Fatal(err)
				}
				if got := sn.People[0]; got.Email != "jane@xn--bcher-kva.example" {
					t.Errorf("got %q, %s, want jane@xn--bcher-kva.example", got.Email, got.NoEmail)
				}
			})
		}
	}
}

// TestP01_TwoEntriesWithOneIDFailTheRead: the search has seen a move, perhaps by halves, or somebody has copied the id.
func TestP01_TwoEntriesWithOneIDFailTheRead(t *testing.T) {
	t.Parallel()
	twin := windowsUser(1)
	twin.DN = "CN=Twin,DC=corp"
	if _, err := readWindows(t, nil, windowsUser(1), windowsUser(2), twin); err == nil ||
		!strings.Contains(err.Error(), `"CN=User 1,DC=corp" and "CN=Twin,DC=corp" have the same objectguid 00000000-0000-0000-0000-000000000001`) {
		t.Errorf("got %v, want an error that names both", err)
	}
	spelt := windowsUser(1)
	spelt.DN = "cn=user 1, DC=CORP"
	if sn, err := readWindows(t, nil, windowsUser(1), spelt); err != nil || len(sn.People) != 1 {
		t.Errorf("got %v, %v, want one person: the DNs differ in spelling alone", sn, err)
	}
}

func TestP01_TwoEntriesWithOneIDFailADelta(t *testing.T) {
	t.Parallel()
	p := startProvider(t, 1, 2)
	d := newDirectory(t, p.options())
	wantRead(t, d, inFull, "u1", "u2")
	twice := merged(told(ldap.SyncStateModify, 2), told(ldap.SyncStateModify, 2)).ends("second", true)
	twice.entries[1].DN = "uid=twin," + staffDN
	p.delta = func() reply { return twice }
	wantUnread(t, d, `"uid=u2,ou=people" and "uid=twin,ou=people" have the same entryuuid`)
}

// TestP01_AReferralThatNamesItselfIsNotFollowed: none is.
func TestP01_AReferralThatNamesItselfIsNotFollowed(t *testing.T) {
	t.Parallel()
	searches := 0
	p := startProvider(t, 1, 2)
	for name, paged := range map[string][]string{"page by page": {ldap.ControlTypePaging}, "at once": {}} {
		t.Run(name, func(t *testing.T) {
			s := startScripted(t, func(s scriptedSearch) reply {
				r := p.reply(s)
				switch {
				case s.base == "":
					return reply{entries: []*ldap.Entry{ldap.NewEntry("", map[string][]string{"objectClass": {"OpenLDAProotDSE"}, "supportedControl": paged})}}
				case s.whole:
					searches++
					r.referrals = []string{"ldap://127.0.0.1/" + staffDN + "??sub"}
				}
				return r
			})
			o := p.options()
			o.Servers, o.Follow = []string{s.url}, false
			wantUnread(t, newDirectory(t, o), "after 2 entries: the server refers to another server: ldap://127.0.0.1/ou=people??sub: name the server that holds the entries in directory.servers")
			o.IgnoreReferrals = true
			searches = 0
			wantRead(t, newDirectory(t, o), inFull, "u1", "u2")
			if searches != 1 {
				t.Errorf("got %d searches, want 1", searches)
			}
		})
	}
}

// TestBadDNs: whatever stands in a DN, an entry is read, or the read says which it is.
func TestBadDNs(t *testing.T) {
	t.Parallel()
	for _, dn := range []string{"", "no DN at all", "CN=\xff\xfe,DC=corp", `CN=\ff\fe,DC=corp`, "CN=a\x00b,DC=corp", `CN=a\00b,DC=corp`, "CN=,DC=corp", "=,=", `CN=x\`, "CN=x+,DC=corp", "CN=" + strings.Repeat("x", 70_000) + ",DC=corp"} {
		name := dn
		if len(name) > 20 {
			name = name[:20]
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := windowsUser(1)
			e.DN = dn
			sn, err := readWindows(t, nil, e, windowsUser(2))
			if err != nil {
				t.Fatal(err)
			}
			if len(sn.People) != 2 || sn.People[0].DN != dn {
				t.Errorf("got %d people, want two, the first as the server has it", len(sn.People))
			}
		})
	}
}

// TestMessagesThatAreNotLDAPFailTheRead: they are answered by an error, and by no panic.
func TestMessagesThatAreNotLDAPFailTheRead(t *testing.T) {
	t.Parallel()
	noID := told(ldap.SyncStateAdd, 1).ends("first", false)
	noID.states = []*ber.Packet{control(ldap.ControlTypeSyncState, ber.NewSequence(""))}
	shortID := told(ldap.SyncStateAdd, 1).ends("first", false)
	value := ber.NewSequence("")
	value.AppendChild(number(ber.TagEnumerated, 1))
	value.AppendChild(text("short"))
	shortID.states = []*ber.Packet{control(ldap.ControlTypeSyncState, value)}
	noValue := ber.NewSequence("")
	noValue.AppendChild(text(ldap.ControlTypeSyncDone))
	garbled := ber.NewSequence("")
	garbled.AppendChild(text(ldap.ControlTypeSyncDone))
	garbled.AppendChild(text("\x30\x84\xff"))
	strange := ber.Encode(ber.ClassContext, ber.TypeConstructed, 9, nil, "")
	tests := map[string]reply{
		"a sync state without an id":   noID,
		"a sync state of a short id":   shortID,
		"a sync done without a value":  {end: noValue},
		"a sync done that is garbled":  {end: garbled},
		"a sync info of unknown shape": reply{infos: []*ber.Packet{syncInfo(strange)}}.ends("first", false),
		"a sync info that is empty":    reply{infos: []*ber.Packet{ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationIntermediateResponse, nil, "")}}.ends("first", false),
		"a message of an unknown kind": reply{infos: []*ber.Packet{ber.Encode(ber.ClassApplication, ber.TypeConstructed, 28, nil, "")}}.ends("first", false),
	}
	for name, first := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProvider(t, 1, 2)
			p.first = func(reply) reply { return first }
			wantUnread(t, newDirectory(t, p.options()), "search "+p.url)
		})
	}
}
