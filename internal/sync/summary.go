package sync

import (
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// wouldKept bounds how many changes of a run in mode observe are kept one by one.
const wouldKept = 1000

func (r *Report) summary() plan.Summary {
	s := plan.Summary{
		Mode: r.Mode, Seconds: r.Took.Seconds(), People: r.People, Groups: r.Groups, Touched: r.Touched, Full: r.Full,
		Named: r.Named, Due: r.Due, Detours: r.Detours,
		Changes: len(r.Plan.Changes), Withheld: len(r.Withheld), Parked: len(r.Parked), Violations: len(r.Violations), Error: r.Err,
		Results: map[string]int{}, Notes: map[string]int{},
		Requests: map[string]int{"planned": r.Requests.Planned(), "made": r.Requests.Made},
	}
	for _, o := range r.Outcomes {
		s.Results[o.Result.String()]++
	}
	for _, n := range r.Plan.Notes {
		s.Notes[n.Kind.String()]++
	}
	for _, u := range r.Canaries {
		s.Unmet = append(s.Unmet, u.Why)
	}
	r.observed(&s)
	return s
}

// observed keeps what only the mode has stopped: in mode observe that is the first brake
// that a change meets, so it is all that was planned.
func (r *Report) observed(s *plan.Summary) {
	if r.Mode != guard.Observe.String() {
		return
	}
	s.WouldBe = map[string]int{}
	for _, w := range r.Withheld {
		c := w.Change
		s.WouldBe[c.Op.String()]++
		if len(s.Would) < wouldKept {
			s.Would = append(s.Would, plan.Would{
				Key: c.Key, Op: c.Op, Source: c.Person.Source, Person: c.Person.ID, Email: c.Email, Account: c.Account,
				Folder: c.Folder, Path: c.Path, From: c.From, To: c.To, Rules: c.Rules(),
			})
		}
	}
}
