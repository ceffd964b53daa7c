package directory

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// unitProvider plays a directory with one unit, which bears one name after the other, one at each search for units.
type unitProvider struct {
	*provider
	asked atomic.Int32
	names []string // the last stays
}

func startUnits(t *testing.T, synced bool, names ...string) *unitProvider {
	p := &unitProvider{provider: &provider{people: []int{1}, unsynced: !synced}, names: names}
	p.scripted = (&scripted{answer: p.answer}).start(t)
	return p
}

func (p *unitProvider) answer(s scriptedSearch) reply {
	if !strings.Contains(s.filter, "organizationalUnit") {
		return p.reply(s)
	}
	n := int(p.asked.Add(1)) - 1
	name := p.names[min(n, len(p.names)-1)]
	r := reply{entries: []*ldap.Entry{ldap.NewEntry("ou="+name+","+staffDN, map[string][]string{
		"entryUUID": {idOf(201).String()}, "modifyTimestamp": {"20260101000000Z"},
	})}}
	if _, synced := s.since(); synced {
		r.states, r.end = []*ber.Packet{syncState(ldap.SyncStateAdd, idOf(201))}, syncDone(fmt.Sprint("units", n), false)
	}
	return r
}

func (p *unitProvider) unitOptions() Options {
	o := p.options()
	o.Units = true
	return o
}

// TestP01_AUnitThatIsRenamedDuringAReading: nobody is judged on half a rename. The names are those that searches show one after the other.
func TestP01_AUnitThatIsRenamedDuringAReading(t *testing.T) {
	t.Parallel()
	for _, synced := range []bool{false, true} {
		t.Run(fmt.Sprint("synced ", synced), func(t *testing.T) {
			t.Parallel()
			p := startUnits(t, synced, "sales", "market")
			d := newDirectory(t, p.unitOptions())
			wantUnread(t, d, `"ou=sales,ou=people" has become "ou=market,ou=people" during the reading`, "tried again with the next run")
			wantRead(t, d, inFull, "u1")
			if units := d.last.Units; len(units) != 1 || units[0].DN != "ou=market,ou=people" {
				t.Errorf("got the units %v, want the one with the name of now", units)
			}
		})
	}
}

// TestP01_AUnitThatIsRenamedDuringADelta makes it a full reading, at once.
func TestP01_AUnitThatIsRenamedDuringADelta(t *testing.T) {
	t.Parallel()
	p := startUnits(t, false, "sales", "sales", "sales", "market") // full, steady; delta, steady
	d := newDirectory(t, p.unitOptions())
	wantRead(t, d, inFull, "u1")
	p.people = []int{1, 2}
	wantRead(t, d, `because the server cannot tell what has changed since: "ou=sales,ou=people" is now "ou=market,ou=people", with all below it`, "u1", "u2")
	if units := d.last.Units; len(units) != 1 || units[0].DN != "ou=market,ou=people" {
		t.Errorf("got the units %v, want the one with the name of now", units)
	}
}

// TestUnitsThatNobodyAskedForAreNotRead.
func TestUnitsThatNobodyAskedForAreNotRead(t *testing.T) {
	t.Parallel()
	p := startUnits(t, true, "sales")
	d := newDirectory(t, p.options())
	wantRead(t, d, inFull, "u1")
	if n := p.asked.Load(); n > 0 || d.last.Units != nil {
		t.Errorf("units were asked for %d times, and are %v; want none", n, d.last.Units)
	}
}

// TestUnitsAboveABaseAreReadAsFarAsTheyAreShown, the naming context included.
func TestUnitsAboveABaseAreReadAsFarAsTheyAreShown(t *testing.T) {
	t.Parallel()
	const base = "ou=people,ou=hidden,ou=forbidden,ou=shown,ou=other,o=corp"
	entry := func(n int, class string) reply {
		return reply{entries: []*ldap.Entry{ldap.NewEntry("", map[string][]string{"entryUUID": {idOf(n).String()}, "objectClass": {class}})}}
	}
	p := &provider{}
	p.scripted = (&scripted{answer: func(s scriptedSearch) reply {
		var r reply
		switch {
		case s.base == "":
			r = reply{entries: []*ldap.Entry{ldap.NewEntry("", map[string][]string{
				"objectClass": {"OpenLDAProotDSE"}, "supportedControl": {ldap.ControlTypePaging}, "namingContexts": {"ou=other,o=corp"},
			})}}
		case s.whole:
			return reply{}
		case strings.HasPrefix(s.base, "ou=hidden"):
			return reply{code: ldap.LDAPResultNoSuchObject}
		case strings.HasPrefix(s.base, "ou=forbidden"):
			return reply{code: ldap.LDAPResultInsufficientAccessRights}
		case strings.HasPrefix(s.base, "ou=other"):
			r = entry(8, "person")
		case s.base == "o=corp":
			return reply{code: ldap.LDAPResultReferral}
		default:
			r = entry(9, "organizationalUnit")
			r.entries[0].DN = s.base
		}
		return r
	}}).start(t)
	o := p.unitOptions(base)
	d := newDirectory(t, o)
	sn, _, err := d.Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if len(sn.Units) != 1 || sn.Units[0].ID.ID != idOf(9).String() || sn.Units[0].DN != "ou=shown,ou=other,o=corp" {
		t.Errorf("got %v, want the one that is shown", sn.Units)
	}
}

func (p *provider) unitOptions(base string) Options {
	o := p.options()
	o.Units, o.Follow, o.People.Bases = true, false, []string{base}
	return o
}
