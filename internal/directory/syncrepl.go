package directory

import (
	"context"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// syncRepl follows OpenLDAP by RFC 4533. Each scope has a cookie of its own.
type syncRepl struct {
	above []*scope // entries that have others below them
}

func (f *syncRepl) String() string { return "RFC 4533" }

// fill reads everything by the refresh that gives the first cookies.
func (f *syncRepl) fill(ctx context.Context, c *wire.Conn, m *mirror) error {
	f.above = m.above()
	for _, s := range m.scopes {
		if err := f.refresh(ctx, c, m, s); err != nil {
			return err
		}
	}
	for _, s := range f.above {
		if err := f.readAbove(ctx, c, m, s); err != nil {
			return err
		}
	}
	return nil
}

// readAbove learns what is above people and groups. A server that does not know the
// attribute finds nothing, instead of saying so.
func (f *syncRepl) readAbove(ctx context.Context, c *wire.Conn, m *mirror, s *scope) error {
	found := false
	synced, err := c.Sync(ctx, s.Search, nil, func(e wire.SyncEvent) error {
		if e.Entry != nil {
			found = true
			m.tree.name(m.kind.id.synced(e.ID), e.Entry.DN)
		}
		return nil
	})
	occupied := func(kept *scope) bool { return len(kept.records) > 0 && under(normalDN(kept.Base), normalDN(s.Base)) }
	if err == nil && !found && slices.ContainsFunc(m.scopes, occupied) {
		err = &cannotFollow{"the server does not answer for " + s.Filter}
	}
	s.cookie = synced.Cookie
	return err
}

func (f *syncRepl) follow(ctx context.Context, c *wire.Conn, m *mirror) error {
	for _, s := range m.scopes {
		if err := f.refresh(ctx, c, m, s); err != nil {
			return err
		}
	}
	for _, s := range f.above {
		if err := f.refreshAbove(ctx, c, m, s); err != nil {
			return err
		}
	}
	return nil
}

// refresh brings one scope up to date.
func (f *syncRepl) refresh(ctx context.Context, c *wire.Conn, m *mirror, s *scope) error {
	m.pass++
	synced, err := c.Sync(ctx, s.Search, s.cookie, func(e wire.SyncEvent) error { return m.apply(s, e) })
	if err != nil {
		return err
	}
	if synced.Whole {
		m.sweep(s)
	}
	if len(s.records) == 0 { // whether nobody is there, or the base is gone with all below it, the base itself tells
		if err := c.See(ctx, s.Search); err != nil {
			return err
		}
	}
	s.cookie = synced.Cookie
	return m.drain(ctx, c)
}

// apply takes over one event. An id that is not known can be gone: it was never in the scope.
func (m *mirror) apply(s *scope, e wire.SyncEvent) error {
	id := m.kind.id.synced(e.ID)
	if e.Entry != nil {
		r, err := m.put(s, e.Entry)
		if err == nil && r.id != id {
			err = &wire.EntryError{Text: fmt.Sprintf("entry %q is told as %s and shows the %s %s: one of them is not its immutable id", e.Entry.DN, id, m.kind.id.attribute, r.id)}
		}
		return err
	}
	if e.Gone {
		m.drop(s, id)
	} else if r := s.records[id]; r != nil {
		r.mark = m.pass
	}
	return nil
}

// refreshAbove looks whether something above people and groups was renamed, moved or deleted.
func (f *syncRepl) refreshAbove(ctx context.Context, c *wire.Conn, m *mirror, s *scope) error {
	named := map[string]bool{}
	synced, err := c.Sync(ctx, s.Search, s.cookie, func(e wire.SyncEvent) error {
		id := m.kind.id.synced(e.ID)
		named[id] = !e.Gone
		switch {
		case e.Gone:
			return m.tree.removed(id)
		case e.Entry != nil:
			return m.tree.changed(id, e.Entry.DN)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if synced.Whole {
		for id, dn := range m.tree.ids {
			if under(dn, normalDN(s.Base)) && !named[id] {
				return m.tree.removed(id)
			}
		}
	}
	s.cookie = synced.Cookie
	return nil
}

// above are searches for what has entries below it (X.501, 13.4.4),
// one for each base that lies below no other.
func (m *mirror) above() []*scope {
	var all []*scope
	for _, base := range m.tops() {
		all = append(all, &scope{Search: wire.Search{Of: "people", Base: base, Filter: "(hasSubordinates=TRUE)", Attributes: []string{"1.1"}}})
	}
	return all
}

// tops are the bases that lie below no other, each once.
func (m *mirror) tops() []string {
	var tops []string
	for _, base := range slices.Concat(m.o.People.Bases, m.o.Groups.Bases) {
		normal := normalDN(base)
		below := func(other string) bool { return under(normal, normalDN(other)) }
		if slices.ContainsFunc(tops, below) {
			continue
		}
		tops = slices.DeleteFunc(tops, func(other string) bool { return under(normalDN(other), normal) })
		tops = append(tops, base)
	}
	return tops
}
