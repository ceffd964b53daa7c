package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

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
