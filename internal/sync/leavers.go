package sync

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// leavers are those of whom a plan says something and who have left: how, and since when.
// By person.
func (v *view) leavers(p plan.Plan) []plan.Leaving {
	said := map[access.PersonID]bool{}
	for _, c := range p.Changes {
		if c.Exit != "" {
			said[c.Person] = true
		}
	}
	for _, n := range p.Notes {
		if n.Kind == plan.NoteSkipped {
			said[n.Person] = true
		}
	}
	for _, id := range p.Learned.Returned {
		delete(said, id)
	}
	var all []plan.Leaving
	for _, l := range p.Learned.Leaving {
		if said[l.Person] {
			all = append(all, l)
			delete(said, l.Person)
		}
	}
	for id := range said {
		if l, left := v.memory.Leaving[id]; left {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b plan.Leaving) int { return a.Person.Compare(b.Person) })
	return all
}
