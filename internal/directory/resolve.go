package directory

import (
	"cmp"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// resolver makes one snapshot of the mirrors of all directories. All memberships are
// resolved in one pass, whose work is that of the people, the groups and the edges between them.
type resolver struct {
	sn      *access.Snapshot
	now     time.Time
	next    time.Time // when a standing changes by itself; zero: never
	groups  []members
	hidden  []int32            // groups that do not show their members
	bySID   map[string][]int32 // people, by the SID of their primary group
	people  map[string][]int32 // by their own SID: two directories may read one domain
	nested  map[string][]int32 // groups, by SID
	foreign []foreigner
}

// foreigner is a member whom a group lists by SID.
type foreigner struct {
	group int32
	sid   string
}

// snapshot is what the mirrors say at a moment, and when that changes by itself (zero: never).
func snapshot(mirrors []*mirror, now time.Time) (*access.Snapshot, time.Time) {
	r := &resolver{
		sn: &access.Snapshot{Taken: now, Match: agreed(mirrors), Unknown: unknownTo(mirrors)}, now: now,
		bySID: map[string][]int32{}, people: map[string][]int32{}, nested: map[string][]int32{},
	}
	mirrors = slices.SortedFunc(slices.Values(mirrors), func(a, b *mirror) int { return cmp.Compare(a.o.Name, b.o.Name) })
	for _, m := range mirrors {
		r.add(m)
	}
	r.bySIDs()
	for i, groups := range effective(r.groups, len(r.sn.People)) {
		r.sn.People[i].Groups = groups
	}
	r.nest()
	r.hide()
	r.sn.Units = unitsOf(mirrors)
	return r.sn, r.next
}

// add takes over people and groups of one directory.
func (r *resolver) add(m *mirror) {
	people, groups := m.people.settle(), m.groups.settle()
	if len(m.o.People.Bases) > 1 {
		people = once(people)
	}
	if len(m.o.Groups.Bases) > 1 {
		groups = once(groups)
	}
	r.sn.People = slices.Grow(r.sn.People, len(people))
	personAt, groupAt := places(len(m.nodes)), places(len(m.nodes))
	for _, p := range people {
		personAt[p.node] = int32(len(r.sn.People))
		r.addPerson(m, p)
	}
	first := len(r.sn.Groups)
	for i, g := range groups {
		groupAt[g.node] = int32(first + i)
		r.addGroup(m, g)
	}
	byUID := byUID(people, groups, personAt)
	for i, g := range groups {
		r.groups = append(r.groups, g.group.direct(personAt, groupAt, byUID))
		if g.group.hidden {
			r.hidden = append(r.hidden, int32(first+i))
		}
	}
}

// personOf is who a record says somebody is at a moment, but for the groups. Nobody else's record matters for it.
func (m *mirror) personOf(p *record, now time.Time) access.Person {
	return access.Person{
		ID: access.PersonID{Source: m.o.Name, ID: p.id}, DN: p.dn,
		Email: p.person.email, NoEmail: p.person.noEmail, Name: p.person.name,
		Standing: p.person.standing.at(now), Changed: p.person.changed, Attrs: p.person.attrs,
	}
}

func (r *resolver) addPerson(m *mirror, p *record) {
	at := int32(len(r.sn.People))
	r.sn.People = append(r.sn.People, m.personOf(p, r.now))
	if next := p.person.standing.next(r.now); !next.IsZero() && (r.next.IsZero() || next.Before(r.next)) {
		r.next = next
	}
	if p.person.sid != "" {
		r.people[p.person.sid] = append(r.people[p.person.sid], at)
	}
	if p.person.primary != "" {
		r.bySID[p.person.primary] = append(r.bySID[p.person.primary], at)
	}
}

func (r *resolver) addGroup(m *mirror, g *record) {
	at := int32(len(r.sn.Groups))
	r.sn.Groups = append(r.sn.Groups, access.Group{ID: access.GroupID{Source: m.o.Name, ID: g.id}, DN: g.dn, Name: g.group.name, Changed: g.group.changed, Attrs: g.group.attrs})
	if g.group.sid != "" {
		r.nested[g.group.sid] = append(r.nested[g.group.sid], at)
	}
	for _, sid := range g.group.foreign {
		r.foreign = append(r.foreign, foreigner{at, sid})
	}
}

// direct are the members that a group lists itself. A DN that is nobody's who was read is left out.
func (g *group) direct(personAt, groupAt []int32, byUID map[string][]int32) members {
	d := members{people: make([]int32, 0, len(g.members))}
	for _, node := range g.members {
		if at := personAt[node]; at >= 0 {
			d.people = append(d.people, at)
		}
		if at := groupAt[node]; at >= 0 {
			d.groups = append(d.groups, at)
		}
	}
	for _, uid := range g.uids {
		d.people = append(d.people, byUID[uid]...)
	}
	return d
}

// bySIDs adds the members whom no DN leads to: those of a primary group, and
// those from the domain of another directory that is read too.
func (r *resolver) bySIDs() {
	for sid, groups := range r.nested {
		for _, at := range groups {
			r.groups[at].people = append(r.groups[at].people, r.bySID[sid]...)
		}
	}
	for _, f := range r.foreign {
		g := &r.groups[f.group]
		g.people = append(g.people, r.people[f.sid]...)
		g.groups = append(g.groups, r.nested[f.sid]...)
	}
}

// nest says of each group which others list it.
func (r *resolver) nest() {
	for i, within := range invert(len(r.groups), r.groups, func(m *members) []int32 { return m.groups }) {
		if len(within) > 0 {
			r.sn.Groups[i].Within = slices.Compact(within) // a DN and a SID may name one member
		}
	}
}

// hide marks the groups whose members are not all known: those that do not show
// them, and those that contain such a group.
func (r *resolver) hide() {
	for i := 0; i < len(r.hidden); i++ {
		g := &r.sn.Groups[r.hidden[i]]
		if g.Hidden {
			continue
		}
		g.Hidden = true
		r.hidden = append(r.hidden, g.Within...)
	}
}

// once leaves out a record of an id that stands there already: overlapping bases find
// an entry twice. The later reading counts.
func once(sorted []*record) []*record {
	same := func(i int) bool { return i > 0 && sorted[i-1].id == sorted[i].id }
	for i := range sorted {
		if same(i) {
			return distinctIDs(sorted)
		}
	}
	return sorted
}

func distinctIDs(sorted []*record) []*record {
	var out []*record
	for _, r := range sorted {
		switch last := len(out) - 1; {
		case last < 0 || out[last].id != r.id:
			out = append(out, r)
		case r.mark >= out[last].mark:
			out[last] = r
		}
	}
	return out
}

// places is an index with nothing in it.
func places(n int) []int32 {
	index := make([]int32, n)
	for i := range index {
		index[i] = -1
	}
	return index
}

// byUID finds people by those folded uids that a group names: most directories have none that does.
func byUID(people, groups []*record, personAt []int32) map[string][]int32 {
	index := map[string][]int32{}
	for _, g := range groups {
		for _, uid := range g.group.uids {
			index[uid] = nil
		}
	}
	if len(index) == 0 {
		return nil
	}
	for _, p := range people {
		for _, uid := range p.person.uids {
			if found, named := index[uid]; named {
				index[uid] = append(found, personAt[p.node])
			}
		}
	}
	return index
}
