package sync

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

const (
	// batchSize is how many changes share one commit of intents.
	batchSize = 100
	// inFlight is how many requests of one batch are under way at once: enough
	// to use the allowed rate over a slow line, few enough to be polite.
	inFlight = 8
	// stepTime bounds a step in hand when the run is told to stop.
	stepTime = 2 * time.Minute
	// notBegun is why a change was skipped that a stopped run did not come to.
	notBegun = "the run was stopped before"
)

// apply carries out the plan, batch by batch: intents first, then the requests,
// then the outcomes.
func (r *Runner) apply(ctx context.Context, rep *Report) error {
	a := &application{runner: r, run: rep.Run, made: map[plan.Key]plan.Outcome{}}
	for _, batch := range batches(rep.Plan.Steps(plan.MaxPerStep)) {
		if err := a.batch(ctx, batch); err != nil {
			rep.Outcomes = a.outcomes
			return err
		}
	}
	rep.Outcomes = a.outcomes
	if slices.ContainsFunc(a.outcomes, func(o plan.Outcome) bool { return o.Why == notBegun }) {
		return fmt.Errorf("stopped before the end: %w", context.Cause(ctx))
	}
	if why := a.line.lost(); why != "" {
		return fmt.Errorf("stopped before the end, because Kiteworks does not answer any more: %s", why)
	}
	return nil
}

// batches groups whole steps that do not need one another, up to batchSize changes.
func batches(steps []plan.Step) [][]plan.Step {
	var out [][]plan.Step
	size := 0
	for i, s := range steps {
		if i > 0 && size+len(s.Changes) <= batchSize && !follows(s, steps[i-1]) {
			out[len(out)-1] = append(out[len(out)-1], s)
			size += len(s.Changes)
			continue
		}
		out, size = append(out, []plan.Step{s}), len(s.Changes)
	}
	return out
}

// follows says whether s must wait until all steps like prev are done: a folder
// inside another one, a grant after the creations.
func follows(s, prev plan.Step) bool {
	return s.Op != prev.Op || (s.Op == plan.CreateFolder && len(s.Changes[0].Needs) > 0)
}

// application is one plan under way.
type application struct {
	runner   *Runner
	run      int64
	made     map[plan.Key]plan.Outcome // creations that ended
	outcomes []plan.Outcome
	line     line
}

// batch intends, sends and settles. Steps that were not begun when ctx ended
// are settled as skipped.
func (a *application) batch(ctx context.Context, steps []plan.Step) error {
	var ready []plan.Step
	var intents []plan.Change
	for _, s := range steps {
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
	if err := a.runner.Journal.Intend(keep, a.run, intents); err != nil {
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
		a.runner.settled(intents[i], o)
	}
	return crash
}

// complete fills in the ids of what was created earlier in this run, and takes
// out the changes whose account or folder did not come to be.
func (a *application) complete(ctx context.Context, s plan.Step) plan.Step {
	var ready []plan.Change
	for _, c := range s.Changes {
		why := c.Complete(a.made)
		if ctx.Err() != nil {
			why = notBegun
		}
		if why != "" {
			o := plan.Outcome{Key: c.Key, Result: plan.Skipped, Why: why}
			a.outcomes, a.made[c.Key] = append(a.outcomes, o), o
			a.runner.settled(c, o)
			continue
		}
		s.Folder = c.Folder
		ready = append(ready, c)
	}
	s.Changes = ready
	return s
}

// send carries out independent steps side by side and returns the outcomes in
// the order of the changes. The error is a bug that panicked under one of them.
func (a *application) send(ctx context.Context, steps []plan.Step) ([]plan.Outcome, error) {
	results := make([][]plan.Outcome, len(steps))
	var g errgroup.Group
	g.SetLimit(inFlight)
	for i, s := range steps {
		g.Go(func() (err error) {
			results[i], err = a.step(ctx, s)
			return err
		})
	}
	crash := g.Wait()
	return slices.Concat(results...), crash
}

// step sends one step. A step that has begun is finished even when ctx ends. A
// panic would end the process, for it happens in a goroutine of its own: nobody
// knows then how the step ended.
func (a *application) step(ctx context.Context, s plan.Step) (out []plan.Outcome, err error) {
	if ctx.Err() != nil {
		return all(s, plan.Skipped, notBegun), nil
	}
	if why := a.line.closed(s.Op); why != "" {
		return all(s, plan.Skipped, why), nil
	}
	defer func() {
		if p := recover(); p != nil {
			out = all(s, plan.Unknown, fmt.Sprintf("internal error: %v", p))
			err = fmt.Errorf("internal error: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepTime)
	defer cancel()
	out = a.runner.Tenant.Apply(ctx, s)
	a.line.heard(out)
	return out, nil
}

// all gives each change of a step the same outcome.
func all(s plan.Step, result plan.Result, why string) []plan.Outcome {
	out := make([]plan.Outcome, len(s.Changes))
	for i, c := range s.Changes {
		out[i] = plan.Outcome{Key: c.Key, Result: result, Why: why}
	}
	return out
}

func (r *Runner) settled(c plan.Change, o plan.Outcome) {
	if r.Settled != nil {
		r.Settled(c, o)
	}
}
