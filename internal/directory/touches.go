package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// touches follows a server that tells which entries of a whole naming context have changed, and
// little more that can be relied on. The entries concerned are read by their ids, so that
// the server itself judges what the filters find.
type touches struct {
	protocol
	contexts []*namingContext
}

// protocol is how a server tells which entries have changed.
type protocol interface {
	// begin returns where to go on from what there is now.
	begin(ctx context.Context, c *wire.Conn, m *mirror, head string) (cookie []byte, err error)
	// since tells all that has changed since the cookie, and where to go on.
	since(ctx context.Context, c *wire.Conn, m *mirror, n *namingContext, tell func(touch)) (cookie []byte, err error)
	String() string
}

// namingContext is one part of the directory and where to go on in it.
type namingContext struct {
	head   string // DN
	cookie []byte
}

// touch is one entry that has changed in some way.
type touch struct {
	id, dn string // dn: "" if it is not known
	gone   bool
	named  bool // it may be new, or bear another DN
}

// fill notes where to go on before it reads, so that what changes meanwhile is told again.
func (f *touches) fill(ctx context.Context, c *wire.Conn, m *mirror) (err error) {
	if f.contexts, err = contextsOf(c, m.tops()); err != nil {
		return err
	}
	for _, n := range f.contexts {
		if n.cookie, err = f.begin(ctx, c, m, n.head); err != nil {
			return err
		}
	}
	return m.readPages(ctx, c)
}

func (f *touches) follow(ctx context.Context, c *wire.Conn, m *mirror) (err error) {
	var touched []touch
	for _, n := range f.contexts {
		if n.cookie, err = f.since(ctx, c, m, n, func(t touch) { touched = append(touched, t) }); err != nil {
			return err
		}
	}
	return m.look(ctx, c, touched)
}

// contextsOf are the naming contexts in which the bases lie, each once.
func contextsOf(c *wire.Conn, bases []string) ([]*namingContext, error) {
	heads := c.Root().Values("namingcontexts")
	var found []*namingContext
	for _, base := range bases {
		var head string
		for _, h := range heads {
			if under(normalDN(base), normalDN(h)) && len(h) > len(head) {
				head = h
			}
		}
		if head == "" {
			return nil, fmt.Errorf("base %q lies in none of the naming contexts of %s (%q): check directory.people.bases and directory.groups.bases", base, c.Server(), heads)
		}
		if !slices.ContainsFunc(found, func(n *namingContext) bool { return n.head == head }) {
			found = append(found, &namingContext{head: head})
		}
	}
	return found, nil
}

// look reads the entries that were touched and belong to a scope, or did.
func (m *mirror) look(ctx context.Context, c *wire.Conn, touched []touch) error {
	slices.SortFunc(touched, func(a, b touch) int { return cmp.Compare(a.id, b.id) })
	for _, s := range m.scopes {
		base := normalDN(s.Base)
		var ids []string
		for _, t := range touched {
			if s.records[t.id] != nil || !t.gone && under(normalDN(t.dn), base) {
				ids = append(ids, t.id)
			}
		}
		if err := m.fetch(ctx, c, s, slices.Compact(ids)); err != nil {
			return err
		}
	}
	for _, t := range touched {
		if err := m.lookAbove(t); err != nil {
			return err
		}
	}
	return nil
}

// lookAbove tells the tree of an entry that is neither person nor group.
func (m *mirror) lookAbove(t touch) error {
	known := slices.ContainsFunc(m.scopes, func(s *scope) bool { return s.of != ofUnits && s.records[t.id] != nil })
	switch {
	case known:
		return nil
	case t.gone:
		return m.tree.removed(t.id)
	case t.named:
		return m.tree.changed(t.id, t.dn)
	}
	return nil
}

// dirSync is Active Directory's control of that name.
type dirSync struct{}

func (dirSync) String() string { return "DirSync" }

// nothing is found by no search: it advances a cookie without being told anything.
const nothing = "(!(objectClass=*))"

func (dirSync) begin(ctx context.Context, c *wire.Conn, m *mirror, head string) ([]byte, error) {
	if err := seesDeletions(ctx, c, head); err != nil {
		return nil, err
	}
	find := wire.Search{Of: "people", Base: head, Filter: nothing, Attributes: []string{m.kind.id.attribute}}
	return c.DirSync(ctx, find, nil, func(*ldap.Entry) error { return nil })
}

// seesDeletions finds out whether the bind account may see what was deleted. Without
// that, DirSync says nothing of a deletion to it (Samba), or not of each.
func seesDeletions(ctx context.Context, c *wire.Conn, head string) error {
	const bin = "CN=Deleted Objects," // [MS-ADTS] 6.1.1.4.2
	found, err := c.One(ctx, bin+head, []string{"objectClass"}, wire.ShowDeleted())
	if err == nil && (found == nil || found.GetAttributeValue("objectClass") == "") { // Samba shows that it is there, and no more
		err = &cannotFollow{"the bind account may not read " + bin + head + ", and would not be told of deletions: let it (dsacls)"}
	}
	return err
}

func (dirSync) since(ctx context.Context, c *wire.Conn, m *mirror, n *namingContext, tell func(touch)) ([]byte, error) {
	// No attributes are named: a filter may look at any, and only a change of those named is told. The
	// filter is one that deleted entries still satisfy.
	find := wire.Search{Of: "people", Base: n.head, Filter: "(objectClass=*)"}
	return c.DirSync(ctx, find, n.cookie, func(e *ldap.Entry) error {
		m.entry.Fill(e)
		id, err := m.idOf(m.entry)
		if err != nil {
			return err
		}
		tell(touch{id: id, dn: e.DN, gone: m.entry.Has("isdeleted", "TRUE"), named: len(m.entry.Values("name")) > 0})
		return nil
	})
}
