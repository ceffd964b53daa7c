package directory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// reader turns entries into a snapshot while they arrive. People come first, so
// that a group's members become indices at once and its list can be dropped.
type reader struct {
	o     Options
	conn  *conn
	kind  traits
	taken time.Time
	entry *entry
	texts *interner

	people                 []access.Person
	readPeople, readGroups map[string]bool    // immutable ids met so far
	byDN                   map[string]int32   // people, by normal DN
	uids                   []uidOf            // of people; only if groups may name them so
	bySID                  map[string][]int32 // people, by the SID of their primary group
	groups                 []groupRead
	parts                  []part
}

// part is an attribute of a group of which the server sent the first values only. The
// others are asked for when the search is over: before that, the answer would wait
// behind entries that nobody takes.
type part struct {
	group int
	first *ldap.EntryAttribute
}

// uidOf is a uid, folded, and the person who has it.
type uidOf struct {
	uid    string
	person int32
}

// groupRead is a group whose nested groups are not known yet.
type groupRead struct {
	access.Group
	sid    string
	people []int32
	others []string // normal DNs of members that are not people
	uids   []string // folded
}

func newReader(o Options, c *conn, taken time.Time) *reader {
	return &reader{
		o: o, conn: c, kind: o.Kind.traits(), taken: taken, entry: newEntry(), texts: newInterner(),
		readPeople: map[string]bool{}, readGroups: map[string]bool{},
		byDN: map[string]int32{}, bySID: map[string][]int32{},
	}
}

func (r *reader) searchPeople(base string) search {
	attributes := slices.Concat([]string{r.kind.id, r.kind.changed, "cn", r.o.People.Name},
		r.kind.standingFrom, r.o.People.EmailFrom, r.o.Attributes)
	if r.namesByUID() {
		attributes = append(attributes, "uid")
	}
	if r.kind.primaryGroup {
		attributes = append(attributes, "objectsid", "primarygroupid")
	}
	return search{of: "people", base: base, filter: r.o.People.Filter, attributes: distinct(attributes)}
}

func (r *reader) searchGroups(base string) search {
	attributes := append([]string{r.kind.id, "cn"}, r.kind.members...)
	if r.kind.memberUIDs {
		attributes = append(attributes, "memberuid")
	}
	if r.kind.primaryGroup {
		attributes = append(attributes, "objectsid")
	}
	return search{of: "groups", base: base, filter: r.o.Groups.Filter, attributes: attributes}
}

// namesByUID says whether anybody will ask who has a uid.
func (r *reader) namesByUID() bool { return r.kind.memberUIDs && len(r.o.Groups.Bases) > 0 }

// distinct sorts and drops doubles and the empty text.
func distinct(texts []string) []string {
	slices.Sort(texts)
	return slices.DeleteFunc(slices.Compact(texts), func(s string) bool { return s == "" })
}

// id is the immutable id of the entry in hand, and whether it is the first time that it is met:
// bases may overlap.
func (r *reader) id(met map[string]bool) (id string, first bool, err error) {
	raw := r.entry.raw(r.kind.id)
	if len(raw) == 0 {
		return "", false, &entryError{fmt.Sprintf("entry %q has no %s: let the bind account read this attribute", r.entry.dn, r.kind.id)}
	}
	if id, err = r.kind.decodeID(raw); err != nil {
		return "", false, &entryError{fmt.Sprintf("entry %q: %v", r.entry.dn, err)}
	}
	first = !met[id]
	met[id] = true
	return id, first, nil
}

func (r *reader) addPerson(from *ldap.Entry) error {
	r.entry.fill(from)
	id, first, err := r.id(r.readPeople)
	if err != nil || !first {
		return err
	}
	if len(r.entry.ranged) > 0 {
		return &entryError{fmt.Sprintf("entry %q comes with %s, a part of the values only: rules cannot use this attribute", r.entry.dn, r.entry.ranged[0].Name)}
	}
	index := int32(len(r.people))
	r.byDN[normalDN(from.DN)] = index
	if r.namesByUID() {
		for _, uid := range r.entry.values("uid") {
			r.uids = append(r.uids, uidOf{access.FoldName(uid), index})
		}
	}
	if rid, err := strconv.ParseUint(r.entry.one("primarygroupid"), 10, 32); err == nil {
		if sid := primaryGroupSID(r.entry.raw("objectsid"), uint32(rid)); sid != "" {
			r.bySID[sid] = append(r.bySID[sid], index)
		}
	}
	r.people = append(r.people, r.readPerson(id))
	return nil
}

func (r *reader) addGroup(from *ldap.Entry) error {
	r.entry.fill(from)
	id, first, err := r.id(r.readGroups)
	if err != nil || !first {
		return err
	}
	g := groupRead{
		Group: access.Group{ID: access.GroupID{Source: r.o.Name, ID: id}, DN: from.DN, Name: r.entry.one("cn")},
		sid:   string(r.entry.raw("objectsid")),
	}
	for _, first := range r.entry.ranged {
		r.parts = append(r.parts, part{len(r.groups), first})
	}
	for _, name := range r.kind.members {
		r.addMembers(&g, r.entry.values(name))
	}
	for _, uid := range r.entry.values("memberuid") {
		g.uids = append(g.uids, access.FoldName(uid))
	}
	r.groups = append(r.groups, g)
	return nil
}

// addRest reads the members that are still missing from groups that came in part.
func (r *reader) addRest() error {
	for _, p := range r.parts {
		g := &r.groups[p.group]
		values, err := r.conn.rest(g.DN, p.first)
		if err != nil {
			return err
		}
		r.addMembers(g, values)
	}
	r.parts = nil
	return nil
}

// addMembers sorts the values into people and others, who may be groups or nobody.
func (r *reader) addMembers(g *groupRead, dns []string) {
	g.people = slices.Grow(g.people, len(dns))
	for _, dn := range dns {
		dn = normalDN(dn)
		if person, ok := r.byDN[dn]; ok {
			g.people = append(g.people, person)
		} else {
			g.others = append(g.others, r.texts.text(dn))
		}
	}
}

// snapshot resolves the memberships and sorts.
func (r *reader) snapshot() *access.Snapshot {
	slices.SortFunc(r.groups, func(a, b groupRead) int { return strings.Compare(a.ID.ID, b.ID.ID) })
	sn := &access.Snapshot{Taken: r.taken, People: r.people, Groups: make([]access.Group, len(r.groups))}
	for i := range r.groups {
		sn.Groups[i] = r.groups[i].Group
	}
	for i, groups := range effective(r.members(), len(r.people)) {
		sn.People[i].Groups = groups
	}
	slices.SortFunc(sn.People, func(a, b access.Person) int { return strings.Compare(a.ID.ID, b.ID.ID) })
	return sn
}

// members are the direct members of each group. A DN that is no group that was read is nobody's.
func (r *reader) members() []members {
	groups := make(map[string]int32, len(r.groups))
	for i := range r.groups {
		groups[normalDN(r.groups[i].DN)] = int32(i)
	}
	byUID := r.byUID()
	result := make([]members, len(r.groups))
	for i := range r.groups {
		g := &r.groups[i]
		result[i].people = g.people
		if g.sid != "" {
			result[i].people = append(result[i].people, r.bySID[g.sid]...)
		}
		for _, uid := range g.uids {
			result[i].people = append(result[i].people, byUID[uid]...)
		}
		for _, dn := range g.others {
			if nested, ok := groups[dn]; ok {
				result[i].groups = append(result[i].groups, nested)
			}
		}
	}
	return result
}

// byUID finds people by folded uid. It is built only if a group names one: many directories have none that does.
func (r *reader) byUID() map[string][]int32 {
	if !slices.ContainsFunc(r.groups, func(g groupRead) bool { return len(g.uids) > 0 }) {
		return nil
	}
	people := make(map[string][]int32, len(r.uids))
	for _, u := range r.uids {
		people[u.uid] = append(people[u.uid], u.person)
	}
	return people
}
