package sync

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// only keeps the people that a run is about: everybody, or the one whom an
// administrator named by e-mail, id or DN. Nobody of that name is an error.
func only(verdicts []access.Verdict, people []access.Person, name string) ([]access.Verdict, error) {
	if name == "" {
		return verdicts, nil
	}
	var kept []access.Verdict
	for i := range people {
		if p := &people[i]; named(p, name) {
			kept = append(kept, verdicts[i])
		}
	}
	if len(kept) == 0 {
		return nil, nobody(name)
	}
	return kept, nil
}

func nobody(name string) error {
	return fmt.Errorf("nobody in the directory has the e-mail, id or DN %q", name)
}

func named(p *access.Person, name string) bool {
	for _, candidate := range []string{string(p.Email), p.ID.ID, p.ID.String(), p.DN} {
		if candidate != "" && strings.EqualFold(candidate, name) {
			return true
		}
	}
	return false
}

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
	r.Requests.Write = len(r.Plan.Steps(plan.MaxPerStep))
}

func (a Approval) narrow(p *plan.Plan) (lapsed []plan.Change) {
	kept := p.Changes[:0:0]
	held := map[plan.Key]bool{}
	for _, c := range p.Changes {
		if was, ok := a[c.Key]; ok && sameEnd(was, c) && !slices.ContainsFunc(c.Needs, func(k plan.Key) bool { return !held[k] }) {
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

// sameEnd says whether two changes of one key lead from the same to the same.
func sameEnd(a, b plan.Change) bool {
	return a.Op == b.Op && a.From == b.From && a.To == b.To && a.Profile == b.Profile && a.Email == b.Email && a.Notify == b.Notify
}
