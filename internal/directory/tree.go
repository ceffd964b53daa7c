package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// tree knows the entries above those that are kept, by their ids: when an organizational unit
// is renamed or moved, all DNs below it change, and no server says so of each.
type tree struct {
	m        *mirror
	bases    []string          // normal DNs
	parents  map[string]string // normal DN -> id; "": not asked for yet
	ids      map[string]string // id -> normal DN
	broken   error             // why the DNs below some entry are not known any more
	suspects []string          // DNs of entries that may have come with something below them
}

func newTree(m *mirror) tree {
	t := tree{m: m, parents: map[string]string{}, ids: map[string]string{}}
	for _, base := range append(slices.Clone(m.o.People.Bases), m.o.Groups.Bases...) {
		t.bases = append(t.bases, normalDN(base))
	}
	return t
}

// grow takes note of what is above an entry, up to its base.
func (t *tree) grow(normal string) {
	for above := parentDN(normal); t.within(above) && !slices.Contains(t.bases, above); above = parentDN(above) {
		if _, known := t.parents[above]; known {
			return
		}
		t.parents[above] = ""
	}
}

// within says whether a normal DN lies below a base.
func (t *tree) within(normal string) bool {
	return slices.ContainsFunc(t.bases, func(base string) bool { return under(normal, base) })
}

// learn asks for the ids of the entries above that are new. One that is not shown could be renamed
// without a trace.
func (t *tree) learn(ctx context.Context, c *wire.Conn) error {
	t.recognise()
	for dn, id := range t.parents {
		if id != "" {
			continue
		}
		found, err := c.One(ctx, dn, []string{t.m.kind.id.attribute})
		if err != nil {
			return err
		}
		if found == nil {
			return &cannotFollow{fmt.Sprintf("the bind account may not see %q, of which it sees what is below", dn)}
		}
		t.m.entry.Fill(found)
		if id, err = t.m.idOf(t.m.entry); err != nil {
			return err
		}
		t.name(id, dn)
	}
	return nil
}

// recognise names the entries above others that were read as units.
func (t *tree) recognise() {
	if !slices.Contains(slices.Collect(maps.Values(t.parents)), "") {
		return
	}
	for _, s := range t.m.scopes {
		if s.of != ofUnits {
			continue
		}
		for id, r := range s.records {
			if normal := normalDN(r.dn); t.parents[normal] == "" {
				t.name(id, normal)
			}
		}
	}
}

// name is told the id of an entry above others.
func (t *tree) name(id, dn string) {
	normal := normalDN(dn)
	if _, above := t.parents[normal]; above {
		t.parents[normal], t.ids[id] = id, normal
	}
}

// changed is told of an entry that is neither person nor group: it is there, under a DN. The
// error wraps ErrReload if it was above others elsewhere.
func (t *tree) changed(id, dn string) error {
	normal := normalDN(dn)
	was, known := t.ids[id]
	switch {
	case known && was != normal:
		return fmt.Errorf("%w: %q is now %q, with all below it", wire.ErrReload, was, dn)
	case !known && t.within(normal):
		t.suspects = append(t.suspects, dn)
	}
	return nil
}

// removed is told of an entry that is not there any more.
func (t *tree) removed(id string) error {
	if was, known := t.ids[id]; known {
		return fmt.Errorf("%w: %q is gone, or was moved with all below it", wire.ErrReload, was)
	}
	return nil
}

// left is told that a person or a group is not under its DN any more.
func (t *tree) left(r *record) {
	if _, above := t.parents[normalDN(r.dn)]; above {
		t.broken = fmt.Errorf("%w: %q was moved with all below it", wire.ErrReload, r.dn)
	}
}

// settle looks below what has come: what was moved here as a whole shows in no other way.
func (t *tree) settle(ctx context.Context, c *wire.Conn) error {
	if t.broken != nil {
		return t.broken
	}
	for _, dn := range t.suspects {
		for _, s := range t.m.scopes {
			if err := t.look(ctx, c, s, dn); err != nil {
				return err
			}
		}
	}
	t.suspects = nil
	err := t.learn(ctx, c)
	var hidden *cannotFollow
	if errors.As(err, &hidden) {
		return fmt.Errorf("%w: %w", wire.ErrReload, err)
	}
	return err
}

// look finds out whether a scope has something below dn that is not known to be there.
func (t *tree) look(ctx context.Context, c *wire.Conn, s *scope, dn string) error {
	if !under(normalDN(dn), normalDN(s.Base)) {
		return nil
	}
	find := s.Search
	find.Base, find.Attributes = dn, []string{t.m.kind.id.attribute}
	return c.Each(ctx, find, func(from *ldap.Entry) error {
		t.m.entry.Fill(from)
		id, err := t.m.idOf(t.m.entry)
		if err != nil {
			return err
		}
		if r := s.records[id]; r == nil || r.dn != from.DN {
			return fmt.Errorf("%w: %q has come with entries below it", wire.ErrReload, dn)
		}
		return nil
	})
}

// parentDN is the normal DN above another; "" above the last.
func parentDN(normal string) string {
	for i := 0; i < len(normal); i++ {
		switch normal[i] {
		case '\\':
			i++
		case ',':
			return normal[i+1:]
		}
	}
	return ""
}
