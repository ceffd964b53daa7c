package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// lookup is one look for people, or for groups.
type lookup struct {
	c *wire.Conn
	m *mirror
}

// inScope looks for an entry where it should be; nil: it is not there. All bases are searched: an id
// that two entries bear proves nothing.
func (l *lookup) inScope(ctx context.Context, id string) (in *scope, found *record, err error) {
	for _, s := range l.m.scopes {
		if err := l.m.fetch(ctx, l.c, s, []string{id}); err != nil {
			return nil, nil, err
		}
		r := s.records[id]
		if r == nil {
			continue
		}
		if found != nil && found.node != r.node {
			return nil, nil, l.twice(id, found.dn, r.dn)
		}
		in, found = s, r
	}
	return in, found, nil
}

func (l *lookup) twice(id, one, other string) error {
	return fmt.Errorf("%q and %q have the same %s %s: the entry was moved meanwhile, or it was copied with its id", one, other, l.m.kind.id.attribute, id)
}

// personInPlace is the proof of somebody whom a scope finds.
func (l *lookup) personInPlace(s *scope, r *record) access.Proof {
	person := l.m.personOf(r, l.m.now)
	if person.Standing == access.Gone {
		return access.Proof{Standing: access.Gone, DN: r.dn, Why: left}
	}
	return access.Proof{Standing: person.Standing, DN: r.dn, Why: "found below " + s.Base, Person: &person}
}

const left = "moved to where those are who have left"

// groupInPlace is the proof of a group that a scope finds. Which members it shows is not asked, only whether it does.
func (l *lookup) groupInPlace(ctx context.Context, s *scope, r *record) (access.Proof, error) {
	listing := append([]string{"memberuid"}, l.m.kind.members...)
	find := s.Search
	find.Filter, find.Attributes, find.NamesOnly = l.m.kind.id.filter(s.Filter, []string{r.id}), listing, true
	lists := false
	err := l.c.Each(ctx, find, func(e *ldap.Entry) error {
		lists = lists || slices.ContainsFunc(e.Attributes, func(a *ldap.EntryAttribute) bool {
			name, _, _ := strings.Cut(strings.ToLower(a.Name), ";")
			return slices.Contains(listing, name)
		})
		return nil
	})
	proof := access.Proof{Standing: access.Active, DN: r.dn, Why: "found below " + s.Base}
	switch {
	case err != nil:
		return access.Proof{}, err
	case !lists && r.group.hidden:
		return access.Proof{}, fmt.Errorf("%q does not show its members: let the bind account read them", r.dn)
	case !lists:
		proof.Why += ", and lists nobody"
	}
	return proof, nil
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
	case l.groups():
	case l.m.o.People.left(normalDN(e.DN)):
		proof.Standing, proof.Why = access.Gone, left
	case s == access.Disabled || s == access.Expired:
		proof.Standing, proof.Why = s, "outside the bases or the filter, and "+s.String()
	}
	return proof
}

func (l *lookup) groups() bool { return len(l.m.scopes) > 0 && l.m.scopes[0].of == ofGroups }

// everywhere looks for an id in the naming contexts of the bases. blind says where the bind account may not look.
func (l *lookup) everywhere(ctx context.Context, id string) (found *ldap.Entry, blind string, err error) {
	if l.m.o.Kind == ActiveDirectory {
		found, err = l.c.One(ctx, "<GUID="+id+">", l.attributes(), wire.ShowDeleted())
		return found, "", err
	}
	for _, place := range l.m.o.People.LeaversIn {
		if found, err := l.bearing(ctx, place, id); err != nil || found != nil {
			return found, "", err
		}
	}
	heads, err := contextsOf(l.c, l.m.tops())
	if err != nil {
		return nil, "", err
	}
	for _, n := range heads {
		ignored := l.c.Referred()
		found, err := l.bearing(ctx, n.head, id)
		switch {
		case errors.Is(err, wire.ErrHidden) || ldap.IsErrorAnyOf(err, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInsufficientAccessRights):
			blind = n.head
		case err != nil || found != nil:
			return found, "", err
		case l.c.Referred() > ignored:
			blind = n.head + ", of which another server has a part"
		}
	}
	return nil, blind, nil
}

func (l *lookup) attributes() []string {
	return append([]string{l.m.kind.id.attribute, "isDeleted"}, l.m.kind.standingFrom...)
}

// bearing is the entry with an id below a place; nil: there is none.
func (l *lookup) bearing(ctx context.Context, place, id string) (found *ldap.Entry, err error) {
	of := "people"
	if l.groups() {
		of = "groups"
	}
	find := wire.Search{Of: of, Base: place, Filter: l.m.kind.id.filter("(objectClass=*)", []string{id}), Attributes: l.attributes()}
	err = l.c.Each(ctx, find, func(e *ldap.Entry) error {
		if found != nil {
			return l.twice(id, found.DN, e.DN)
		}
		found = e
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// behind fails where one server does not find what another has shown: it may not have been told yet.
func (l *lookup) behind(r reading) error {
	if l.c.Origin() == r.origin {
		return nil
	}
	return fmt.Errorf("%s does not find what %s has shown: it may lag behind; the next run tries again", l.c.Server(), r.server)
}
