package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// Prover looks afresh at single people and groups (promise P2), on one connection to each
// directory, made when it is first needed. One goroutine uses it, and closes it. An error
// always means that nothing is known: neither that somebody is there nor that somebody is not.
type Prover struct {
	d     *Directory
	conns map[string]*wire.Conn // by name of the directory
}

// Prover makes one; it connects to nothing yet.
func (d *Directory) Prover() *Prover { return &Prover{d: d, conns: map[string]*wire.Conn{}} }

// Close ends the connections.
func (p *Prover) Close() {
	for _, c := range p.conns {
		c.Close()
	}
}

// Person says what has become of a person: active, disabled or expired; out of the bases or the filter;
// gone, which is in leavers_in, deleted, or found by no search though each succeeded.
func (p *Prover) Person(ctx context.Context, id access.PersonID) (access.Proof, error) {
	l, err := p.at(ctx, id.Source, false)
	if err != nil {
		return access.Proof{}, fmt.Errorf("prove person %s: %w", id, err)
	}
	proof, _, err := l.find(ctx, id.ID)
	if err != nil {
		return access.Proof{}, fmt.Errorf("prove person %s: %w", id, err)
	}
	return proof, nil
}

// Group says whether a group is still there, under whatever name. One that does not show its members is an error.
func (p *Prover) Group(ctx context.Context, id access.GroupID) (access.Proof, error) {
	_, proof, err := p.group(ctx, id)
	if err != nil {
		return access.Proof{}, fmt.Errorf("prove group %s: %w", id, err)
	}
	return proof, nil
}

func (p *Prover) group(ctx context.Context, id access.GroupID) (*lookup, access.Proof, error) {
	l, err := p.at(ctx, id.Source, true)
	if err != nil {
		return nil, access.Proof{}, err
	}
	proof, found, err := l.find(ctx, id.ID)
	if err == nil && found != nil && found.group.hidden {
		err = fmt.Errorf("%q does not show its members: let the bind account read them", found.dn)
	}
	return l, proof, err
}

// at prepares to look for people, or groups, in a directory.
func (p *Prover) at(ctx context.Context, name string, groups bool) (*lookup, error) {
	i := slices.IndexFunc(p.d.sources, func(s *source) bool { return s.o.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("no directory is called %s", name)
	}
	s := p.d.sources[i]
	if p.conns[name] == nil {
		c, err := wire.Dial(ctx, &s.wire, "")
		if err != nil {
			return nil, err
		}
		p.conns[name] = c
	}
	c := p.conns[name]
	m := newMirror(&s.o, c, p.d.now())
	m.scopes = slices.DeleteFunc(m.scopes, func(s *scope) bool { return s.groups != groups })
	return &lookup{c, m}, nil
}

// find looks for an entry where it should be, and then everywhere. The record is nil unless it is where it should be.
func (l *lookup) find(ctx context.Context, id string) (access.Proof, *record, error) {
	for _, s := range l.m.scopes {
		if err := l.m.fetch(ctx, l.c, s, []string{id}); err != nil {
			return access.Proof{}, nil, err
		}
		if r := s.records[id]; r != nil {
			return l.inPlace(s, r), r, nil
		}
	}
	proof, err := l.elsewhere(ctx, id)
	return proof, nil, err
}

// inPlace is the proof of an entry that its scope finds.
func (l *lookup) inPlace(s *scope, r *record) access.Proof {
	proof := access.Proof{Standing: access.Active, DN: r.dn, Why: "found below " + s.Base}
	if r.person != nil {
		proof.Standing = r.person.standing.at(l.m.now)
	}
	switch {
	case proof.Standing == access.Gone:
		proof.Why = "moved to where those are who have left"
	case r.group != nil && len(r.group.members)+len(r.group.uids) == 0:
		proof.Why += ", and lists nobody"
	}
	return proof
}

// lookup is one search for an entry.
type lookup struct {
	c *wire.Conn
	m *mirror
}

// elsewhere looks for an entry outside its bases and its filter, deleted ones included.
func (l *lookup) elsewhere(ctx context.Context, id string) (access.Proof, error) {
	found, blind, err := l.everywhere(ctx, id)
	switch {
	case err != nil:
		return access.Proof{}, err
	case found != nil:
		return l.outOfPlace(found), nil
	case blind != "":
		return access.Proof{Standing: access.OutOfScope, Why: "not found below its bases; elsewhere cannot be looked: " + blind}, nil
	}
	return access.Proof{Standing: access.Gone, Why: "no entry bears its id any more"}, nil
}

// outOfPlace judges an entry that no scope finds.
func (l *lookup) outOfPlace(e *ldap.Entry) access.Proof {
	l.m.entry.Fill(e)
	proof := access.Proof{Standing: access.OutOfScope, DN: e.DN, Why: "outside the bases or the filter"}
	switch s := l.m.kind.standing(l.m.entry).at(l.m.now); {
	case l.m.entry.Has("isdeleted", "TRUE"):
		return access.Proof{Standing: access.Gone, Why: "deleted: it is in the recycle bin as " + fmt.Sprintf("%q", e.DN)}
	case l.m.o.People.left(normalDN(e.DN)):
		proof.Standing, proof.Why = access.Gone, "moved to where those are who have left"
	case !l.groups() && (s == access.Disabled || s == access.Expired):
		proof.Standing, proof.Why = s, "outside the bases or the filter, and "+s.String()
	}
	return proof
}

func (l *lookup) groups() bool { return len(l.m.scopes) > 0 && l.m.scopes[0].groups }

// everywhere looks for an id in the naming contexts of the bases. blind says where the bind account may not look.
func (l *lookup) everywhere(ctx context.Context, id string) (found *ldap.Entry, blind string, err error) {
	attributes := append([]string{l.m.kind.id.attribute, "isDeleted"}, l.m.kind.standingFrom...)
	if l.m.o.Kind == ActiveDirectory {
		found, err = l.c.One(ctx, "<GUID="+id+">", attributes, wire.ShowDeleted())
		return found, "", err
	}
	heads, err := contextsOf(l.c, l.m.tops())
	if err != nil {
		return nil, "", err
	}
	places := slices.Clone(l.m.o.People.LeaversIn)
	for _, n := range heads {
		places = append(places, n.head)
	}
	for _, head := range places {
		find := wire.Search{Of: "people", Base: head, Filter: l.m.kind.id.filter("(objectClass=*)", []string{id}), Attributes: attributes}
		err := l.c.Each(ctx, find, func(e *ldap.Entry) error { found = e; return nil })
		switch {
		case found != nil:
			return found, "", nil
		case errors.Is(err, wire.ErrHidden) || ldap.IsErrorAnyOf(err, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInsufficientAccessRights):
			blind = head
		case err != nil:
			return nil, "", err
		}
	}
	return nil, blind, nil
}
