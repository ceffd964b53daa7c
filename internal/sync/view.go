package sync

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// view is what one run sees, and what it makes of it.
type view struct {
	planner  *Planner
	report   *Report
	trigger  Trigger
	snapshot *access.Snapshot
	now      time.Time // as of which all are judged
	touched  access.Touched
	blind    bool                            // the directory could not be read, and the run does without
	news     backlog                         // whom the directory has told of, here and since the last run that came through
	about    []int                           // whom the run is about: indices into the snapshot's people, ascending; nil: everybody
	absent   []access.PersonID               // and those of them who are not in the snapshot, sorted
	prover   Prover                          // nil: nobody can be looked at afresh
	lost     []access.Verdict                // of those who are not in the snapshot and have an account
	emails   map[string]access.Email         // of accounts, if somebody is missing
	heirs    map[access.Email]*access.Person // who has an address in the directory, likewise
	memory   plan.Memory                     // by which the plan was made
	undoing  deeds                           // what the run takes back
	bound    *rules.Bound
	verdicts []access.Verdict
	blocked  []plan.Note
	source   source         // where Kiteworks is looked at; nil: at Kiteworks itself
	fresh    bool           // that is where it was looked at
	rivals   plan.Rivals    // found by the last run that was about everybody
	further  []access.Place // looked at beyond what the verdicts speak of
	usage    guard.Usage
	holds    []guard.Hold
	failing  []guard.Failing
	catalog  *access.Catalog
	state    access.State
	read     int // requests made by looking
}

// source is where a run looks for what Kiteworks has.
type source interface {
	Catalog(ctx context.Context, want []access.Place) (*access.Catalog, error)
	Observe(ctx context.Context, folders []access.Folder) (access.State, error)
}

// close ends the looks at people afresh, if there were any.
func (v *view) close() {
	if v.prover != nil {
		v.prover.Close()
	}
}

// refresh reads the directory. What a human has ordered needs none.
func (v *view) refresh(ctx context.Context) error {
	err := v.phase(Refreshing, func() (err error) {
		v.snapshot, v.touched, err = v.planner.Directory.Refresh(ctx, v.trigger.Full)
		return err
	})
	switch ordered := v.trigger.Offboard || v.trigger.Undo != 0; {
	case err == nil:
	case !ordered || ctx.Err() != nil:
		return fmt.Errorf("read the directory: %w", err)
	default:
		v.blind = true
		v.snapshot, v.touched = &access.Snapshot{}, access.Touched{How: []string{fmt.Sprintf("could not be read, so that only what was ordered is done: %v", err)}}
	}
	if v.planner.Prove != nil {
		v.prover = v.planner.Prove() // behind the reading: it is held against that
	}
	v.report.People, v.report.Groups = len(v.snapshot.People), len(v.snapshot.Groups)
	v.report.Touched = len(v.touched.People)
	if v.touched.Everyone {
		v.report.Touched = v.report.People
	}
	v.report.Directory = v.touched.How
	return nil
}

// look evaluates the rules and observes Kiteworks. The places of open intents
// are looked at too, so that they can be settled.
func (v *view) look(ctx context.Context, m plan.Memory, open []plan.Change) error {
	before := v.planner.Reader.Requests()
	if v.source == nil {
		v.source, v.fresh = v.planner.Reader, true
	}
	_ = v.phase(Proving, func() error { v.seek(ctx, m); return nil })
	_ = v.phase("rules", func() error { v.evaluate(m); return nil })
	if err := v.phase(Looking, func() error { return v.observe(ctx, m, open) }); err != nil {
		return fmt.Errorf("read Kiteworks: %w", err)
	}
	v.address(m)
	v.read = v.planner.Reader.Requests() - before
	return nil
}

// evaluate judges those whom the run is about, all as of one moment. What holds a rule
// for everybody is reported once, not once for each of twenty thousand people.
func (v *view) evaluate(m plan.Memory) {
	linked := func(id access.PersonID) bool { link, has := m.Links[id]; return has && !link.Deleted }
	v.bound = v.planner.Rules.Bind(v.snapshot, rules.Known{Groups: m.Groups, Linked: linked})
	people := map[string]int{}
	v.now = v.planner.Now()
	v.each(func(p *access.Person) {
		d := v.bound.Evaluate(p, v.now)
		for _, h := range d.Held {
			if h.Common {
				people[h.Rule]++
			}
		}
		v.verdicts = append(v.verdicts, d)
	})
	v.verdicts = append(v.verdicts, v.lost...)
	if v.blind {
		return // no rule has been judged
	}
	for _, p := range v.bound.Problems() {
		v.blocked = append(v.blocked, plan.Note{Kind: plan.NoteBlocked, Rule: p.Rule, Why: p.Why, People: people[p.Rule]})
	}
}

// find reads what Kiteworks offers for what the verdicts and the open intents
// speak of.
func (v *view) find(ctx context.Context, m plan.Memory, open []plan.Change) (err error) {
	v.catalog, err = v.source.Catalog(ctx, plan.Places(v.verdicts, open, m, v.further...))
	return err
}

// observe finds the folders, and reads their members and all accounts. What is ours,
// and what walls speak of, is looked at beyond the rules; a delta knows of such folders
// what the last full run has found.
func (v *view) observe(ctx context.Context, m plan.Memory, open []plan.Change) (err error) {
	v.further = plan.Belongings(m)
	if v.fresh {
		v.further = append(v.further, v.planner.Walls...)
	}
	if err := v.find(ctx, m, open); err != nil {
		return err
	}
	folders := v.folders(m, open)
	if k, delta := v.source.(*known); delta && v.walled(m) {
		k.anew = func(f access.Folder) bool { return v.planner.Limits.Watches(f.Path) }
	}
	if v.fresh {
		v.planner.doing(Members, len(folders))
	}
	if v.state, err = v.source.Observe(ctx, folders); err != nil {
		return err
	}
	return v.confirm(ctx, m)
}

// walled says whether somebody is to be given access to a folder of which a wall speaks:
// then what anybody else has given behind it since the last look has to be known.
func (v *view) walled(m plan.Memory) bool {
	watched := func(p access.Path) bool { return v.planner.Limits.Watches(p) }
	for i := range v.verdicts {
		if slices.ContainsFunc(v.verdicts[i].Wishes, func(w access.Wish) bool { return watched(w.Place.Path) }) {
			return true
		}
	}
	return slices.ContainsFunc(plan.Folders(v.verdicts, nil, m, v.catalog), func(f access.Folder) bool { return watched(f.Path) })
}

// folders are those whose members are looked at.
func (v *view) folders(m plan.Memory, open []plan.Change) []access.Folder {
	all := plan.Folders(v.verdicts, open, m, v.catalog, v.further...)
	for _, f := range v.catalog.Folders {
		named := slices.ContainsFunc(all, func(o access.Folder) bool { return o.ID == f.ID })
		if !named && v.planner.Limits.Watches(f.Path) {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b access.Folder) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// confirm reads singly what of ours a list lacks: before it counts as taken away it must
// be missing twice.
func (v *view) confirm(ctx context.Context, m plan.Memory) error {
	doubts := plan.Doubts(v.catalog, v.state, m)
	for _, d := range doubts {
		found, err := v.planner.Reader.Confirm(ctx, d.Folder, d.Accounts)
		if err != nil {
			return err
		}
		v.state.Grants = append(v.state.Grants, found...)
	}
	if len(doubts) > 0 {
		slices.SortFunc(v.state.Grants, compareGrants)
	}
	return nil
}

func compareGrants(a, b access.Grant) int {
	return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Account, b.Account))
}

// decide makes the plan and lets the brakes divide it.
func (v *view) decide(ctx context.Context, m plan.Memory) error {
	if err := v.brake(ctx); err != nil {
		return err
	}
	v.memory = m
	return v.phase("plan", func() error {
		p := v.diff(m)
		v.date(&p)
		w := guard.World{Snapshot: v.snapshot, Catalog: v.catalog, State: v.state, Memory: m, Excluded: v.excluded(), Denied: v.bound.Denied}
		d := guard.Split(p, w, v.planner.Limits, v.usage, v.holds, v.planner.Now())
		r := v.report
		r.Plan, r.Withheld, r.Parked, r.Canaries, r.Violations = d.Allowed, d.Withheld, d.Parked, d.Canaries, d.Violations
		r.Leavers = v.leavers(p)
		r.Requests.Read = v.read
		r.foretell()
		v.account(m)
		return nil
	})
}

// diff is the plan before the brakes.
func (v *view) diff(m plan.Memory) plan.Plan {
	if v.trigger.Undo != 0 {
		return plan.Undo(v.undoing.changes, v.undoing.outcomes, v.catalog, v.state, m, v.planner.Policy)
	}
	p := plan.Diff(v.verdicts, v.catalog, v.state, m, v.policy(), v.now)
	p.Notes = append(v.blocked, p.Notes...)
	if v.about != nil || len(v.blocked) > 0 {
		p.Unasked = nil // not all rules were judged for all people
	}
	if v.about == nil {
		p.Notes = append(v.renamed(m), p.Notes...)
	}
	v.report.Fresh = v.about == nil && m.Empty()
	for ref, id := range v.bound.Resolved() {
		if _, pinned := m.Groups[ref]; !pinned {
			p.Learned.Groups[ref] = id
		}
	}
	return p
}

// renamed are the groups, units and folders that rules name by what they are not called any more (promise P10).
func (v *view) renamed(m plan.Memory) []plan.Note {
	var notes []plan.Note
	for _, n := range v.bound.Renamed() {
		notes = append(notes, plan.Note{Kind: plan.NoteRenamed, Rule: n.Rule, Why: n.Why})
	}
	return append(notes, plan.Renamed(v.verdicts, v.catalog, m)...)
}

// policy is that of the configuration. A plan that is not about everybody is told so, also
// where no run about everybody has found rivals yet.
func (v *view) policy() plan.Policy {
	p := v.planner.Policy
	if v.about == nil {
		return p
	}
	if p.Rivals = v.rivals; p.Rivals == nil {
		p.Rivals = plan.Rivals{}
	}
	return p
}

// brake asks what was done and decided before. What was reviewed counts as approved.
func (v *view) brake(ctx context.Context) (err error) {
	if v.planner.Brakes != nil {
		if v.usage, v.holds, v.failing, err = v.planner.Brakes.Load(ctx, v.planner.Now()); err != nil {
			return fmt.Errorf("read the state of the brakes: %w", err)
		}
	}
	for _, f := range v.failing {
		if hold, holds := f.Hold(); holds {
			v.holds = append(v.holds, hold)
		}
	}
	if len(v.trigger.Approved) > 0 {
		approved := maps.Clone(v.usage.Approved)
		if approved == nil {
			approved = map[plan.Key]plan.Change{}
		}
		maps.Copy(approved, v.trigger.Approved)
		v.usage.Approved = approved
	}
	return nil
}

func (v *view) phase(name string, do func() error) error {
	start := v.planner.Now()
	v.planner.doing(name, 0)
	err := do()
	v.planner.doing("", 0)
	v.report.Phases = append(v.report.Phases, Phase{Name: name, Took: v.planner.Now().Sub(start)})
	return err
}
