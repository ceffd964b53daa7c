package sync

import (
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Departure is how somebody has left, and what follows from that.
type Departure struct {
	plan.Leaving
	Steps []Stage // of the ladder; none: it says nothing of those who leave in this way
}

// Stage is one step of a ladder, and how far it has come.
type Stage struct {
	plan.Rung
	At       time.Time // when it is due
	Progress Progress
	Why      string // of a step that is withheld
}

// Progress is how far a step of a ladder has come.
type Progress string

// How far a step has come. One that is due and neither planned nor withheld waits, for a
// step before it, for a run about everybody, or for what a note says.
const (
	StepDone     Progress = "done"
	StepPlanned  Progress = "planned"
	StepWithheld Progress = "withheld"
	StepWaits    Progress = "waits"
	StepLater    Progress = "later"
)

// missing answers of somebody who is not in what was read of the directory.
func (q *inquiry) missing(v *access.Verdict) Answer {
	p := access.Person{ID: v.Person, DN: v.DN, Email: q.view.called(v.Person), Standing: v.Standing}
	a := Answer{Person: p, Skipped: v.Skipped, Ways: map[access.GroupID][]string{}}
	a.Now = q.presently(&p, &a)
	if a.Now.Account != nil {
		a.Person.Name = a.Now.Account.Name
	}
	a.Now.Left = q.left(&a, v)
	a.Now.Leaver = q.departure(&p, a.Now)
	return a
}

// called is the address of somebody's account; "": it has none, or there is none.
func (v *view) called(id access.PersonID) access.Email {
	i := slices.IndexFunc(v.verdicts, func(d access.Verdict) bool { return d.Person == id })
	if i < 0 {
		return ""
	}
	return v.verdicts[i].Email
}

// departure says how a person has left, and how far their ladder has come; nil: they have not.
func (q *inquiry) departure(p *access.Person, n *Now) *Departure {
	learned := q.view.report.Plan.Learned
	l, left := q.memory.Leaving[p.ID]
	if i := slices.IndexFunc(learned.Leaving, func(l plan.Leaving) bool { return l.Person == p.ID }); i >= 0 {
		l, left = learned.Leaving[i], true
	}
	if !left || slices.Contains(learned.Returned, p.ID) {
		return nil
	}
	d := &Departure{Leaving: l}
	for _, r := range q.view.planner.Policy.Ladder(l.Exit, p.Standing) {
		d.Steps = append(d.Steps, q.stage(p, n, r, l.Since.Add(r.After)))
	}
	return d
}

func (q *inquiry) stage(p *access.Person, n *Now, r plan.Rung, at time.Time) Stage {
	s := Stage{Rung: r, At: at, Progress: StepWaits}
	is := func(op plan.Op) bool { return op == r.Do || r.Do == plan.Revoke && op == plan.Lower }
	held := slices.IndexFunc(q.view.report.Withheld, func(w guard.Withheld) bool { return w.Change.Person == p.ID && is(w.Change.Op) })
	switch {
	case slices.ContainsFunc(q.view.report.Plan.Changes, func(c plan.Change) bool { return c.Person == p.ID && is(c.Op) }):
		s.Progress = StepPlanned
	case held >= 0:
		s.Progress, s.Why = StepWithheld, q.view.report.Withheld[held].Why
	case q.taken(p.ID, n.Account, r.Do):
		s.Progress = StepDone
	case q.now.Before(at):
		s.Progress = StepLater
	}
	return s
}

// taken says whether nothing is left of what a step takes.
func (q *inquiry) taken(id access.PersonID, a *access.Account, step plan.Op) bool {
	switch {
	case step == plan.Revoke:
		for _, o := range q.memory.Owned {
			if o.Person == id && o.Lost == "" {
				return false
			}
		}
		return true
	case a == nil || a.Status == access.Deleted:
		return true
	}
	return step == plan.Suspend && a.Status != access.Live && a.Status != access.Unverified
}
