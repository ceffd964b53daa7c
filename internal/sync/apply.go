package sync

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

const (
	// batchSize is how many changes share one commit of intents.
	batchSize = 100
	// batchSteps is how many requests: at the usual rate a second's worth, so that
	// what cannot wait is begun within a second.
	batchSteps = 25
	// notBegun is why a change was skipped that a stopped run did not come to.
	notBegun = "the run was stopped before"
)

// apply carries out the plan, batch by batch: intents first, then the requests,
// then the outcomes. Between two batches it makes way for what cannot wait.
func (r *Runner) apply(ctx context.Context, v *view) error {
	a := &application{runner: r, view: v, made: map[plan.Key]plan.Outcome{}, doubted: map[plan.Key]bool{}, proof: newProof(v)}
	defer a.close()
	queue := batches(v.report.Plan.Steps(plan.MaxPerStep))
	for len(queue) > 0 {
		overtaken, err := r.makeWay(ctx, v)
		if err != nil {
			return err
		}
		if err := a.halt(ctx); err != nil {
			return err
		}
		if len(overtaken) > 0 {
			queue = batches(a.without(overtaken, queue, v.report))
			continue
		}
		if err := a.batch(ctx, queue[0]); err != nil {
			return err
		}
		queue = queue[1:]
	}
	return a.verdict(ctx)
}

// verdict says why not all was tried, if it was not.
func (a *application) verdict(ctx context.Context) error {
	if slices.ContainsFunc(a.outcomes, func(o plan.Outcome) bool { return o.Why == notBegun }) {
		return fmt.Errorf("stopped before the end: %w", context.Cause(ctx))
	}
	if why := a.line.lost(); why != "" {
		return fmt.Errorf("stopped before the end, because Kiteworks does not answer any more: %s", why)
	}
	if slices.ContainsFunc(a.outcomes, func(o plan.Outcome) bool { return o.Why == outOfLease }) {
		return fmt.Errorf("stopped before the end: %s", outOfLease)
	}
	return nil
}

// batches groups whole steps that do not need one another, up to batchSize changes
// in batchSteps requests.
func batches(steps []plan.Step) [][]plan.Step {
	var out [][]plan.Step
	size := 0
	for i, s := range steps {
		if i > 0 && size+len(s.Changes) <= batchSize && len(out[len(out)-1]) < batchSteps && !follows(s, out[len(out)-1]) {
			out[len(out)-1] = append(out[len(out)-1], s)
			size += len(s.Changes)
			continue
		}
		out, size = append(out, []plan.Step{s}), len(s.Changes)
	}
	return out
}

// follows says whether s must wait until all of a batch is done: a folder inside another
// one, a grant after the creations, an address that somebody else has to leave before.
func follows(s plan.Step, batch []plan.Step) bool {
	if s.Op != batch[0].Op || s.Op == plan.CreateFolder && len(s.Changes[0].Needs) > 0 {
		return true
	}
	for _, c := range s.Changes {
		for _, before := range batch {
			needs := func(o plan.Change) bool { return slices.Contains(c.Needs, o.Key) }
			if len(c.Needs) > 0 && slices.ContainsFunc(before.Changes, needs) {
				return true
			}
		}
	}
	return false
}

// application is one plan under way.
type application struct {
	runner   *Runner
	view     *view
	proof    *proof
	doubted  map[plan.Key]bool         // withheld after all, for the reason was not confirmed
	made     map[plan.Key]plan.Outcome // creations that ended
	outcomes []plan.Outcome
	line     line
	halted   string // why the rest is not begun: a pause came; "": it is
	paused   string // alike, of what takes something away
}

// halt asks whether somebody has stopped everything meanwhile. What is not begun then is
// skipped, and due with the next run.
func (a *application) halt(ctx context.Context) (err error) {
	if a.runner.Brakes == nil || a.halted != "" {
		return nil
	}
	if a.halted, a.paused, err = a.runner.Brakes.Halted(context.WithoutCancel(ctx), a.runner.Now()); err != nil {
		return fmt.Errorf("read the state of the brakes: %w", err)
	}
	return nil
}

// batch intends, sends and settles. Steps that were not begun when ctx ended
// are settled as skipped.
func (a *application) batch(ctx context.Context, steps []plan.Step) error {
	var ready []plan.Step
	var intents []plan.Change
	for _, s := range a.confirm(ctx, a.keep(steps, a.orphaned)) {
		if s = a.complete(ctx, s); len(s.Changes) > 0 {
			ready = append(ready, s)
			intents = append(intents, s.Changes...)
		}
	}
	if len(ready) == 0 {
		return nil
	}
	// From here on the batch is in hand: it ends with its outcomes recorded.
	keep := context.WithoutCancel(ctx)
	if err := a.runner.Journal.Intend(keep, a.view.report.Run, intents); err != nil {
		return fmt.Errorf("record %d intents: %w", len(intents), err)
	}
	outcomes, crash := a.send(ctx, ready)
	for i, o := range outcomes {
		a.made[intents[i].Key] = o
	}
	a.outcomes = append(a.outcomes, outcomes...)
	if err := a.runner.Journal.Settle(keep, outcomes); err != nil {
		return fmt.Errorf("record %d outcomes: %w", len(outcomes), err)
	}
	for i, o := range outcomes {
		a.runner.settled(a.view, Act{Change: intents[i], Outcome: o})
	}
	return crash
}

// complete fills in the ids of what was created earlier in this run, and takes
// out the changes whose account or folder did not come to be.
func (a *application) complete(ctx context.Context, s plan.Step) plan.Step {
	var ready []plan.Change
	for _, c := range s.Changes {
		why := cmp.Or(c.Complete(a.made), a.halted)
		if why == "" && guard.KindOf(c).Narrows() {
			why = a.paused
		}
		if ctx.Err() != nil {
			why = notBegun
		}
		if why != "" {
			o := plan.Outcome{Key: c.Key, Result: plan.Skipped, Why: why}
			a.outcomes, a.made[c.Key] = append(a.outcomes, o), o
			a.runner.settled(a.view, Act{Change: c, Outcome: o})
			continue
		}
		s.Folder = c.Folder
		ready = append(ready, c)
	}
	s.Changes = ready
	return s
}
