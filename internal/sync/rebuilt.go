package sync

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// Rebuilt is a directory that was built anew, from LDIF say: everybody has another id.
type Rebuilt struct {
	People []Renewed[access.PersonID]
	Groups []Renewed[access.GroupID]
	Doubts []string // about whom it cannot be said, and why
}

// Renewed is somebody, or a group, with the id of before and the one of now.
type Renewed[ID any] struct {
	Was, Is ID
	Name    string // by which they were found: the address, or the group's DN
}

// Compare finds those of whom the ledger knows, and whose ids the directory has no more, by what
// stays: people by their address, groups by their DN. Who cannot be found for certain is left.
func Compare(before, now *access.Snapshot, m plan.Memory) Rebuilt {
	var r Rebuilt
	r.people(before, now, m)
	r.groups(before, now, m)
	return r
}

func (r *Rebuilt) people(before, now *access.Snapshot, m plan.Memory) {
	was, is := byEmail(before), byEmail(now)
	for i := range before.People {
		p := &before.People[i]
		if link, linked := m.Links[p.ID]; !linked || link.Deleted || has(now, p.ID) {
			continue
		}
		switch found := is[address{p.ID.Source, p.Email}]; {
		case p.Email == "":
			r.doubt("%s (%s) had no address: decide with `kw-onboarder link`", p.ID, p.DN)
		case len(was[address{p.ID.Source, p.Email}]) > 1:
			r.doubt("%s was the address of several people: decide with `kw-onboarder link`", p.Email)
		case len(found) > 1:
			r.doubt("%s is the address of several people by now: decide with `kw-onboarder link`", p.Email)
		case len(found) == 0:
			r.doubt("%s (%s) is in the directory no more: who has left is treated so", p.Email, p.ID)
		default:
			if _, known := m.Links[found[0]]; known {
				r.doubt("%s, who has the address %s by now, has another account: decide with `kw-onboarder link`", found[0], p.Email)
				continue
			}
			r.People = append(r.People, Renewed[access.PersonID]{p.ID, found[0], string(p.Email)})
		}
	}
	slices.SortFunc(r.People, func(a, b Renewed[access.PersonID]) int { return cmp.Compare(a.Name, b.Name) })
}

func (r *Rebuilt) doubt(format string, args ...any) {
	r.Doubts = append(r.Doubts, fmt.Sprintf(format, args...))
}

type address struct {
	source string
	email  access.Email
}

func byEmail(sn *access.Snapshot) map[address][]access.PersonID {
	by := map[address][]access.PersonID{}
	for i := range sn.People {
		if p := &sn.People[i]; p.Email != "" {
			at := address{p.ID.Source, p.Email}
			by[at] = append(by[at], p.ID)
		}
	}
	return by
}

func has(sn *access.Snapshot, id access.PersonID) bool {
	_, there := slices.BinarySearchFunc(sn.People, id, func(p access.Person, id access.PersonID) int { return p.ID.Compare(id) })
	return there
}

// groups finds those that rules mean, or through which something was given.
func (r *Rebuilt) groups(before, now *access.Snapshot, m plan.Memory) {
	meant := map[access.GroupID]bool{}
	for _, id := range m.Groups {
		meant[id] = true
	}
	for _, o := range m.Owned {
		for _, c := range o.Causes {
			for _, id := range c.Via {
				meant[id] = true
			}
		}
	}
	r.named("group", placed(before.Groups), placed(now.Groups), meant)
	r.named("unit", before.Units, now.Units, meant)
}

// placed are groups by id and DN, as units are.
func placed(groups []access.Group) []access.Unit {
	units := make([]access.Unit, len(groups))
	for i, g := range groups {
		units[i] = access.Unit{ID: g.ID, DN: g.DN}
	}
	return units
}

// named finds those that are meant, and whose ids are gone, by their DN.
func (r *Rebuilt) named(kind string, before, now []access.Unit, meant map[access.GroupID]bool) {
	is := map[access.GroupID]access.GroupID{} // by source and folded DN
	for _, u := range now {
		is[access.GroupID{Source: u.ID.Source, ID: rules.FoldDN(u.DN)}] = u.ID
		delete(meant, u.ID)
	}
	for _, u := range before {
		if !meant[u.ID] {
			continue
		}
		id, found := is[access.GroupID{Source: u.ID.Source, ID: rules.FoldDN(u.DN)}]
		if !found {
			r.doubt("the %s %s is in the directory no more: rules that name it stay frozen", kind, u.DN)
			continue
		}
		r.Groups = append(r.Groups, Renewed[access.GroupID]{u.ID, id, u.DN})
	}
}
