package directory

import (
	"fmt"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"
)

const (
	staffDN     = "ou=people"
	staffFilter = "(uid=*)"
)

// provider plays OpenLDAP with RFC 4533: some people, no groups. Nothing has changed
// unless delta says otherwise.
type provider struct {
	*scripted
	people   []int
	unseen   bool                                 // the base is not shown
	unsynced bool                                 // RFC 4533 is not announced
	first    func(r reply) reply                  // what becomes of the answer without a cookie; nil: nothing
	delta    func() reply                         // what is answered to a cookie, once
	root     map[string][]string                  // what replaces attributes of the root DSE
	above    func(s scriptedSearch) (reply, bool) // what is answered about what is above people, if it says so
	cookies  []string                             // with which the client went on, for people
}

func startProvider(t *testing.T, people ...int) *provider {
	p := &provider{people: people}
	p.scripted = (&scripted{answer: p.reply}).start(t)
	return p
}

func (p *provider) options() Options {
	return Options{
		Name: "corp", Kind: OpenLDAP, Servers: []string{p.url}, Timeout: 10 * time.Second, Follow: true,
		People: People{Bases: []string{staffDN}, Filter: staffFilter, EmailFrom: []string{"mail"}},
		Now:    func() time.Time { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) },
	}
}

func (p *provider) reply(s scriptedSearch) reply {
	cookie, synced := s.since()
	switch {
	case s.base == "":
		root := map[string][]string{
			"objectClass": {"OpenLDAProotDSE"}, "supportedControl": {ldap.ControlTypePaging, ldap.ControlTypeSyncRequest},
		}
		if p.unsynced {
			root["supportedControl"] = []string{ldap.ControlTypePaging}
		}
		for name, values := range p.root {
			root[name] = values
		}
		return reply{entries: []*ldap.Entry{ldap.NewEntry("", root)}}
	case !s.whole && p.unseen:
		return reply{code: ldap.LDAPResultNoSuchObject}
	case !s.whole && s.base == staffDN:
		return reply{entries: []*ldap.Entry{ldap.NewEntry(staffDN, map[string][]string{"entryUUID": {idOf(200).String()}})}}
	case !s.whole:
		return reply{entries: []*ldap.Entry{ldap.NewEntry(s.base, map[string][]string{"entryUUID": {idOf(201).String()}})}}
	case s.filter == "(hasSubordinates=TRUE)":
		return p.replyAbove(s)
	case synced && cookie == "":
		r := p.all()
		r.end = syncDone("first", false)
		if p.first != nil {
			r = p.first(r)
		}
		return r
	case synced:
		p.cookies = append(p.cookies, cookie)
		if p.delta == nil {
			return reply{end: syncDone("", true)}
		}
		r := p.delta()
		p.delta = nil
		return r
	}
	r := p.all()
	r.states = nil
	return r
}

// replyAbove answers that the base has entries below it, and that nothing else has.
func (p *provider) replyAbove(s scriptedSearch) reply {
	if p.above != nil {
		if r, says := p.above(s); says {
			return r
		}
	}
	if cookie, _ := s.since(); cookie != "" {
		return reply{end: syncDone("", true)}
	}
	return reply{
		entries: []*ldap.Entry{ldap.NewEntry(staffDN, nil)},
		states:  []*ber.Packet{syncState(ldap.SyncStateAdd, idOf(200))}, end: syncDone("above", false),
	}
}

// all names everybody, as a refresh without a cookie does.
func (p *provider) all() (r reply) {
	for _, n := range p.people {
		r.entries = append(r.entries, staff(n))
		r.states = append(r.states, syncState(ldap.SyncStateAdd, idOf(n)))
	}
	return r
}

func idOf(n int) uuid.UUID {
	return uuid.MustParse(fmt.Sprintf("00000000-0000-4000-8000-%012d", n))
}

func staff(n int) *ldap.Entry {
	uid := fmt.Sprint("u", n)
	return ldap.NewEntry("uid="+uid+","+staffDN, map[string][]string{
		"entryUUID": {idOf(n).String()}, "uid": {uid}, "cn": {uid}, "modifyTimestamp": {"20260101000000Z"},
	})
}

// told is one entry of a refresh.
func told(state ldap.ControlSyncStateState, n int) reply {
	return reply{entries: []*ldap.Entry{staff(n)}, states: []*ber.Packet{syncState(state, idOf(n))}}
}

func (r reply) ends(cookie string, deletes bool) reply {
	r.end = syncDone(cookie, deletes)
	return r
}

// wantRead refreshes, and wants these people, and to be told how they were read.
func wantRead(t *testing.T, d *Directory, how string, people ...string) {
	t.Helper()
	sn, touched, err := d.Refresh(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range sn.People {
		got = append(got, sn.People[i].Name)
	}
	if strings.Join(got, " ") != strings.Join(people, " ") {
		t.Errorf("got %v, want %v", got, people)
	}
	if said := strings.Join(touched.How, "; "); !strings.Contains(said, how) {
		t.Errorf("read %q, want it to say %q", said, how)
	}
}

// wantUnread refreshes, and wants an error that says all of the texts, in one line.
func wantUnread(t *testing.T, d *Directory, texts ...string) {
	t.Helper()
	sn, _, err := d.Refresh(t.Context(), false)
	if err == nil {
		t.Fatalf("got a snapshot of %d people, want an error", len(sn.People))
	}
	for _, text := range append(texts, "read directory ") {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("got %q, want it to say %q", err, text)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("got %q, want one line", err)
	}
}

const (
	byDelta = "corp: what changed, by RFC 4533, from "
	inFull  = "corp: in full from "
)

// TestP01_WhatARefreshSaysIsTakenAtItsWord: u1, u2 and u3 are known; when the delta is
// told, the server has u1 and u3 alone.
func TestP01_WhatARefreshSaysIsTakenAtItsWord(t *testing.T) {
	t.Parallel()
	refused := func(code uint16) reply { return reply{code: code, end: syncDone("", false)} }
	renamed := told(ldap.SyncStateModify, 3)
	renamed.entries[0].DN = "uid=u3,ou=elsewhere," + staffDN
	tests := map[string]struct {
		delta reply
		how   string
		want  string
	}{
		"nothing has changed":                          {reply{}.ends("", true), byDelta, "u1 u2 u3"},
		"nothing has changed, with a cookie":           {reply{}.ends("second", true), byDelta, "u1 u2 u3"},
		"one is gone, by its id":                       {reply{infos: []*ber.Packet{syncIDSet(true, idOf(2))}}.ends("second", true), byDelta, "u1 u3"},
		"one is gone, by an entry":                     {told(ldap.SyncStateDelete, 2).ends("second", true), byDelta, "u1 u3"},
		"one is gone whom nobody knew":                 {reply{infos: []*ber.Packet{syncIDSet(true, idOf(99))}}.ends("second", true), byDelta, "u1 u2 u3"},
		"present phase, by ids":                        {reply{infos: []*ber.Packet{syncIDSet(false, idOf(1)), syncIDSet(false, idOf(3))}}.ends("second", false), byDelta, "u1 u3"},
		"present phase, by entries":                    {merged(told(ldap.SyncStatePresent, 1), told(ldap.SyncStatePresent, 3)).ends("second", false), byDelta, "u1 u3"},
		"present phase, one of them new":               {merged(told(ldap.SyncStatePresent, 1), told(ldap.SyncStateAdd, 4)).ends("second", false), byDelta, "u1 u4"},
		"present phase, a stranger among them":         {reply{infos: []*ber.Packet{syncIDSet(false, idOf(1), idOf(99))}}.ends("second", false), byDelta, "u1"},
		"a new one":                                    {told(ldap.SyncStateAdd, 4).ends("second", true), byDelta, "u1 u2 u3 u4"},
		"a renamed one":                                {renamed.ends("second", true), byDelta, "u1 u2 u3"},
		"a cookie that OpenLDAP does not understand":   {merged(told(ldap.SyncStateAdd, 1), told(ldap.SyncStateAdd, 3)).ends("", true), inFull, "u1 u3"},
		"the same, with refreshDeletes left out":       {merged(told(ldap.SyncStateAdd, 1), told(ldap.SyncStateAdd, 3)).ends("", false), inFull, "u1 u3"},
		"a cookie of the future":                       {refused(ldap.LDAPResultUnwillingToPerform), inFull, "u1 u3"},
		"e-syncRefreshRequired":                        {refused(ldap.LDAPResultSyncRefreshRequired), inFull, "u1 u3"},
		"e-syncRefreshRequired, after some was told":   {merged(told(ldap.SyncStateAdd, 4), refused(ldap.LDAPResultSyncRefreshRequired)), inFull, "u1 u3"},
		"a cookie that is no cookie to another server": {refused(ldap.LDAPResultProtocolError), inFull, "u1 u3"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProvider(t, 1, 2, 3)
			d := newDirectory(t, p.options())
			wantRead(t, d, inFull, "u1", "u2", "u3")
			p.people, p.delta = []int{1, 3}, func() reply { return test.delta }
			wantRead(t, d, test.how, strings.Fields(test.want)...)
			wantRead(t, d, byDelta, strings.Fields(test.want)...) // nothing has changed since
		})
	}
}

func newDirectory(t *testing.T, o Options) *Directory {
	t.Helper()
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// merged tells what both tell, and ends as the second.
func merged(a, b reply) reply {
	b.entries, b.states = append(a.entries, b.entries...), append(a.states, b.states...)
	return b
}

func TestP01_ARefreshWithoutACookieGoesOnFromTheOldOne(t *testing.T) {
	t.Parallel()
	p := startProvider(t, 1)
	d := newDirectory(t, p.options())
	wantRead(t, d, inFull, "u1")
	wantRead(t, d, byDelta, "u1") // ends without a cookie: nothing has changed
	p.delta = func() reply { return told(ldap.SyncStateAdd, 2).ends("second", true) }
	wantRead(t, d, byDelta, "u1", "u2")
	wantRead(t, d, byDelta, "u1", "u2")
	if got := strings.Join(p.cookies, " "); got != "first first second" {
		t.Errorf("went on from %s, want first first second", got)
	}
}

// TestP01_ARefreshThatCannotBeBelievedFailsTheRead: and the next one reads everything.
func TestP01_ARefreshThatCannotBeBelievedFailsTheRead(t *testing.T) {
	t.Parallel()
	another := told(ldap.SyncStateModify, 2)
	another.states[0] = syncState(ldap.SyncStateModify, idOf(3))
	nameless := told(ldap.SyncStateModify, 2)
	nameless.entries[0] = ldap.NewEntry("uid=u2,"+staffDN, map[string][]string{"uid": {"u2"}})
	stateless := told(ldap.SyncStateModify, 2)
	stateless.states = nil
	everybody := syncIDSet(true, idOf(1), idOf(2), idOf(3))
	tests := map[string]struct {
		delta, above reply
		unseen       bool
		want         []string
	}{
		"everybody is gone, and the base with them": {
			reply{infos: []*ber.Packet{everybody}}.ends("second", true), reply{infos: []*ber.Packet{syncIDSet(true, idOf(200))}}.ends("b", true),
			true,
			[]string{"after 0 entries: no such object", "check directory.people.bases"},
		},
		"the id is not the entry's":            {another.ends("second", true), reply{}, false, []string{idOf(2).String(), idOf(3).String(), "one of them is not its immutable id"}},
		"the entry has no id":                  {nameless.ends("second", true), reply{}, false, []string{`"uid=u2,ou=people" has no entryuuid`}},
		"an entry without its state":           {stateless.ends("second", true), reply{}, false, []string{`"uid=u2,ou=people" comes without its sync state`}},
		"no end":                               {told(ldap.SyncStateAdd, 4), reply{}, false, []string{"after 1 entries", "broke off", "without the sync done control"}},
		"no end, though nothing was told":      {reply{}, reply{}, false, []string{"after 0 entries", "without the sync done control"}},
		"an end of another kind":               {reply{end: dirSyncEnd("second", false)}, reply{}, false, []string{"without the sync done control"}},
		"the connection ends":                  {reply{entries: []*ldap.Entry{staff(4)}, states: []*ber.Packet{syncState(ldap.SyncStateAdd, idOf(4))}, hangUp: true}, reply{}, false, []string{"after 1 entries"}},
		"everybody is gone, as is the base":    {reply{infos: []*ber.Packet{everybody}}.ends("second", true), reply{}, true, []string{"no such object", "check directory.people.bases"}},
		"nobody is named, and the base hidden": {reply{}.ends("second", false), reply{}, true, []string{"no such object", "check directory.people.bases"}},
		"a time limit":                         {reply{code: ldap.LDAPResultTimeLimitExceeded, end: syncDone("", false)}, reply{}, false, []string{"time limit exceeded"}},
		"a referral":                           {reply{referrals: []string{"ldap://other.example/" + staffDN}}.ends("second", true), reply{}, false, []string{"refers to another server: ldap://other.example/"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProvider(t, 1, 2, 3)
			d := newDirectory(t, p.options())
			wantRead(t, d, inFull, "u1", "u2", "u3")
			p.delta, p.unseen = func() reply { return test.delta }, test.unseen
			p.above = func(scriptedSearch) (reply, bool) { return test.above, test.above.end != nil }
			wantUnread(t, d, append(test.want, p.url)...)
			p.people, p.unseen, p.above = []int{1, 3}, false, nil
			wantRead(t, d, inFull, "u1", "u3")
		})
	}
}

func TestEverybodyMayBeGone(t *testing.T) {
	t.Parallel()
	p := startProvider(t, 1, 2)
	d := newDirectory(t, p.options())
	wantRead(t, d, inFull, "u1", "u2")
	p.people, p.delta = nil, func() reply {
		return reply{infos: []*ber.Packet{syncIDSet(true, idOf(1), idOf(2))}}.ends("second", true)
	}
	wantRead(t, d, byDelta)
}

// TestAServerThatCannotTellIsFollowedByStamps: what changes is found all the same, and it is said why so.
func TestAServerThatCannotTellIsFollowedByStamps(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(p *provider)
		why    string
	}{
		"no syncprov": {func(p *provider) { p.unsynced = true }, ""},
		"a size limit for searches without paging": {
			func(p *provider) {
				p.first = func(r reply) reply { r.code, r.end = ldap.LDAPResultSizeLimitExceeded, nil; return r }
			}, "the server does not allow it",
		},
		"no cookie": {func(p *provider) { p.first = func(r reply) reply { return r.ends("", false) } }, "gives no cookie"},
		"a server that refuses": {
			func(p *provider) {
				p.first = func(reply) reply { return reply{code: ldap.LDAPResultUnavailableCriticalExtension} }
			}, "the server does not allow it",
		},
		"hasSubordinates is not known": {
			func(p *provider) {
				p.above = func(scriptedSearch) (reply, bool) { return reply{end: syncDone("above", false)}, true }
			}, "the server does not answer for (hasSubordinates=TRUE)",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProvider(t, 1, 2, 3)
			test.change(p)
			d := newDirectory(t, p.options())
			how := inFull + p.url
			if test.why != "" {
				how += "; what changes will be found by comparing stamps, which is not the best way: "
			}
			wantRead(t, d, how, "u1", "u2", "u3")
			p.people = []int{1, 3, 4}
			sn, touched, err := d.Refresh(t.Context(), true)
			if err != nil || len(sn.People) != 3 || !strings.Contains(touched.How[0], test.why) {
				t.Errorf("got %v, %v, want three people and to be told %q", touched.How, err, test.why)
			}
			p.people = []int{1, 4, 5}
			wantRead(t, d, "corp: what changed, by comparing stamps, from ", "u1", "u4", "u5")
		})
	}
}

// TestP01_AFirstRefreshWithoutItsEndFailsTheRead: go-ldap ends it without an error.
func TestP01_AFirstRefreshWithoutItsEndFailsTheRead(t *testing.T) {
	t.Parallel()
	tests := map[string]func(p *provider){
		"of people": func(p *provider) { p.first = func(r reply) reply { r.end = nil; return r } },
		"of what is above them": func(p *provider) {
			p.above = func(s scriptedSearch) (reply, bool) { return reply{}, true }
		},
		"of nobody": func(p *provider) { p.first = func(reply) reply { return reply{} } },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProvider(t, 1, 2, 3)
			change(p)
			wantUnread(t, newDirectory(t, p.options()), "broke off, or ended without the sync done control of RFC 4533")
		})
	}
}

// TestWhatIsAboveIsFollowed: if something above people is renamed, moved or gone, all DNs below it are.
func TestWhatIsAboveIsFollowed(t *testing.T) {
	t.Parallel()
	const unit = "ou=sales," + staffDN
	seller := func(r reply) reply {
		r.entries[0].DN = "uid=u1," + unit
		return r
	}
	tests := map[string]struct {
		delta reply
		how   string
	}{
		"nothing has changed":               {reply{}.ends("", true), byDelta},
		"it is gone":                        {reply{infos: []*ber.Packet{syncIDSet(true, idOf(201))}}.ends("b", true), `because the server cannot tell what has changed since: "ou=sales,ou=people" is gone, or was moved with all below it`},
		"it is not named":                   {reply{infos: []*ber.Packet{syncIDSet(false, idOf(200))}}.ends("b", false), `"ou=sales,ou=people" is gone`},
		"it is named":                       {reply{infos: []*ber.Packet{syncIDSet(false, idOf(200), idOf(201))}}.ends("b", false), byDelta},
		"it has another name":               {aboveTold("ou=market,"+staffDN).ends("b", true), `"ou=sales,ou=people" is now "ou=market,ou=people"`},
		"it was changed, and has its name":  {aboveTold(unit).ends("b", true), byDelta},
		"its name is spelt in another case": {aboveTold("OU=Sales,"+staffDN).ends("b", true), byDelta},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProvider(t, 1)
			p.first = seller
			p.above = func(s scriptedSearch) (reply, bool) {
				if cookie, _ := s.since(); cookie == "above" {
					return test.delta, true
				}
				r := aboveTold(unit)
				r.entries = append(r.entries, ldap.NewEntry(staffDN, nil))
				r.states = append(r.states, syncState(ldap.SyncStateAdd, idOf(200)))
				return r.ends("above", false), true
			}
			d := newDirectory(t, p.options())
			wantRead(t, d, inFull, "u1")
			wantRead(t, d, test.how, "u1")
		})
	}
}

// aboveTold tells of an organizational unit.
func aboveTold(dn string) reply {
	return reply{entries: []*ldap.Entry{ldap.NewEntry(dn, nil)}, states: []*ber.Packet{syncState(ldap.SyncStateAdd, idOf(201))}}
}
