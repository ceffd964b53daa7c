package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// mirror is what was read of one directory. It is kept, so that the next refresh needs
// only what has changed; a reading that fails in between is thrown away with it.
type mirror struct {
	o      *Options
	kind   traits
	origin string // the server that it was read from: what says where to go on means nothing to another
	server string
	feed   feed   // how to find out what has changed; nil: by reading everything anew
	why    string // why not by a better way; "": it is the best

	match          map[string]access.Match // of the attributes that the rules look at
	unknown        []string                // those of which the schema knows nothing
	scopes         []*scope
	nodes          map[string]int32 // number of each normal DN met
	texts          *interner
	groupTexts     *interner   // for the attributes of groups, whose sets have other names
	entry          *wire.Entry // filled again for each that arrives
	pass           uint32
	people, groups roll
	units          roll
	tree           tree
	upset          upset
	pieces         []piece

	now     time.Time // of the refresh in hand
	stamped bool      // records keep stamps
	latest  string    // the largest modifyTimestamp seen
}

// piece is an attribute of a group of which the server sent the first values only. The
// others are asked for when the search is over: before that, the answer would wait
// behind entries that nobody takes.
type piece struct {
	record *record
	first  *ldap.EntryAttribute
}

func newMirror(o *Options, c *wire.Conn, now time.Time) *mirror {
	m := &mirror{
		o: o, kind: o.Kind.traits(), origin: c.Origin(), server: c.Server(), now: now,
		nodes: map[string]int32{}, texts: newInterner(), groupTexts: newInterner(), entry: wire.NewEntry(),
	}
	m.tree = newTree(m)
	if o.Units { // first: see steady
		for _, base := range o.People.Bases {
			m.scopes = append(m.scopes, newScope(ofUnits, m.searchUnits(base)))
		}
	}
	for _, base := range o.People.Bases {
		m.scopes = append(m.scopes, newScope(ofPeople, m.searchPeople(base)))
	}
	for _, base := range o.Groups.Bases {
		m.scopes = append(m.scopes, newScope(ofGroups, m.searchGroups(base)))
	}
	return m
}

func newScope(of content, s wire.Search) *scope {
	return &scope{Search: s, of: of, records: map[string]*record{}}
}

// nodeOf is the number of a normal DN.
func (m *mirror) nodeOf(normal string) int32 {
	node, known := m.nodes[normal]
	if !known {
		node = int32(len(m.nodes))
		m.nodes[normal] = node
	}
	return node
}

// put takes over what the server says of one entry of a scope. Two entries with one
// id in one pass are no move, or a move that the reading cannot be sure to have seen whole.
func (m *mirror) put(s *scope, from *ldap.Entry) (*record, error) {
	e := m.entry
	e.Fill(from)
	id, err := m.idOf(e)
	if err != nil {
		return nil, err
	}
	normal := normalDN(e.DN)
	r := &record{id: id, dn: e.DN, node: m.nodeOf(normal), read: m.pass, mark: m.pass}
	if m.stamped {
		r.stamp, r.young = m.stampOf(e)
	}
	old := s.records[id]
	if old != nil && old.read == m.pass && old.node != r.node {
		return nil, &wire.EntryError{Text: fmt.Sprintf("%q and %q have the same %s %s: the entry was moved during the search, which is tried again with the next run, or it was copied with its id", old.dn, e.DN, m.kind.id.attribute, id)}
	}
	switch s.of {
	case ofGroups:
		r.group = m.readGroup(e)
		for _, first := range e.Ranged {
			m.pieces = append(m.pieces, piece{r, first})
		}
	case ofPeople:
		if r.person, err = m.readPerson(e); err != nil {
			return nil, err
		}
	}
	m.replace(s, old, r)
	m.tree.grow(normal)
	return r, nil
}

// idOf is the immutable id of an entry.
func (m *mirror) idOf(e *wire.Entry) (string, error) {
	raw := e.Raw(m.kind.id.attribute)
	if len(raw) == 0 {
		return "", &wire.EntryError{Text: fmt.Sprintf("entry %q has no %s: let the bind account read this attribute", e.DN, m.kind.id.attribute)}
	}
	id, err := m.kind.id.decode(raw)
	if err != nil {
		return "", &wire.EntryError{Text: fmt.Sprintf("entry %q: %v", e.DN, err)}
	}
	return id, nil
}

// replace puts a record, or none, in the place of an older one, or none.
func (m *mirror) replace(s *scope, old, r *record) {
	if old != nil {
		old.gone = true
		delete(s.records, old.id)
		m.roll(s).drop(old)
		if r == nil || r.node != old.node {
			m.tree.left(old)
		}
	}
	if r != nil {
		s.records[r.id] = r
		m.roll(s).add(r)
	}
	if s.of != ofUnits { // which no group lists
		m.upset.note(old, r)
	}
}

// drop forgets an entry that the scope's search does not find any more.
func (m *mirror) drop(s *scope, id string) {
	if old := s.records[id]; old != nil {
		m.replace(s, old, nil)
	}
}

// sweep drops what this pass has not seen of a scope.
func (m *mirror) sweep(s *scope) {
	for id, r := range s.records {
		if r.mark != m.pass {
			m.drop(s, id)
		}
	}
}

func (m *mirror) roll(s *scope) *roll {
	switch s.of {
	case ofUnits:
		return &m.units
	case ofGroups:
		return &m.groups
	}
	return &m.people
}

// search reads a scope, or what more of its filter finds, page by page.
func (m *mirror) search(ctx context.Context, c *wire.Conn, s *scope, find wire.Search) error {
	if err := c.Each(ctx, find, func(e *ldap.Entry) error { _, err := m.put(s, e); return err }); err != nil {
		return err
	}
	return m.drain(ctx, c)
}

// atATime is how many entries one search asks for by id or by DN: few enough for any server's limit of a filter.
const atATime = 50

// fetch reads entries of a scope by their ids. One that is not found is dropped.
func (m *mirror) fetch(ctx context.Context, c *wire.Conn, s *scope, ids []string) error {
	m.pass++
	for some := range chunks(ids, atATime) {
		find := s.Search
		find.Filter = m.kind.id.filter(s.Filter, some)
		if err := m.search(ctx, c, s, find); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if r := s.records[id]; r != nil && r.mark != m.pass {
			m.drop(s, id)
		}
	}
	return nil
}

// drain reads the members that are still missing from groups that came in part.
func (m *mirror) drain(ctx context.Context, c *wire.Conn) error {
	for _, p := range m.pieces {
		values, err := c.Rest(ctx, p.record.dn, p.first)
		if err != nil {
			return err
		}
		m.addMembers(p.record.group, values)
	}
	m.pieces = nil
	return nil
}
