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
	// inFlight is how many requests of one batch are under way at once: enough
	// to use the allowed rate over a slow line, few enough to be polite.
	inFlight = 8
	// stepTime bounds a step in hand when the run is told to stop.
	stepTime = 2 * time.Minute
	// outOfLease is why a change was skipped that another process may be making by now.
	outOfLease = "the right to write to Kiteworks was lost to another process, or could not be renewed in time"
)

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

// step sends one step. A step that has begun is finished even when ctx ends, but
// not beyond the lease: from then on another process may write. A panic would end
// the process, for it happens in a goroutine of its own: nobody knows then how
// the step ended.
func (a *application) step(ctx context.Context, s plan.Step) (out []plan.Outcome, err error) {
	deadline, held := a.deadline()
	switch why := a.line.closed(s.Op); {
	case ctx.Err() != nil:
		return all(s, plan.Skipped, notBegun), nil
	case why != "":
		return all(s, plan.Skipped, why), nil
	case !held:
		return all(s, plan.Skipped, outOfLease), nil
	}
	defer func() {
		if p := recover(); p != nil {
			out = all(s, plan.Unknown, fmt.Sprintf("internal error: %v", p))
			err = fmt.Errorf("internal error: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
	defer cancel()
	out = a.runner.Tenant.Apply(ctx, s)
	a.line.heard(out)
	return out, nil
}

// deadline is when a step that begins now has to be over, and whether it may begin.
func (a *application) deadline() (t time.Time, held bool) {
	until := a.runner.Lease.Until()
	now := time.Now() // and not the run's clock: this is about the process, not about people
	t = now.Add(stepTime)
	if !until.IsZero() && until.Before(t) {
		t = until
	}
	return t, now.Before(t)
}

// all gives each change of a step the same outcome.
func all(s plan.Step, result plan.Result, why string) []plan.Outcome {
	out := make([]plan.Outcome, len(s.Changes))
	for i, c := range s.Changes {
		out[i] = plan.Outcome{Key: c.Key, Result: result, Why: why}
	}
	return out
}
