package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
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
	for _, s := range l.m.scopes {
		if filter := l.listing(some, len(c.p.d.sources) > 1); filter != "" {
			if err := c.meet(ctx, l, s, filter, nil); err != nil {
				return err
			}
		}
		// Servers tell u1 from U1 in a group that names members so, a reading does not.
		for _, r := range some {
			if r.source == l.m.o.Name && len(r.uids) > 0 && l.m.kind.memberUIDs {
				if err := c.meet(ctx, l, s, "(memberUid=*)", r.uids); err != nil {
					return err
				}
			}
		}
	}
	return nil
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

// meet meets the groups of a scope that a filter finds; with uids, those that name one of them.
func (c *climb) meet(ctx context.Context, l *lookup, s *scope, filter string, uids []string) error {
	find := s.Search
	find.Filter, find.Attributes = "(&"+s.Filter+filter+")", []string{l.m.kind.id.attribute}
	if l.m.kind.primaryGroup {
		find.Attributes = append(find.Attributes, "objectsid")
	}
	if len(uids) > 0 {
		find.Attributes = append(find.Attributes, "memberuid")
	}
	return l.c.Each(ctx, find, func(e *ldap.Entry) error {
		l.m.entry.Fill(e)
		text, err := l.m.idOf(l.m.entry)
		if err != nil {
			return err
		}
		id := access.GroupID{Source: l.m.o.Name, ID: text}
		named := slices.ContainsFunc(folded(l.m.entry.Values("memberuid")), func(uid string) bool { return slices.Contains(uids, uid) })
		if _, known := c.met[id]; known || len(uids) > 0 && !named {
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

var errUnread = errors.New("no directory was read before")

// sample tries out, once for each directory, whether climbing finds what was read. A server may find nothing
// by an attribute that it shows, or not by what it computes itself: nobody would be in a group any more.
func (p *Prover) sample(ctx context.Context) error {
	if p.last == nil {
		return errUnread
	}
	for _, s := range p.d.sources {
		if p.samples[s.o.Name] || len(s.o.Groups.Bases) == 0 {
			continue
		}
		if err := p.sampleOf(ctx, s.o.Name); err != nil {
			return err
		}
		p.samples[s.o.Name] = true
	}
	return nil
}

func (p *Prover) sampleOf(ctx context.Context, source string) error {
	var differs error
	for _, person := range p.inGroupsOf(source) {
		want := make([]access.GroupID, 0, len(person.Groups))
		for _, at := range person.Groups {
			want = append(want, p.last.Groups[at].ID)
		}
		got, err := p.groupsOf(ctx, person.ID)
		if ctx.Err() != nil || err != nil && p.cut() {
			return err
		}
		missing := slices.DeleteFunc(slices.Clone(want), func(id access.GroupID) bool { return slices.Contains(got, id) })
		if err == nil && len(missing) == 0 {
			return nil
		}
		differs = cmp.Or(err, fmt.Errorf("asked which groups list %q, %s leaves out %d of the %d that do: let the bind account search by the members of groups, not only read them",
			person.DN, source, len(missing), len(want)))
	}
	return differs
}

// cut says whether a connection has ended.
func (p *Prover) cut() bool {
	for _, w := range p.witnesses {
		if w.c.Closed() {
			return true
		}
	}
	return false
}

// inGroupsOf are a few people of the snapshot who are in groups of a directory: whoever is in most, and others, as
// somebody may have changed since.
func (p *Prover) inGroupsOf(source string) []*access.Person {
	var most, first, last *access.Person
	for i := range p.last.People {
		person := &p.last.People[i]
		in := func(at int32) bool { return p.last.Groups[at].ID.Source == source }
		if !slices.ContainsFunc(person.Groups, in) || person.Standing == access.Gone {
			continue
		}
		if first == nil {
			first = person
		}
		if most == nil || len(person.Groups) > len(most.Groups) {
			most = person
		}
		last = person
	}
	if most == nil {
		return nil
	}
	return slices.Compact([]*access.Person{most, first, last})
}
