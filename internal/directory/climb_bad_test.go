package directory

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

const guildsDN = "ou=guilds," + courtDN

// guilds is a court in which person 1 is in a guild, which is in another.
type guilds struct {
	*court
	renamed atomic.Bool // the upper guild bears another name when it is looked for by its id
	mute    atomic.Bool // nobody is found by the members
}

func startGuilds(t *testing.T) (*guilds, Options) {
	g := &guilds{court: &court{}}
	g.scripted = (&scripted{answer: g.reply}).start(t)
	o := g.options()
	o.Groups.Bases = []string{guildsDN}
	return g, o
}

func (g *guilds) reply(s scriptedSearch) reply {
	if s.base != guildsDN || !s.whole {
		return g.court.reply(s)
	}
	lower, upper := guild(1, "cn=lower", inCourt(1, firstDN).DN), guild(2, "cn=upper", "cn=lower,"+guildsDN)
	filter := strings.ToLower(s.filter)
	byMember, byID := strings.Contains(filter, "(member="), strings.Contains(filter, "entryuuid=")
	switch {
	case strings.Contains(filter, "memberuid=") || strings.Contains(filter, "memberurl=") || byMember && g.mute.Load():
		return reply{}
	case byMember && strings.Contains(filter, "member=uid=u1,"):
		return reply{entries: []*ldap.Entry{lower}}
	case byMember && strings.Contains(filter, "member=cn=lower,"):
		return reply{entries: []*ldap.Entry{upper}}
	case byMember:
		return reply{}
	case byID && g.renamed.Load():
		return reply{entries: []*ldap.Entry{lower, guild(2, "cn=other", "cn=lower,"+guildsDN)}}
	}
	return reply{entries: []*ldap.Entry{lower, upper}}
}

func guild(n int, name, member string) *ldap.Entry {
	return ldap.NewEntry(name+","+guildsDN, map[string][]string{
		"entryUUID": {idOf(100 + n).String()}, "cn": {strings.TrimPrefix(name, "cn=")}, "objectClass": {"groupOfNames"}, "member": {member},
	})
}

// TestP02_WhatIsMissedOnTheWayUpProvesNothing: a membership that was not seen is not one that ended.
func TestP02_WhatIsMissedOnTheWayUpProvesNothing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		happens func(g *guilds, d *Directory)
		want    string // "": both guilds are proven
	}{
		"nothing":                         {func(*guilds, *Directory) {}, ""},
		"a group is renamed meanwhile":    {func(g *guilds, _ *Directory) { g.renamed.Store(true) }, `"cn=upper,ou=guilds,dc=court" is now "cn=other,ou=guilds,dc=court"`},
		"the server finds by no member":   {func(g *guilds, _ *Directory) { g.mute.Store(true) }, "leaves out 2 of the 2"},
		"a person whom it has not mended": {func(_ *guilds, d *Directory) { unmend(d, inCourt(1, firstDN).DN) }, "some group still lists the former name"},
		"a group that it has not mended":  {func(_ *guilds, d *Directory) { unmend(d, "CN=Lower, "+guildsDN) }, "some group still lists the former name"},
		"somebody else was not mended":    {func(_ *guilds, d *Directory) { unmend(d, inCourt(2, firstDN).DN) }, ""},
		"the person is gone":              {func(g *guilds, _ *Directory) { g.absent.Store(true) }, "the person is gone"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, o := startGuilds(t)
			d := newDirectory(t, o)
			if _, _, err := d.Refresh(t.Context(), true); err != nil {
				t.Fatal(err)
			}
			test.happens(g, d)
			p := d.Prover()
			defer p.Close()
			got, err := p.Groups(t.Context(), personOne)
			switch {
			case test.want == "" && (err != nil || len(got) != 2):
				t.Errorf("got %v, %v, want both", got, err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, %v, want an error that says %q", got, err, test.want)
			case err != nil && got != nil:
				t.Errorf("got %v beside the error, want nothing", got)
			}
		})
	}
}

// unmend has the last reading remember that somebody was renamed to a DN, and is listed under the former one.
func unmend(d *Directory, to string) {
	d.sources[0].mirror.upset.doubtful = map[int32]departure{0: {dn: "uid=former", to: to}}
}

func TestP02_AGroupIsProvenWithItsName(t *testing.T) {
	t.Parallel()
	_, o := startGuilds(t)
	d := newDirectory(t, o)
	p := d.Prover()
	defer p.Close()
	got, err := p.Group(t.Context(), access.GroupID{Source: "corp", ID: idOf(101).String()})
	if err != nil || got.Standing != access.Active || got.DN != "cn=lower,"+guildsDN || got.Person != nil {
		t.Errorf("got %+v, %v, want the lower guild", got, err)
	}
}

// TestP02_AMemberFromAnotherDomainIsProven: Active Directory lists them, and groups, by a name that is made of the SID.
func TestP02_AMemberFromAnotherDomainIsProven(t *testing.T) {
	t.Parallel()
	root := func() reply {
		r := rootDSE(ldap.ControlTypePaging)
		r.entries[0].Attributes = append(r.entries[0].Attributes, ldap.NewEntryAttribute("namingContexts", []string{windowsDN}))
		return r
	}
	principal := "CN=" + sidText(sid(7)) + ",CN=ForeignSecurityPrincipals," + windowsDN
	host := startScripted(t, func(s scriptedSearch) reply {
		group := ldap.NewEntry("CN=Guests,DC=corp", map[string][]string{"objectGUID": {guid(50)}, "cn": {"Guests"}, "member": {principal}})
		switch {
		case s.base == "":
			return root()
		case !s.whole:
			return reply{entries: []*ldap.Entry{ldap.NewEntry(windowsDN, map[string][]string{"objectGUID": {guid(99)}})}}
		case strings.Contains(s.filter, "objectClass=user"):
			return reply{entries: []*ldap.Entry{windowsUser(60)}}
		case strings.Contains(s.filter, "member=") && !strings.Contains(s.filter, principal):
			return reply{}
		}
		return reply{entries: []*ldap.Entry{group}}
	})
	home := startScripted(t, func(s scriptedSearch) reply {
		switch {
		case s.base == "":
			return root()
		case strings.Contains(s.filter, "objectClass=user"):
			return reply{entries: []*ldap.Entry{windowsUser(7)}}
		}
		return reply{entries: []*ldap.Entry{ldap.NewEntry(windowsDN, map[string][]string{"objectGUID": {guid(98)}})}}
	})
	first, second := windowsOptions(home.url), windowsOptions(host.url)
	first.Name, first.Groups.Bases, second.Name = "home", nil, "host"
	d, err := New(first, second)
	if err != nil {
		t.Fatal(err)
	}
	sn, _, err := d.Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	p := d.Prover()
	defer p.Close()
	for _, person := range sn.People {
		got, err := p.Groups(t.Context(), person.ID)
		want := person.ID.Source == "home"
		if err != nil || len(got) != len(person.Groups) || want != (len(got) == 1) {
			t.Errorf("got %s in %v, %v, read in %v; want the foreigner in the guests, and nobody else", person.ID, got, err, person.Groups)
		}
	}
}
