package directory_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// proving is a bed on which a person is proven after something has happened to them.
type proving struct {
	*bed
	t      *testing.T
	dn     string
	person access.PersonID
	group  access.GroupID
}

// startProving adds a person, a group "team" that lists them, and a group "all" that lists the team.
func startProving(t *testing.T, b *bed) *proving {
	p := &proving{bed: b, t: t, dn: b.rdn + "=anna," + b.staff}
	team := "cn=team," + b.teams
	for _, add := range []*ldap.AddRequest{
		b.user(p.dn, 1), b.user(b.rdn+"=ben,"+b.staff, 2), b.group(team, []string{p.dn}), b.group("cn=all,"+b.teams, []string{team}),
	} {
		b.do(func(c *ldap.Conn) error { return c.Add(add) })
	}
	sn, _, err := newClient(t, b.options).Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, person := range sn.People {
		if strings.EqualFold(person.DN, p.dn) {
			p.person = person.ID
		}
	}
	for _, g := range sn.Groups {
		if strings.EqualFold(g.Name, "all") {
			p.group = g.ID
		}
	}
	return p
}

func (p *proving) change(change func(c *ldap.Conn) error) { p.do(change) }

func (p *proving) rename(to string) {
	p.change(func(c *ldap.Conn) error { return c.ModifyDN(ldap.NewModifyDNRequest(p.dn, first(p.dn), true, to)) })
}

func (p *proving) set(attribute string, values ...string) {
	p.change(func(c *ldap.Conn) error {
		m := ldap.NewModifyRequest(p.dn, nil)
		m.Replace(attribute, values)
		return c.Modify(m)
	})
}

// prover has read what there is now.
func (p *proving) prover() *directory.Prover {
	p.t.Helper()
	d := newClient(p.t, p.options)
	refreshed(p.t, d)
	prover := d.Prover()
	p.t.Cleanup(prover.Close)
	return prover
}

// provingCases are what can happen to a person anywhere.
func provingCases() map[string]struct {
	happens func(p *proving)
	want    access.Standing
	why     string
} {
	return map[string]struct {
		happens func(p *proving)
		want    access.Standing
		why     string
	}{
		"nothing":           {func(*proving) {}, access.Active, "found below"},
		"disabled":          {func(p *proving) { p.change(func(c *ldap.Conn) error { return c.Modify(p.disable(p.dn, 1)) }) }, access.Disabled, "found below"},
		"moved away":        {func(p *proving) { p.rename(p.away) }, access.OutOfScope, "outside the bases or the filter"},
		"left":              {func(p *proving) { p.options.People.LeaversIn = []string{p.away}; p.rename(p.away) }, access.Gone, "moved to where those are who have left"},
		"left, below":       {func(p *proving) { p.options.People.LeaversIn = []string{p.staff} }, access.Gone, "moved to where those are who have left"},
		"out of the filter": {func(p *proving) { p.options.People.Filter = "(&" + p.options.People.Filter + "(title=Boss))" }, access.OutOfScope, "outside the bases or the filter"},
		"moved away and disabled": {func(p *proving) {
			p.change(func(c *ldap.Conn) error { return c.Modify(p.disable(p.dn, 1)) })
			p.rename(p.away)
		}, access.Disabled, "outside the bases or the filter, and disabled"},
		"deleted": {func(p *proving) { p.change(func(c *ldap.Conn) error { return c.Del(ldap.NewDelRequest(p.dn, nil)) }) }, access.Gone, ""},
		"deleted, and made again": {func(p *proving) {
			p.change(func(c *ldap.Conn) error { return c.Del(ldap.NewDelRequest(p.dn, nil)) })
			p.change(func(c *ldap.Conn) error { return c.Add(p.user(p.dn, 9)) })
		}, access.Gone, ""},
	}
}

func proveAll(t *testing.T, start func(t *testing.T) *bed) {
	for name, test := range provingCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProving(t, start(t))
			test.happens(p)
			got, err := p.prover().Person(t.Context(), p.person)
			if err != nil || got.Standing != test.want || !strings.Contains(got.Why, test.why) {
				t.Errorf("got %+v, %v, want %v because %q", got, err, test.want, test.why)
			}
		})
	}
}

func TestP02_APersonOfOpenLDAPIsProven(t *testing.T) {
	t.Parallel()
	proveAll(t, func(t *testing.T) *bed { return slapdBed(t, slapdtest.Options{Links: true}) })
}

func TestP02_APersonOf389DSIsProven(t *testing.T) {
	t.Parallel()
	proveAll(t, ds389Bed)
}

func TestP02_APersonOfActiveDirectoryIsProven(t *testing.T) {
	t.Parallel()
	proveAll(t, func(t *testing.T) *bed {
		b := sambaBed(t, sambatest.SyncUser)
		b.disable = func(dn string, _ int) *ldap.ModifyRequest {
			m := ldap.NewModifyRequest(dn, nil)
			m.Replace("userAccountControl", []string{"546"})
			return m
		}
		return b
	})
}

func TestP02_AnExpiredAccountIsProven(t *testing.T) {
	t.Parallel()
	p := startProving(t, sambaBed(t, sambatest.ReaderUser))
	yesterday := (time.Now().Add(-24*time.Hour).Unix() + 11_644_473_600) * 10_000_000
	p.set("accountExpires", fmt.Sprint(yesterday))
	if got, err := p.prover().Person(t.Context(), p.person); err != nil || got.Standing != access.Expired {
		t.Errorf("got %+v, %v, want expired", got, err)
	}
}

// TestP02_WhatCannotBeFoundOutIsAnError: no answer, and no right to look, is never proof of absence.
func TestP02_WhatCannotBeFoundOutIsAnError(t *testing.T) {
	t.Parallel()
	p := startProving(t, slapdBed(t, slapdtest.Options{}))
	tests := map[string]struct {
		change func(o *directory.Options)
		ctx    func(t *testing.T) context.Context
		want   string
	}{
		"no server":         {func(o *directory.Options) { o.Servers = []string{"ldap://127.0.0.1:1"} }, nil, "connection refused"},
		"a wrong password":  {func(o *directory.Options) { o.Password = func() (string, error) { return "wrong", nil } }, nil, "invalid credentials"},
		"a hidden base":     {func(o *directory.Options) { o.BindDN = "" }, nil, "no such object"},
		"another directory": {func(o *directory.Options) { o.Name = "other" }, nil, "no directory is called corp"},
		"a base that is no more": {func(o *directory.Options) {
			o.People.Bases = append([]string{"ou=nowhere," + slapdtest.BaseDN}, o.People.Bases...)
		}, nil, "no such object"},
		"a run that was stopped": {func(*directory.Options) {}, func(t *testing.T) context.Context {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return ctx
		}, "canceled"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := p.options
			test.change(&o)
			prover := newClient(t, o).Prover()
			defer prover.Close()
			ctx := t.Context()
			if test.ctx != nil {
				ctx = test.ctx(t)
			}
			got, err := prover.Person(ctx, p.person)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %+v, %v, want an error that says %q", got, err, test.want)
			}
		})
	}
}

// TestP02_AbsenceIsNotClaimedWhereNobodyMayLook: what lies outside the bases may be hidden.
func TestP02_AbsenceIsNotClaimedWhereNobodyMayLook(t *testing.T) {
	t.Parallel()
	p := startProving(t, slapdBed(t, slapdtest.Options{OnlyBases: true}))
	p.rename(p.away)
	got, err := p.prover().Person(t.Context(), p.person)
	if err != nil || got.Standing != access.OutOfScope || !strings.Contains(got.Why, "elsewhere cannot be looked") {
		t.Errorf("got %+v, %v, want out of scope, and that it could not be looked elsewhere", got, err)
	}
}

func TestP02_AGroupAndAMembershipAreProven(t *testing.T) {
	t.Parallel()
	beds := map[string]func(t *testing.T) *bed{
		"OpenLDAP":         func(t *testing.T) *bed { return slapdBed(t, slapdtest.Options{Links: true}) },
		"389-DS":           ds389Bed,
		"Active Directory": func(t *testing.T) *bed { return sambaBed(t, sambatest.ReaderUser) },
	}
	for name, start := range beds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProving(t, start(t))
			all, team := "cn=all,"+p.teams, "cn=team,"+p.teams
			p.wantGroup(access.Active)
			p.wantMember(true)
			p.change(func(c *ldap.Conn) error { // in a circle
				m := ldap.NewModifyRequest(team, nil)
				m.Add("member", []string{all})
				return c.Modify(m)
			})
			p.wantMember(true)
			p.change(func(c *ldap.Conn) error {
				m := ldap.NewModifyRequest(team, nil)
				m.Replace("member", []string{all, p.rdn + "=ben," + p.staff})
				return c.Modify(m)
			})
			p.wantMember(false)
			p.change(func(c *ldap.Conn) error { return c.ModifyDN(ldap.NewModifyDNRequest(all, "cn=everybody", true, "")) })
			p.wantGroup(access.Active)
			p.change(func(c *ldap.Conn) error {
				return c.ModifyDN(ldap.NewModifyDNRequest("cn=everybody,"+p.teams, "cn=everybody", true, p.away))
			})
			p.wantGroup(access.OutOfScope)
			p.change(func(c *ldap.Conn) error { return c.Del(ldap.NewDelRequest("cn=everybody,"+p.away, nil)) })
			p.change(func(c *ldap.Conn) error { return c.Add(p.bed.group(all, []string{p.dn})) }) // another one of that name
			p.wantGroup(access.Gone)
			p.wantMember(false)
		})
	}
}

func (p *proving) wantGroup(want access.Standing) {
	p.t.Helper()
	if got, err := p.prover().Group(p.t.Context(), p.group); err != nil || got.Standing != want {
		p.t.Errorf("got group %+v, %v, want %v", got, err, want)
	}
}

func (p *proving) wantMember(want bool) {
	p.t.Helper()
	got, err := p.prover().Groups(p.t.Context(), p.person)
	if err != nil || slices.Contains(got, p.group) != want {
		p.t.Errorf("got groups %v, %v, want %v among them: %v", got, err, p.group, want)
	}
}

func TestP02_AGroupThatWasEmptiedIsToldFromOneThatIsGone(t *testing.T) {
	t.Parallel()
	p := startProving(t, sambaBed(t, sambatest.ReaderUser))
	p.change(func(c *ldap.Conn) error {
		m := ldap.NewModifyRequest("cn=all,"+p.teams, nil)
		m.Replace("member", nil)
		return c.Modify(m)
	})
	got, err := p.prover().Group(t.Context(), p.group)
	if err != nil || got.Standing != access.Active || !strings.Contains(got.Why, "lists nobody") {
		t.Errorf("got %+v, %v, want a group that lists nobody", got, err)
	}
	p.wantMember(false)
}

// TestP02_AGroupThatHidesItsMembersProvesNothing: nobody is out of it because nobody is seen in it.
func TestP02_AGroupThatHidesItsMembersProvesNothing(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF()})
	sn := refresh(t, options(s.URL()))
	s.Hide(t, "member")
	prover := newClient(t, options(s.URL())).Prover()
	defer prover.Close()
	for _, g := range sn.Groups {
		if g.Name != "leads" {
			continue
		}
		if got, err := prover.Group(t.Context(), g.ID); err == nil || !strings.Contains(err.Error(), "does not show its members") {
			t.Errorf("got %+v, %v, want an error", got, err)
		}
	}
}

func TestP02_ThePrimaryGroupIsAMembership(t *testing.T) {
	t.Parallel()
	b := sambaBed(t, sambatest.ReaderUser)
	b.options.Groups.Bases = append(b.options.Groups.Bases, "CN=Users,"+sambatest.BaseDN)
	p := startProving(t, b)
	d := newClient(t, b.options)
	sn, _, err := d.Refresh(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range sn.Groups {
		if g.Name == "Domain Users" {
			p.group = g.ID
			p.wantMember(true)
			return
		}
	}
	t.Error("the group Domain Users was not read")
}
