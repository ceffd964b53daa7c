package sync

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// narrow makes the run one about those whom an administrator named by e-mail, id or
// DN; without names it is about everybody. Nobody of a name is an error, but for an id:
// whoever is not in the directory any more has no other name.
func (v *view) narrow(names ...string) error {
	v.report.Named = names
	if len(names) == 0 {
		v.about = nil
		return nil
	}
	namings, found := make([]naming, len(names)), make([]bool, len(names))
	v.about, v.absent = []int{}, nil
	for i, name := range names {
		namings[i] = newNaming(name)
		if id, is := namings[i].id(); is {
			if _, there := v.person(id); !there {
				found[i], v.absent = true, append(v.absent, id)
			}
		}
	}
	slices.SortFunc(v.absent, access.PersonID.Compare)
	for i := range v.snapshot.People {
		meant := false
		for j, n := range namings {
			if n.means(&v.snapshot.People[i]) {
				found[j], meant = true, true
			}
		}
		if meant {
			v.about = append(v.about, i)
		}
	}
	if i := slices.Index(found, false); i >= 0 {
		return namings[i].nobody(v.snapshot.People)
	}
	return nil
}

// nobody says that the run is about no one.
func (v *view) nobody() bool { return v.about != nil && len(v.about)+len(v.absent) == 0 }

// each calls do for each whom the run is about, in the snapshot's order.
func (v *view) each(do func(*access.Person)) {
	if v.about == nil {
		for i := range v.snapshot.People {
			do(&v.snapshot.People[i])
		}
		return
	}
	for _, i := range v.about {
		do(&v.snapshot.People[i])
	}
}

// judged are the people whom the run is about; nil: everybody.
func (v *view) judged() []access.PersonID {
	if v.about == nil {
		return nil
	}
	ids := make([]access.PersonID, 0, len(v.about)+len(v.absent))
	for _, i := range v.about {
		ids = append(ids, v.snapshot.People[i].ID)
	}
	return append(ids, v.absent...)
}

// concerned are the open intents that the run has to settle: of one that is about
// some people only theirs, for to settle the others takes reading everything.
func (v *view) concerned(open []plan.Change) []plan.Change {
	if !v.trigger.detour() {
		return open
	}
	ids := v.judged()
	return slices.DeleteFunc(open, func(c plan.Change) bool { return !slices.Contains(ids, c.Person) })
}

// person finds somebody in the snapshot.
func (v *view) person(id access.PersonID) (p *access.Person, there bool) {
	i, there := slices.BinarySearchFunc(v.snapshot.People, id, func(p access.Person, id access.PersonID) int { return p.ID.Compare(id) })
	if !there {
		return nil, false
	}
	return &v.snapshot.People[i], true
}

// scope is what the run has to know from before; nil: everything. Who shares an
// address with one of its people is in it: it matters which of them is linked.
func (v *view) scope() *plan.Scope {
	if v.about == nil {
		return nil
	}
	emails := map[access.Email]bool{}
	v.each(func(p *access.Person) {
		if p.Email != "" {
			emails[p.Email] = true
		}
	})
	s := &plan.Scope{People: v.judged()}
	for i := range v.snapshot.People {
		if p := &v.snapshot.People[i]; emails[p.Email] {
			if _, in := slices.BinarySearch(v.about, i); !in {
				s.People = append(s.People, p.ID)
			}
		}
	}
	for e := range emails {
		s.Emails = append(s.Emails, e)
	}
	slices.Sort(s.Emails)
	return s
}
