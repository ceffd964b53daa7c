package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Runner carries out runs. It is the only caller of Tenant.Apply. Whoever runs it
// holds the lease.
type Runner struct {
	Planner
	Tenant  Tenant // the Planner's Reader, with the means to write; nil in mode observe (promise P7)
	Journal Journal
	Parking Parking // nil: what is parked and what fails is only reported
	Lease   Lease
	Inbox   Inbox // nil: nobody asks for anything meanwhile
	// Settled is told of each change as soon as its outcome is recorded; nil:
	// nobody listens. It is called from one goroutine.
	Settled func(Act)
	// Decided is told of each run, also one within a run, when all is decided and before
	// anything is applied; nil: nobody listens.
	Decided func(*Report)

	backlog backlog
	rivals  plan.Rivals // found by the last run that was about everybody
}

// Run makes Kiteworks agree with the directory, once. The error says why the
// run as a whole failed; what single changes came to is in the report. When
// ctx ends, the steps in hand are finished and recorded first.
func (r *Runner) Run(ctx context.Context, trigger Trigger) (Report, error) {
	rep, _, err := r.conduct(ctx, trigger)
	return rep, err
}

// conduct is Run, and returns whom the run was about; nil: everybody, or it did not come so far.
func (r *Runner) conduct(ctx context.Context, trigger Trigger) (Report, []access.PersonID, error) {
	if err := r.validate(); err != nil {
		return Report{Trigger: trigger.Name, Err: err.Error()}, nil, err
	}
	if !trigger.detour() {
		trigger.Full = trigger.Full || r.backlog.full
		r.backlog.full = trigger.Full
	}
	rep := r.begin(trigger)
	v := &view{planner: &r.Planner, report: &rep, trigger: trigger, rivals: r.rivals}
	defer v.close()
	err := r.run(ctx, v)
	if err != nil {
		rep, _ = r.fail(rep, err)
	}
	rep.Took = r.Now().Sub(rep.Started)
	if rep.Idle || errors.As(err, new(unopened)) {
		return rep, v.judged(), err
	}
	if recorded := r.record(ctx, &rep); recorded != nil {
		rep, err = r.fail(rep, errors.Join(err, recorded))
	}
	return rep, v.judged(), err
}

func (r *Runner) validate() error {
	switch {
	case r.Journal == nil || r.Lease == nil:
		return errors.New("a runner needs a journal and a lease")
	case (r.Tenant == nil) != (r.Limits.Mode == guard.Observe):
		return errors.New("a runner needs a tenant, except in mode observe, where it must not have one")
	}
	return r.Planner.validate()
}

// run is the run in five sentences: look, settle what is open, decide, learn,
// apply. An idle one ends within the first.
func (r *Runner) run(ctx context.Context, v *view) (err error) {
	rep := v.report
	before := r.Reader.Requests()
	open, err := r.Journal.Open(ctx)
	if err != nil {
		return fmt.Errorf("read the open intents: %w", err)
	}
	defer func() {
		if err != nil {
			r.backlog.giveBack(v.news)
		}
	}()
	if err := v.refresh(ctx); err != nil {
		return err
	}
	if err := r.gather(ctx, v); err != nil {
		return err
	}
	open = v.concerned(open)
	if rep.Idle = v.nobody() && len(open) == 0; rep.Idle {
		return nil
	}
	if err := r.enter(ctx, rep); err != nil {
		return err
	}
	if err := r.judge(ctx, v, open); err != nil {
		return err
	}
	if err := r.learn(ctx, v); err != nil {
		return err
	}
	if err := r.hold(ctx, v); err != nil {
		return err
	}
	if r.Decided != nil {
		r.Decided(rep)
	}
	if r.Tenant != nil {
		err = v.phase(Applying, func() error {
			r.doing(Applying, len(rep.Plan.Changes))
			return r.apply(ctx, v)
		})
		err = errors.Join(err, r.quarantine(ctx, v))
	}
	rep.Requests.Made = r.Reader.Requests() - before - rep.Requests.Elsewhere
	if err != nil {
		return err
	}
	return r.done(ctx, v)
}

// judge looks at both sides, settles what is open and makes the plan.
func (r *Runner) judge(ctx context.Context, v *view, open []plan.Change) error {
	memory, err := r.Recall.Recall(ctx, v.scope())
	if err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	if err := r.look(ctx, v, memory, slices.Concat(open, v.undoing.changes)); err != nil {
		return err
	}
	if memory, err = r.settle(ctx, v, open, memory); err != nil {
		return fmt.Errorf("settle the open intents: %w", err)
	}
	if err := v.decide(ctx, memory); err != nil {
		return err
	}
	if v.about == nil {
		r.rivals = v.report.Plan.Rivals
	}
	undecided, err := r.Journal.Open(ctx)
	if err != nil {
		return fmt.Errorf("read the open intents: %w", err)
	}
	v.report.Plan.Hold(undecided)
	v.report.foretell()
	if v.trigger.Approved != nil {
		v.trigger.Approved.Narrow(v.report)
	}
	return nil
}

// look looks at Kiteworks, or, in a delta, at what is known of it. An intent without
// an outcome is decided by reading only, and a first run knows nothing.
func (r *Runner) look(ctx context.Context, v *view, m plan.Memory, open []plan.Change) error {
	v.fresh = v.trigger.Full || v.trigger.Fresh || len(open) > 0
	if !v.fresh {
		catalog, err := r.Journal.Catalog(ctx)
		if err != nil {
			return fmt.Errorf("read the ledger: %w", err)
		}
		if v.fresh = catalog == nil; !v.fresh {
			v.source = &known{memory: r.Journal, reader: r.Reader, of: v.scope(), catalog: catalog}
		}
	}
	return v.look(ctx, m, open)
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
	for i, o := range v.report.Settled {
		r.settled(v, Act{Change: open[i], Outcome: o, Earlier: true})
	}
	return r.Recall.Recall(ctx, v.scope())
}

// Act is a change that was tried, and how that ended.
type Act struct {
	Trigger Trigger // of the run
	Run     int64   // its number
	Change  plan.Change
	Outcome plan.Outcome
	Earlier bool // an interrupted run has tried it; this one has found out by reading how that ended
}

func (r *Runner) settled(v *view, a Act) {
	if r.Settled != nil {
		a.Trigger, a.Run = v.trigger, v.report.Run
		r.Settled(a)
	}
}

// learn remembers what was found out by reading. What was seen is remembered before
// anything is applied, so that each outcome adds to it.
func (r *Runner) learn(ctx context.Context, v *view) error {
	if err := r.Journal.Learn(ctx, v.report.Plan.Learned); err != nil {
		return fmt.Errorf("remember what was found: %w", err)
	}
	if err := v.remember(ctx, r.Journal); err != nil {
		return fmt.Errorf("remember what was seen of Kiteworks: %w", err)
	}
	return r.park(ctx, v)
}

// unopened is why a run could not be opened in the ledger, and so cannot be closed there.
type unopened struct{ error }

// enter opens the run in the ledger: an idle one leaves no trace there.
func (r *Runner) enter(ctx context.Context, rep *Report) (err error) {
	if rep.Run, err = r.Journal.Begin(ctx, rep.Started, rep.Trigger); err != nil {
		return unopened{fmt.Errorf("open the run in the ledger: %w", err)}
	}
	return nil
}

func (u unopened) Unwrap() error { return u.error }

// record closes the run in the ledger, also one that failed before it was opened
// there; it must not be lost because the run was told to stop.
func (r *Runner) record(ctx context.Context, rep *Report) error {
	ctx = context.WithoutCancel(ctx)
	if rep.Run == 0 {
		if err := r.enter(ctx, rep); err != nil {
			return err
		}
	}
	summary, err := json.Marshal(rep.summary())
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	if err := r.Journal.End(ctx, rep.Run, r.Now(), rep.Result().String(), summary); err != nil {
		return fmt.Errorf("close the run in the ledger: %w", err)
	}
	return nil
}
