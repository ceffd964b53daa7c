package sync

import (
	"context"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// makeWay runs what cannot wait, and returns whom that was about. A detour that
// fails is the answer to whoever asked, and does not end the run.
func (r *Runner) makeWay(ctx context.Context, v *view) (overtaken map[access.PersonID]bool, err error) {
	if r.Inbox == nil || ctx.Err() != nil {
		return nil, nil
	}
	overtaken = map[access.PersonID]bool{}
	for {
		t, found, err := r.Inbox.Take(ctx)
		if err != nil {
			return nil, fmt.Errorf("ask for what cannot wait: %w", err)
		}
		if !found {
			return overtaken, nil
		}
		for _, id := range r.detour(ctx, v, t) {
			overtaken[id] = true
		}
	}
}

// detour is a run within a run: about a few people only, from the directory to the report,
// with an entry of its own in the ledger. It returns those whom it has judged.
func (r *Runner) detour(ctx context.Context, v *view, t Trigger) []access.PersonID {
	inner := *r
	inner.Inbox = nil // nothing overtakes what cannot wait
	before := r.Reader.Requests()
	rep, about, _ := inner.conduct(ctx, t) // its error is in the report
	r.backlog = inner.backlog
	v.report.Requests.Elsewhere += r.Reader.Requests() - before
	if !rep.Idle {
		v.report.Detours = append(v.report.Detours, rep.Run)
	}
	r.Inbox.Answer(ctx, t, &rep)
	return about
}

// without drops what was planned for people who were planned anew meanwhile: it
// leaves queue and report, for the other run has done it, or has found it wrong.
func (a *application) without(people map[access.PersonID]bool, queue [][]plan.Step, rep *Report) []plan.Step {
	waiting := map[plan.Key]bool{}
	for _, s := range slices.Concat(queue...) {
		for _, c := range s.Changes {
			waiting[c.Key] = people[c.Person]
		}
	}
	rest := plan.Plan{}
	kept := rep.Plan.Changes[:0:0]
	for _, c := range rep.Plan.Changes {
		switch overtaken, waits := waiting[c.Key]; {
		case overtaken:
			rep.Overtaken = append(rep.Overtaken, c)
			continue
		case waits:
			rest.Changes = append(rest.Changes, c)
		}
		kept = append(kept, c)
	}
	rep.Plan.Changes = kept
	rep.foretell()
	return rest.Steps(plan.MaxPerStep)
}
