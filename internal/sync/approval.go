package sync

import (
	"cmp"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Approval is a plan that was reviewed: what of it still holds may be applied,
// never more.
type Approval map[plan.Key]plan.Change

// Approve approves the whole of a plan that somebody has looked at.
func Approve(p plan.Plan) Approval {
	a := Approval{}
	for _, c := range p.Changes {
		a[c.Key] = c
	}
	return a
}

// Narrow takes out of a report's plan what the approval does not hold, and lists
// what it holds and is not planned any more.
func (a Approval) Narrow(r *Report) {
	r.Lapsed = a.narrow(&r.Plan)
	r.foretell()
}

func (a Approval) narrow(p *plan.Plan) (lapsed []plan.Change) {
	kept := p.Changes[:0:0]
	held := map[plan.Key]bool{}
	for _, c := range p.Changes {
		if was, ok := a[c.Key]; ok && was.SameEnd(c) && !slices.ContainsFunc(c.Needs, func(k plan.Key) bool { return !held[k] }) {
			kept, held[c.Key] = append(kept, c), true
		}
	}
	p.Changes = kept
	for key, c := range a {
		if !held[key] {
			lapsed = append(lapsed, c)
		}
	}
	slices.SortFunc(lapsed, func(a, b plan.Change) int { return cmp.Compare(a.Key, b.Key) })
	return lapsed
}
