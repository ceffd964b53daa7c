package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	Now       func() time.Time
	Person    string // e-mail, id or DN of the one person to look at; "": everybody
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

// Plan reads the directory and Kiteworks and says what would change.
func (p *Planner) Plan(ctx context.Context) (Report, error) {
	if err := p.validate(); err != nil {
		return Report{Err: err.Error()}, err
	}
	trigger := Trigger{Name: "plan", Full: true}
	r := p.begin(trigger)
	v := &view{planner: p, report: &r, trigger: trigger}
	if _, err := v.judge(ctx); err != nil {
		return p.fail(r, err)
	}
	r.Took = p.Now().Sub(r.Started)
	return r, nil
}

// judge reads both sides and makes the plan. It returns what the ledger remembers.
func (v *view) judge(ctx context.Context) (plan.Memory, error) {
	memory, err := v.planner.Recall.Recall(ctx)
	if err != nil {
		return memory, fmt.Errorf("read the ledger: %w", err)
	}
	if err := v.refresh(ctx); err != nil {
		return memory, err
	}
	if err := v.look(ctx, memory, nil); err != nil {
		return memory, err
	}
	v.decide(memory)
	return memory, nil
}

func (p *Planner) begin(trigger Trigger) Report {
	return Report{Trigger: trigger.Name, Mode: p.Limits.Mode.String(), Caveat: p.Limits.Mode.Caveat(), Started: p.Now()}
}

func (p *Planner) fail(r Report, err error) (Report, error) {
	r.Err = err.Error()
	r.Took = p.Now().Sub(r.Started)
	return r, err
}

// view is what one run sees, and what it makes of it.
type view struct {
	planner  *Planner
	report   *Report
	trigger  Trigger
	snapshot *access.Snapshot
	touched  access.Touched
	bound    *rules.Bound
	verdicts []access.Verdict
	blocked  []plan.Note
	catalog  *access.Catalog
	state    access.State
	read     int // requests made by looking
}

// look evaluates the rules and observes Kiteworks. The places of open intents
// are looked at too, so that they can be settled.
func (v *view) look(ctx context.Context, m plan.Memory, open []plan.Change) (err error) {
	before := v.planner.Reader.Requests()
	if err := v.phase("rules", func() error { return v.evaluate(m) }); err != nil {
		return err
	}
	if err := v.phase("kiteworks", func() error { return v.observe(ctx, m, open) }); err != nil {
		return fmt.Errorf("read Kiteworks: %w", err)
	}
	v.read = v.planner.Reader.Requests() - before
	return nil
}

// refresh reads the directory.
func (v *view) refresh(ctx context.Context) error {
	err := v.phase("directory", func() (err error) {
		v.snapshot, v.touched, err = v.planner.Directory.Refresh(ctx, v.trigger.Full)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the directory: %w", err)
	}
	v.report.People, v.report.Groups = len(v.snapshot.People), len(v.snapshot.Groups)
	v.report.Touched = len(v.touched.People)
	if v.touched.Everyone {
		v.report.Touched = v.report.People
	}
	v.report.Directory = v.touched.How
	return nil
}

// evaluate judges every person, all as of one moment. What holds a rule for
// everybody is reported once, not once for each of twenty thousand people.
func (v *view) evaluate(m plan.Memory) (err error) {
	linked := func(id access.PersonID) bool { _, has := m.Links[id]; return has }
	v.bound = v.planner.Rules.Bind(v.snapshot, rules.Known{Groups: m.Groups, Linked: linked})
	people := map[string]int{}
	now := v.planner.Now()
	v.verdicts = make([]access.Verdict, 0, len(v.snapshot.People))
	for i := range v.snapshot.People {
		d := v.bound.Evaluate(&v.snapshot.People[i], now)
		d.Held = slices.DeleteFunc(d.Held, func(h access.Held) bool {
			if h.Common {
				people[h.Rule]++
			}
			return h.Common
		})
		v.verdicts = append(v.verdicts, d)
	}
	if v.verdicts, err = only(v.verdicts, v.snapshot.People, v.planner.Person); err != nil {
		return err
	}
	for _, p := range v.bound.Problems() {
		v.blocked = append(v.blocked, plan.Note{Kind: plan.NoteBlocked, Rule: p.Rule, Why: p.Why, People: people[p.Rule]})
	}
	return nil
}

// find reads what Kiteworks offers for what the verdicts and the open intents
// speak of.
func (v *view) find(ctx context.Context, m plan.Memory, open []plan.Change) (err error) {
	v.catalog, err = v.planner.Reader.Catalog(ctx, plan.Places(v.verdicts, open, m))
	return err
}

// observe finds the folders, and reads their members and all accounts.
func (v *view) observe(ctx context.Context, m plan.Memory, open []plan.Change) (err error) {
	if err := v.find(ctx, m, open); err != nil {
		return err
	}
	v.state, err = v.planner.Reader.Observe(ctx, plan.Folders(v.verdicts, open, m, v.catalog))
	return err
}

// decide makes the plan and lets the brakes divide it.
func (v *view) decide(m plan.Memory) {
	_ = v.phase("plan", func() error {
		p := plan.Diff(v.verdicts, v.catalog, v.state, m, v.planner.Policy)
		p.Notes = append(v.blocked, p.Notes...)
		if v.planner.Person != "" || len(v.blocked) > 0 {
			p.Unasked = 0 // not all rules were judged for all people
		}
		v.report.Fresh = m.Empty()
		for ref, id := range v.bound.Resolved() {
			if _, pinned := m.Groups[ref]; !pinned {
				p.Learned.Groups[ref] = id
			}
		}
		v.report.Plan, v.report.Withheld = guard.Split(p, v.planner.Limits)
		v.report.Requests = Requests{Read: v.read, Write: len(v.report.Plan.Steps(plan.MaxPerStep))}
		return nil
	})
}

func (v *view) phase(name string, do func() error) error {
	start := v.planner.Now()
	err := do()
	v.report.Phases = append(v.report.Phases, Phase{Name: name, Took: v.planner.Now().Sub(start)})
	return err
}
