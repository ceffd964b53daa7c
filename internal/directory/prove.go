package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Prover looks afresh at single people and groups (promise P2), on one connection to each
// directory, made when it is first needed and again when it was cut between two looks. One goroutine
// uses it, and closes it. An error always means that nothing is known: neither that somebody is
// there nor that somebody is not.
type Prover struct {
	d         *Directory
	last      *access.Snapshot // what is to be confirmed; nil: nothing was read yet
	readings  map[string]reading
	witnesses map[string]*witness
	samples   map[string]bool // directories in which climbing was tried out on people of the snapshot
}

// reading is how a directory was read for the snapshot.
type reading struct {
	server, origin string
	unmended       map[string]bool // normal DNs that are new, while some group listed the one before
}

// Prover makes one, which confirms or denies what the last Refresh has found. It connects to nothing yet.
// It waits for a Refresh that is under way.
func (d *Directory) Prover() *Prover {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := &Prover{d: d, last: d.last, readings: map[string]reading{}, witnesses: map[string]*witness{}, samples: map[string]bool{}}
	for _, s := range d.sources {
		if m := s.mirror; m != nil {
			p.readings[s.o.Name] = reading{m.server, m.origin, m.upset.unmended()}
		}
	}
	return p
}

// Close ends the connections, if there are any.
func (p *Prover) Close() {
	for _, w := range p.witnesses {
		w.c.Close()
	}
	clear(p.witnesses)
}

// Person says what has become of a person: active, disabled or expired; out of the bases or the filter;
// gone, which is in leavers_in, deleted, or found by no search though each succeeded.
func (p *Prover) Person(ctx context.Context, id access.PersonID) (access.Proof, error) {
	var proof access.Proof
	err := p.steadily(ctx, func() (err error) {
		proof, _, err = p.person(ctx, id)
		return err
	})
	if err != nil {
		return access.Proof{}, fmt.Errorf("prove person %s: %w", id, err)
	}
	return proof, nil
}

// person looks for somebody. The record is nil of one who is not in place.
func (p *Prover) person(ctx context.Context, id access.PersonID) (access.Proof, *record, error) {
	l, err := p.look(ctx, id.Source, false)
	if err != nil {
		return access.Proof{}, nil, err
	}
	s, r, err := l.inScope(ctx, id.ID)
	switch {
	case err != nil:
		return access.Proof{}, nil, err
	case r != nil:
		return l.personInPlace(s, r), r, nil
	}
	proof, err := l.elsewhere(ctx, id.ID)
	if err == nil && p.wasInPlace(id) {
		err = l.behind(p.readings[id.Source])
	}
	return proof, nil, err
}

// Group says whether a group is still there, under whatever name. One that does not show its members is an error.
func (p *Prover) Group(ctx context.Context, id access.GroupID) (access.Proof, error) {
	var proof access.Proof
	err := p.steadily(ctx, func() (err error) {
		proof, err = p.group(ctx, id)
		return err
	})
	if err != nil {
		return access.Proof{}, fmt.Errorf("prove group %s: %w", id, err)
	}
	return proof, nil
}

func (p *Prover) group(ctx context.Context, id access.GroupID) (access.Proof, error) {
	l, err := p.look(ctx, id.Source, true)
	if err != nil {
		return access.Proof{}, err
	}
	s, r, err := l.inScope(ctx, id.ID)
	switch {
	case err != nil:
		return access.Proof{}, err
	case r != nil:
		return l.groupInPlace(ctx, s, r)
	}
	proof, err := l.elsewhere(ctx, id.ID)
	if err == nil && p.wasRead(id) {
		err = l.behind(p.readings[id.Source])
	}
	return proof, err
}

// wasInPlace says whether the snapshot has somebody.
func (p *Prover) wasInPlace(id access.PersonID) bool {
	if p.last == nil {
		return false
	}
	_, found := slices.BinarySearchFunc(p.last.People, id, func(p access.Person, id access.PersonID) int { return p.ID.Compare(id) })
	return found
}

// wasRead says whether the snapshot has a group.
func (p *Prover) wasRead(id access.GroupID) bool {
	return p.last != nil && slices.ContainsFunc(p.last.Groups, func(g access.Group) bool { return g.ID == id })
}

// steadily looks once more if what failed was a connection from an earlier look: a server closes one
// that is idle for long, and that may be noticed too late.
func (p *Prover) steadily(ctx context.Context, look func() error) error {
	p.hangUp()
	old := make([]*witness, 0, len(p.witnesses))
	for _, w := range p.witnesses {
		old = append(old, w)
	}
	err := look()
	cut := slices.ContainsFunc(old, func(w *witness) bool { return w.c.Closed() })
	if err == nil || ctx.Err() != nil || !cut {
		return err
	}
	p.hangUp()
	return look()
}

// hangUp forgets the connections that have ended.
func (p *Prover) hangUp() {
	for name, w := range p.witnesses {
		if w.c.Closed() {
			w.c.Close()
			delete(p.witnesses, name)
		}
	}
}

// look prepares to look for people, or groups, in a directory.
func (p *Prover) look(ctx context.Context, name string, groups bool) (*lookup, error) {
	i := slices.IndexFunc(p.d.sources, func(s *source) bool { return s.o.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("no directory is called %s", name)
	}
	s := p.d.sources[i]
	if p.witnesses[name] == nil {
		w, err := call(ctx, s, p.readings[name].server)
		if err != nil {
			return nil, err
		}
		p.witnesses[name] = w
	}
	if groups && len(s.o.Groups.Bases) == 0 {
		return nil, errors.New("no groups are read there: write directory.groups.bases")
	}
	return p.witnesses[name].lookFor(groups, p.d.now()), nil
}
