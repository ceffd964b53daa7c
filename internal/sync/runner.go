package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Runner carries out runs. It is the only caller of Tenant.Apply.
type Runner struct {
	Planner
	Tenant  Tenant // the Planner's Reader, with the means to write; nil in mode observe (promise P7)
	Journal Journal
	// Approved narrows the run to a plan that was reviewed; nil: it does not.
	Approved Approval
	// Settled is told of each change as soon as its outcome is recorded; nil:
	// nobody listens. It is called from one goroutine.
	Settled func(plan.Change, plan.Outcome)

	// behind says that a run failed after it had read the directory: what was
	// new there is not new to the next reading, and has not reached Kiteworks.
	behind bool
}

// Trigger is what starts a run.
type Trigger struct {
	Name string // for the report and the ledger
	Full bool   // read the directory anew, as the truth
	// OnlyIfTouched ends the run behind the directory if nothing is new there
	// and nothing is left over from before. A full run goes on all the same.
	OnlyIfTouched bool
}

// Run makes Kiteworks agree with the directory, once. The error says why the
// run as a whole failed; what single changes came to is in the report. When
// ctx ends, the steps in hand are finished and recorded first.
func (r *Runner) Run(ctx context.Context, trigger Trigger) (Report, error) {
	if err := r.validate(); err != nil {
		return Report{Trigger: trigger.Name, Err: err.Error()}, err
	}
	rep := r.begin(trigger)
	unlock, err := r.Journal.Lock()
	if err != nil {
		return r.fail(rep, err)
	}
	defer unlock()
	if rep.Run, err = r.Journal.Begin(ctx, rep.Started, trigger.Name); err != nil {
		return r.fail(rep, fmt.Errorf("open the run in the ledger: %w", err))
	}
	if err := r.run(ctx, &rep, trigger); err != nil {
		rep, _ = r.fail(rep, err)
		return rep, errors.Join(err, r.end(ctx, rep))
	}
	rep.Took = r.Now().Sub(rep.Started)
	if err := r.end(ctx, rep); err != nil {
		return r.fail(rep, err)
	}
	return rep, nil
}

func (r *Runner) validate() error {
	switch {
	case r.Journal == nil:
		return errors.New("a runner needs a journal")
	case (r.Tenant == nil) != (r.Limits.Mode == guard.Observe):
		return errors.New("a runner needs a tenant, except in mode observe, where it must not have one")
	}
	return r.Planner.validate()
}

// run is the run in five sentences: look, settle what is open, decide, learn,
// apply. An idle one ends within the first.
func (r *Runner) run(ctx context.Context, rep *Report, trigger Trigger) error {
	before := r.Reader.Requests()
	open, err := r.Journal.Open(ctx)
	if err != nil {
		return fmt.Errorf("read the open intents: %w", err)
	}
	v := &view{planner: &r.Planner, report: rep, trigger: trigger}
	if err := v.refresh(ctx); err != nil {
		return err
	}
	if rep.Idle = r.idle(v, open); rep.Idle {
		return nil
	}
	r.behind = true
	memory, err := r.Recall.Recall(ctx)
	if err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	if err := v.look(ctx, memory, open); err != nil {
		return err
	}
	if memory, err = r.settle(ctx, v, open, memory); err != nil {
		return fmt.Errorf("settle the open intents: %w", err)
	}
	v.decide(memory)
	undecided, err := r.Journal.Open(ctx)
	if err != nil {
		return fmt.Errorf("read the open intents: %w", err)
	}
	rep.Plan.Hold(undecided)
	rep.Requests.Write = len(rep.Plan.Steps(plan.MaxPerStep))
	if r.Approved != nil {
		r.Approved.Narrow(rep)
	}
	if err := r.Journal.Learn(ctx, rep.Plan.Learned); err != nil {
		return fmt.Errorf("remember what was found: %w", err)
	}
	if r.Tenant != nil {
		err = v.phase("apply", func() error { return r.apply(ctx, rep) })
	}
	rep.Requests.Made = r.Reader.Requests() - before
	r.behind = err != nil
	return err
}

// idle says whether there is nothing to do: nothing new in the directory, no
// intent without an outcome, and nothing that an earlier run failed to carry over.
func (r *Runner) idle(v *view, open []plan.Change) bool {
	return v.trigger.OnlyIfTouched && !v.trigger.Full && v.touched.Nobody() && len(open) == 0 && !r.behind
}

// settle decides by what was just read how interrupted changes ended, before
// anything is planned on top of them (promise P8).
func (r *Runner) settle(ctx context.Context, v *view, open []plan.Change, m plan.Memory) (plan.Memory, error) {
	if len(open) == 0 {
		return m, nil
	}
	v.report.Settled = plan.Settle(open, v.catalog, v.state)
	if err := r.Journal.Settle(ctx, v.report.Settled); err != nil {
		return m, err
	}
	return r.Recall.Recall(ctx)
}

// end records the run; it must not be lost because the run was told to stop.
func (r *Runner) end(ctx context.Context, rep Report) error {
	summary, err := json.Marshal(rep.summary())
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	ctx = context.WithoutCancel(ctx)
	if err := r.Journal.End(ctx, rep.Run, r.Now(), rep.Result().String(), summary); err != nil {
		return fmt.Errorf("close the run in the ledger: %w", err)
	}
	return nil
}
