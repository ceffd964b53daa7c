package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

func (m *mirror) searchUnits(base string) wire.Search {
	var classes strings.Builder
	for _, class := range m.kind.unitClasses {
		classes.WriteString("(objectClass=" + class + ")")
	}
	return wire.Search{Of: "people", Base: base, Filter: "(|" + classes.String() + ")", Attributes: []string{m.kind.id.attribute}}
}

// readUnits ends a reading in full: it reads what is above the bases, and looks whether the units have stood still.
func (m *mirror) readUnits(ctx context.Context, c *wire.Conn) error {
	if !m.o.Units {
		return nil
	}
	if err := m.readAloft(ctx, c); err != nil {
		return err
	}
	return m.steady(ctx, c, func(was, is string) error {
		return &wire.EntryError{Text: fmt.Sprintf("%q has become %q during the reading, with all below it, which is tried again with the next run", was, is)}
	})
}

// readAloft reads the units above the bases of people: once a base is written anew because one of them was renamed,
// the rules that name that one are followed all the same. One that is not shown is none.
func (m *mirror) readAloft(ctx context.Context, c *wire.Conn) error {
	s := newScope(ofUnits, wire.Search{})
	m.pass++
	for _, dn := range m.aloft(c) {
		found, err := c.One(ctx, dn, []string{m.kind.id.attribute, "objectclass"})
		if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights) {
			return err
		}
		if found == nil || !m.isUnit(found) {
			continue
		}
		if _, err := m.put(s, found); err != nil {
			return err
		}
	}
	return nil
}

// aloft are the DNs above the bases of people, up to the heads of the naming contexts.
func (m *mirror) aloft(c *wire.Conn) []string {
	heads := c.Root().Values("namingcontexts")
	var all []string
	for _, base := range m.o.People.Bases {
		inside := func(dn string) bool {
			return slices.ContainsFunc(heads, func(head string) bool { return under(dn, normalDN(head)) })
		}
		for dn := parentDN(normalDN(base)); dn != "" && inside(dn); dn = parentDN(dn) {
			all = append(all, dn)
		}
	}
	return distinct(all)
}

// isUnit says whether an entry that was not found by its class is a unit, and shows its id.
func (m *mirror) isUnit(e *ldap.Entry) bool {
	m.entry.Fill(e)
	has := func(class string) bool { return m.entry.Has("objectclass", class) }
	return len(m.entry.Raw(m.kind.id.attribute)) > 0 && slices.ContainsFunc(m.kind.unitClasses, has)
}

// steadyNow ends a reading of what has changed: if that is anything at all, the units are looked at once more.
func (m *mirror) steadyNow(ctx context.Context, c *wire.Conn) error {
	if !m.people.changed() && !m.units.changed() {
		return nil
	}
	return m.steady(ctx, c, func(was, is string) error {
		return fmt.Errorf("%w: %q is now %q, with all below it", wire.ErrReload, was, is)
	})
}

// steady fails if a unit bears another DN than at the beginning of the reading, which is with the units: of the people below
// it, some would be judged by the DNs of before and some by those of now.
func (m *mirror) steady(ctx context.Context, c *wire.Conn, moved func(was, is string) error) error {
	for _, s := range m.scopes {
		if s.of != ofUnits {
			continue
		}
		find := s.Search
		find.Attributes = []string{m.kind.id.attribute}
		err := c.Each(ctx, find, func(from *ldap.Entry) error {
			m.entry.Fill(from)
			id, err := m.idOf(m.entry)
			if err != nil {
				return err
			}
			if r := s.records[id]; r != nil && r.dn != from.DN && normalDN(r.dn) != normalDN(from.DN) {
				return moved(r.dn, from.DN)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// unitsOf are the units of all directories, sorted by id; nil: some directory was not asked for them.
func unitsOf(mirrors []*mirror) []access.Unit {
	units := []access.Unit{}
	for _, m := range mirrors {
		if !m.o.Units {
			return nil
		}
		for _, r := range once(m.units.settle()) {
			units = append(units, access.Unit{ID: access.GroupID{Source: m.o.Name, ID: r.id}, DN: r.dn})
		}
	}
	slices.SortFunc(units, func(a, b access.Unit) int { return cmp.Or(a.ID.Compare(b.ID), cmp.Compare(a.DN, b.DN)) })
	return units
}
