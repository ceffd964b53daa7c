package sync

import (
	"context"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// close writes into the report how it ended. What was withheld on the way was not allowed.
func (a *application) close() {
	r := a.view.report
	r.Outcomes = a.outcomes
	if len(a.doubted) > 0 {
		r.Plan.Changes = slices.DeleteFunc(r.Plan.Changes, func(c plan.Change) bool { return a.doubted[c.Key] })
		r.foretell()
	}
}

// confirm looks afresh at whatever narrows, and withholds that of which the reason does not hold
// any more (promise P2).
func (a *application) confirm(ctx context.Context, steps []plan.Step) []plan.Step {
	var narrowing []plan.Change
	for _, s := range steps {
		for _, c := range s.Changes {
			if bound(&c) {
				narrowing = append(narrowing, c)
			}
		}
	}
	if len(narrowing) == 0 || a.halted != "" || a.paused != "" {
		return steps
	}
	doubts := a.proof.doubts(ctx, narrowing)
	if ctx.Err() != nil {
		return steps // and none of them is sent
	}
	return a.keep(steps, func(c plan.Change) (guard.Brake, string) { return guard.ByProof, doubts[c.Key] })
}

// keep takes out of steps what is doubted.
func (a *application) keep(steps []plan.Step, doubt func(plan.Change) (guard.Brake, string)) []plan.Step {
	kept := steps[:0:0]
	for _, s := range steps {
		var changes []plan.Change
		for _, c := range s.Changes {
			by, why := doubt(c)
			if why == "" {
				changes = append(changes, c)
				continue
			}
			a.doubted[c.Key] = true
			a.view.report.Withheld = append(a.view.report.Withheld, guard.Withheld{Change: c, Brake: by, Why: why})
		}
		if s.Changes = changes; len(changes) > 0 {
			kept = append(kept, s)
		}
	}
	return kept
}

// orphaned says whether a change needs one that was withheld on the way.
func (a *application) orphaned(c plan.Change) (guard.Brake, string) {
	if slices.ContainsFunc(c.Needs, func(k plan.Key) bool { return a.doubted[k] }) {
		return guard.ByNeeds, "needs a change whose reason was not confirmed"
	}
	return "", ""
}
