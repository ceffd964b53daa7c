package sync

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// Planner finds out what a run would change. It cannot write: its Reader has
// no method for it, and its Recall neither (promise P7).
type Planner struct {
	Directory Directory
	Reader    Reader
	Recall    Recall
	Rules     *rules.Set
	Policy    plan.Policy
	Limits    guard.Limits
	Brakes    Brakes // nil: nothing was done or decided before
	// Walls are the folders of which walls speak: they are looked at whatever the rules say.
	Walls []access.Place
	Now   func() time.Time
	// Prove opens the means to look at people afresh; nil: there are none, and who is missing
	// is held, and what narrows withheld.
	Prove func() Prover
	// Doing is told which stage is begun, and how much there is to do in it: folders to look into, changes to make;
	// 0: that is not known. A stage of no name: it is over. nil: nobody is told.
	Doing func(stage string, total int)
}

// The stages of a run that may take long. Looking and Members are one phase: how many folders
// there are is known only when they are found.
const (
	Refreshing = "directory"
	Proving    = "proof"
	Looking    = "kiteworks"
	Members    = "members"
	Applying   = "apply"
)

func (p *Planner) doing(stage string, total int) {
	if p.Doing != nil {
		p.Doing(stage, total)
	}
}

func (p *Planner) validate() error {
	switch {
	case p.Directory == nil || p.Reader == nil || p.Recall == nil || p.Rules == nil || p.Now == nil:
		return errors.New("a planner needs a directory, a reader, a memory, rules and a clock")
	case p.Limits.Mode == 0:
		return errors.New("a planner needs a mode")
	}
	return nil
}

// Plan reads the directory and Kiteworks and says what would change, for everybody
// or for those who are named by e-mail, id or DN.
func (p *Planner) Plan(ctx context.Context, named ...string) (Report, error) {
	return p.plan(ctx, Trigger{Name: "plan", Full: true, Named: named}, nil)
}

// PlanUndo says what would take back what a run did (promise P12).
func (p *Planner) PlanUndo(ctx context.Context, h History, run int64) (Report, error) {
	return p.plan(ctx, Trigger{Name: "undo", Undo: run}, h)
}

func (p *Planner) plan(ctx context.Context, trigger Trigger, h History) (Report, error) {
	if err := p.validate(); err != nil {
		return Report{Err: err.Error()}, err
	}
	r := p.begin(trigger)
	v := &view{planner: p, report: &r, trigger: trigger}
	defer v.close()
	if _, err := v.judge(ctx, h); err != nil {
		return p.fail(r, err)
	}
	r.Took = p.Now().Sub(r.Started)
	return r, nil
}

// judge reads both sides and makes the plan. It returns what the ledger remembers.
func (v *view) judge(ctx context.Context, h History) (plan.Memory, error) {
	memory, err := v.planner.Recall.Recall(ctx, nil)
	if err != nil {
		return memory, fmt.Errorf("read the ledger: %w", err)
	}
	if err := v.refresh(ctx); err != nil {
		return memory, err
	}
	if v.trigger.Undo != 0 {
		err = v.recollect(ctx, h)
	} else {
		err = v.narrow(v.trigger.Named...)
	}
	if err != nil {
		return memory, err
	}
	if err := v.look(ctx, memory, v.undoing.changes); err != nil {
		return memory, err
	}
	return memory, v.decide(ctx, memory)
}

func (p *Planner) begin(trigger Trigger) Report {
	return Report{
		Trigger: trigger.Name, Full: trigger.Full, Mode: p.Limits.Mode.String(), Caveat: p.Limits.Mode.Caveat(), Started: p.Now(),
	}
}

func (p *Planner) fail(r Report, err error) (Report, error) {
	r.Err = err.Error()
	r.Took = p.Now().Sub(r.Started)
	return r, err
}
