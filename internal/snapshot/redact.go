package snapshot

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// What stands in the place of reasons that quote.
const (
	noEmailRedacted  = "no address that can be used (the reason is redacted)"
	unusableRedacted = "the folder cannot be used (the reason is redacted)"
)

// minKey is how long a key must be, in bytes, so that it cannot be tried out.
const minKey = 16

// Redact returns f with a pseudonym in place of whatever names, reaches or
// identifies one person: id, the entry's own part of the DN, the address before
// the "@", the display name and the values of the attributes that personal
// lists. Equal texts have equal pseudonyms, so that relations survive: two people
// with one address, a manager, a folder of one's own. f is not changed.
//
// The key must be random, and be forgotten. Under one key the same file gives
// the same pseudonyms.
//
// What the rules need is kept: groups, departments, titles, folders. Whoever
// knows the house may still recognise somebody by them.
func Redact(f File, key []byte) (File, error) {
	if len(key) < minKey {
		return File{}, errors.New("a key of less than 16 bytes hides nobody")
	}
	r := newRedactor(f.Snapshot.People, key)
	sn := *f.Snapshot
	sn.People = r.people(f.Snapshot.People)
	sn.Groups = r.groups(f.Snapshot.Groups)
	sn.Units = slices.Clone(f.Snapshot.Units)
	for i := range sn.Units {
		sn.Units[i].DN = r.place(sn.Units[i].DN)
	}
	f.Snapshot = &sn
	f.Catalog = r.catalog(f.Catalog) // behind the people: what they are called is known then
	f.Pins.Folders = r.pins(f.Pins.Folders)
	f.Redacted = true
	return f, nil
}

// redactor knows who is there, and learns what they are called.
type redactor struct {
	names *pseudonyms
	forms map[string]form
	ids   map[string]bool // of people
	dns   map[string]bool // of people, folded
	bears map[string]bool // what people are called, folded: a folder of that name is somebody's
	plain map[string]bool // values that are kept, folded: a folder of that name is nobody's
}

func newRedactor(people []access.Person, key []byte) *redactor {
	r := &redactor{
		names: newPseudonyms(key), forms: personal(),
		ids: make(map[string]bool, len(people)), dns: make(map[string]bool, len(people)),
		bears: map[string]bool{}, plain: map[string]bool{},
	}
	for i := range people {
		r.ids[people[i].ID.ID] = true
		r.dns[access.FoldName(people[i].DN)] = true
	}
	delete(r.dns, "") // nobody
	return r
}

// people are sorted anew, by their new ids.
func (r *redactor) people(in []access.Person) []access.Person {
	out := make([]access.Person, len(in))
	for i := range in {
		out[i] = r.person(&in[i])
	}
	slices.SortFunc(out, func(a, b access.Person) int {
		return cmp.Or(cmp.Compare(a.ID.Source, b.ID.Source), cmp.Compare(a.ID.ID, b.ID.ID))
	})
	return out
}

func (r *redactor) person(p *access.Person) access.Person {
	out := *p // standing and memberships stay
	out.ID.ID = r.names.exact(p.ID.ID)
	out.DN = r.dn(p.DN)
	for _, own := range ownValues(p.DN) {
		r.call(own)
	}
	if p.Email != "" {
		local, _, _ := strings.Cut(string(p.Email), "@")
		r.call(local)
		out.Email = access.Email(r.address(string(p.Email)))
	}
	if p.NoEmail != "" {
		out.NoEmail = noEmailRedacted
	}
	out.Name = r.call(p.Name)
	out.Changed = p.Changed.UTC().Truncate(24 * time.Hour) // to the second it is nearly an id
	out.Attrs = make(map[string][]string, len(p.Attrs))
	for name, values := range p.Attrs {
		out.Attrs[name] = r.values(r.forms[name], values)
	}
	return out
}

// groups keep their names and DNs, but not what they say of people: who owns or
// manages them.
func (r *redactor) groups(in []access.Group) []access.Group {
	out := slices.Clone(in)
	for i, g := range in {
		if g.Attrs != nil {
			out[i].Attrs = make(map[string][]string, len(g.Attrs))
		}
		for name, values := range g.Attrs {
			f := r.forms[name]
			if f == called { // it is the group that is called so: a folder of that name is nobody's
				f = whole
			}
			out[i].Attrs[name] = r.values(f, values)
		}
	}
	return out
}

// call is the pseudonym of what somebody is called.
func (r *redactor) call(s string) string {
	if s != "" {
		r.bears[access.FoldName(s)] = true
	}
	return r.names.text(s)
}

// values come out sorted, as the directory gives them: their order would tell
// which is which.
func (r *redactor) values(f form, values []string) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		out = append(out, r.value(f, v))
	}
	slices.Sort(out)
	return out
}

func (r *redactor) value(f form, v string) string {
	switch {
	case f == called:
		return r.call(v)
	case f == address && isAddress(v), f == ordinary && isAddress(v):
		return r.address(v)
	case f == entry && isDN(v), f == ordinary && r.dns[access.FoldName(v)]:
		return r.dn(v)
	case f == ordinary && r.ids[v]:
		return r.names.exact(v)
	case f != ordinary:
		return r.names.text(v)
	}
	r.plain[access.FoldName(v)] = true
	return v
}

func (r *redactor) catalog(c *access.Catalog) *access.Catalog {
	out := *c
	out.Folders = slices.Clone(c.Folders)
	for i := range out.Folders {
		out.Folders[i].Path = r.path(out.Folders[i].Path)
	}
	out.Unusable = slices.Clone(c.Unusable)
	for i := range out.Unusable {
		u := &out.Unusable[i]
		u.Place.Path, u.Why = r.path(u.Place.Path), unusableRedacted
	}
	return &out
}

func (r *redactor) pins(in map[access.Place]string) map[access.Place]string {
	out := make(map[access.Place]string, len(in))
	for place, id := range in {
		place.Path = r.path(place.Path)
		out[place] = id
	}
	return out
}

// path replaces the folders that bear what somebody is called, as a rule such as
// /Home/{{ .uid }} makes them. A name that is also an ordinary value, of a
// department say, stays.
func (r *redactor) path(p access.Path) access.Path {
	names := strings.Split(string(p), "/")
	for i, name := range names {
		names[i] = r.segment(name)
	}
	return access.Path(strings.Join(names, "/"))
}

func (r *redactor) segment(name string) string {
	key := access.FoldName(name)
	switch {
	case r.plain[key]:
		return name
	case r.bears[key]:
		return r.names.text(name)
	case isAddress(name):
		return r.address(name)
	}
	return name
}
