package directory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// Groups are all groups that somebody who is in place is in now, directly or through others, sorted:
// those that a full Refresh would find. It takes a Refresh before, with which the way of asking is compared.
func (p *Prover) Groups(ctx context.Context, id access.PersonID) ([]access.GroupID, error) {
	var groups []access.GroupID
	err := p.steadily(ctx, func() (err error) {
		if err = p.sample(ctx); err == nil {
			groups, err = p.groupsOf(ctx, id)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("prove the groups of %s: %w", id, err)
	}
	return groups, nil
}

// groupsOf climbs up from a person. Whatever was given another name meanwhile may have been missed.
func (p *Prover) groupsOf(ctx context.Context, id access.PersonID) ([]access.GroupID, error) {
	proof, r, err := p.person(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		return nil, fmt.Errorf("the person is %s: %s", proof.Standing, proof.Why)
	}
	c := &climb{p: p, met: map[access.GroupID]string{}}
	if err := c.up(ctx, id.Source, r); err != nil {
		return nil, err
	}
	again, _, err := p.person(ctx, id)
	if err == nil && again.DN != proof.DN {
		err = fmt.Errorf("%q is now %q", proof.DN, again.DN)
	}
	if err == nil {
		err = c.meetAgain(ctx)
	}
	if err == nil {
		err = p.mended(id.Source, r.dn, c.met)
	}
	return slices.SortedFunc(maps.Keys(c.met), compareGroups), err
}

func compareGroups(a, b access.GroupID) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
}

// mended fails while a server is still at giving groups the new names of their members.
func (p *Prover) mended(source, person string, met map[access.GroupID]string) error {
	if p.readings[source].unmended[normalDN(person)] {
		return fmt.Errorf("%q was renamed, and some group still lists the former name", person)
	}
	for id, dn := range met {
		if p.readings[id.Source].unmended[normalDN(dn)] {
			return fmt.Errorf("%q was renamed, and some group still lists the former name", dn)
		}
	}
	return nil
}

// climb is one walk upwards through the groups of all directories.
type climb struct {
	p    *Prover
	met  map[access.GroupID]string // DNs
	next []rung
}

// rung is somebody, or a group, whom groups may list.
type rung struct {
	source, dn, sid string
	primary         string   // SID of the primary group; people only
	uids            []string // folded; people only
}

// up meets all groups above a person, each once.
func (c *climb) up(ctx context.Context, source string, r *record) error {
	c.next = []rung{{source, r.dn, r.person.sid, r.person.primary, r.person.uids}}
	for len(c.next) > 0 {
		level := c.next
		c.next = nil
		for _, s := range c.p.d.sources {
			if len(s.o.Groups.Bases) == 0 {
				continue
			}
			l, err := c.p.look(ctx, s.o.Name, true)
			if err != nil {
				return err
			}
			for some := range chunks(level, atATime) {
				if err := c.above(ctx, l, some); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// above meets the groups of one directory that list some of a level themselves.
func (c *climb) above(ctx context.Context, l *lookup, some []rung) error {
	here := slices.DeleteFunc(slices.Clone(some), func(r rung) bool { return r.source != l.m.o.Name })
	for _, s := range l.m.scopes {
		if filter := l.listing(some, len(c.p.d.sources) > 1); filter != "" {
			if err := c.meet(ctx, l, s, filter, nil, nil); err != nil {
				return err
			}
		}
		if err := c.unsearchable(ctx, l, s, here); err != nil {
			return err
		}
	}
	return nil
}

// unsearchable meets the groups that a server shows with somebody and does not find by them: servers tell u1 from U1 in
// memberUid, a reading does not; and OpenLDAP computes members for who reads the group only (overlay dynlist). Their lists are read.
func (c *climb) unsearchable(ctx context.Context, l *lookup, s *scope, here []rung) error {
	if !l.m.kind.memberUIDs || len(here) == 0 {
		return nil
	}
	uids, dns := map[string]bool{}, map[string]bool{}
	for _, r := range here {
		dns[normalDN(r.dn)] = true
		for _, uid := range r.uids {
			uids[uid] = true
		}
	}
	if len(uids) > 0 {
		names := func(e *wire.Entry) bool {
			return slices.ContainsFunc(folded(e.Values("memberuid")), func(uid string) bool { return uids[uid] })
		}
		if err := c.meet(ctx, l, s, "(memberUid=*)", []string{"memberuid"}, names); err != nil {
			return err
		}
	}
	return c.meet(ctx, l, s, "(memberURL=*)", l.m.kind.members, func(e *wire.Entry) bool {
		return slices.ContainsFunc(l.m.kind.members, func(attribute string) bool {
			return slices.ContainsFunc(e.Values(attribute), func(dn string) bool { return dns[normalDN(dn)] })
		})
	})
}

// listing is a filter for the groups that list some of a level; "": none can.
func (l *lookup) listing(some []rung, foreigners bool) string {
	var terms []string
	for _, r := range some {
		if r.source == l.m.o.Name {
			terms = append(terms, listing(l.m.kind.members, []string{r.dn}))
		}
		if r.primary != "" && l.m.kind.primaryGroup {
			terms = append(terms, "(objectSid="+octets(r.primary)+")")
		}
		if r.sid != "" && l.m.kind.primaryGroup && foreigners {
			terms = append(terms, listing(l.m.kind.members, l.foreignDNs(r.sid)))
		}
	}
	if len(terms) == 0 {
		return ""
	}
	return "(|" + strings.Join(terms, "") + ")"
}

// foreignDNs are the names under which Active Directory may list somebody of another domain.
func (l *lookup) foreignDNs(sid string) []string {
	var dns []string
	for _, head := range l.c.Root().Values("namingcontexts") {
		dns = append(dns, "CN="+sidText(sid)+",CN=ForeignSecurityPrincipals,"+head)
	}
	return dns
}

// meet meets the groups of a scope that a filter finds, and of these, if lists is given, those of which it says so;
// it looks at the attributes.
func (c *climb) meet(ctx context.Context, l *lookup, s *scope, filter string, attributes []string, lists func(e *wire.Entry) bool) error {
	find := s.Search
	find.Filter, find.Attributes = "(&"+s.Filter+filter+")", append([]string{l.m.kind.id.attribute}, attributes...)
	if l.m.kind.primaryGroup {
		find.Attributes = append(find.Attributes, "objectsid")
	}
	return l.c.Each(ctx, find, func(e *ldap.Entry) error {
		l.m.entry.Fill(e)
		text, err := l.m.idOf(l.m.entry)
		if err != nil {
			return err
		}
		id := access.GroupID{Source: l.m.o.Name, ID: text}
		if _, known := c.met[id]; known || lists != nil && !lists(l.m.entry) {
			return nil
		}
		c.met[id] = e.DN
		c.next = append(c.next, rung{source: id.Source, dn: e.DN, sid: string(l.m.entry.Raw("objectsid"))})
		return nil
	})
}

// meetAgain fails if a group that was met bears another name now.
func (c *climb) meetAgain(ctx context.Context) error {
	ids := map[string][]string{}
	for id := range c.met {
		ids[id.Source] = append(ids[id.Source], id.ID)
	}
	for source, ids := range ids {
		l, err := c.p.look(ctx, source, true)
		if err != nil {
			return err
		}
		for _, s := range l.m.scopes {
			if err := l.m.fetch(ctx, l.c, s, ids); err != nil {
				return err
			}
			for id, r := range s.records {
				if was := c.met[access.GroupID{Source: source, ID: id}]; was != r.dn {
					return fmt.Errorf("%q is now %q", was, r.dn)
				}
			}
		}
	}
	return nil
}
