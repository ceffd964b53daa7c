package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// drillText prints exercises for a person to read.
type drillText struct {
	out   io.Writer
	paint paint
}

func (t drillText) line(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

// drillEnd says what has to be known to trust the rest.
func drillEnd(m guard.Mode) string {
	if m != guard.Sync {
		return fmt.Sprintf("Mode %s takes nothing away: what an exercise would lower, revoke, suspend or delete is withheld by it.", m)
	}
	return "Whoever is missing counts as gone here, as if a fresh look had said so. " +
		"A run looks at each person once more before it takes anything away, and holds it if that cannot be confirmed."
}

func (t drillText) print(d drillCmd, f snapshot.File, configured, mode guard.Mode, all []drilled) {
	t.line("%s %d people and %d groups as of %s, seed %d; the ledger as it is; mode %s. Nothing is written.",
		t.paint.bold("Drill."), len(f.Snapshot.People), len(f.Snapshot.Groups), f.Snapshot.Taken.UTC().Format(time.RFC3339), d.Seed, mode)
	if mode != configured {
		t.line("%s", t.paint.yellow(fmt.Sprintf("The configuration says mode %s, which withholds everything: here the other brakes are tried.", configured)))
	}
	for _, e := range all {
		t.line("\n%s", t.paint.bold(e.What+"."))
		if e.report == nil {
			t.line("  not tried: %s", e.Why)
			continue
		}
		t.one(e.report)
	}
	t.line("\n%s", drillEnd(mode))
}

// one prints what a run would make of one exercise.
func (t drillText) one(r *kwsync.Report) {
	for _, u := range r.Canaries {
		t.line("  %s", t.paint.red("canary     "+u.Why+": all that takes access away waits"))
	}
	for _, b := range kwsync.Gather(r.Plan.Notes, plan.NoteBlocked) {
		t.line("  %s", t.paint.yellow("frozen     "+b.String()))
	}
	for _, p := range r.Parked {
		t.line("  %s", t.paint.yellow(fmt.Sprintf("parked     %s %s, %s: %s", p.Kind, causedBy(p), count(len(p.Changes), "change"), p.Why)))
	}
	for _, w := range stoppedBy(r) {
		t.line("  %s", t.paint.yellow(fmt.Sprintf("withheld   %s by %s, such as %s: %s: %s", changes(w.Count), w.Brake, w.first.Op, subject(w.first), w.Why)))
	}
	if n := r.Notes(plan.NoteHeld); n > 0 {
		t.line("  undecided  %s for single people: kept as they are", count(n, "rule"))
	}
	t.line("  %s", t.paint.green("would pass "+orElse(counted(passing(r)), "nothing")))
	if n := len(r.Plan.Unasked); n > 0 {
		t.line("  left       %s of ours asked for no more, and kept: not seen, not as we gave it, or held", count(n, "grant"))
	}
}

// stopped is what one brake has stopped for good: approval does not let it go.
type stopped struct {
	Brake guard.Brake
	Count int
	Why   string // of the first
	first plan.Change
}

// stoppedBy puts what does not wait for approval together by its brake.
func stoppedBy(r *kwsync.Report) (all []stopped) {
	waits := map[plan.Key]bool{}
	for _, p := range r.Parked {
		for _, c := range p.Changes {
			waits[c.Key] = true
		}
	}
	for _, w := range r.Withheld {
		if waits[w.Change.Key] {
			continue
		}
		at := slices.IndexFunc(all, func(s stopped) bool { return s.Brake == w.Brake })
		if at < 0 {
			at = len(all)
			all = append(all, stopped{Brake: w.Brake, Why: w.Why, first: w.Change})
		}
		all[at].Count++
	}
	return all
}

// passing counts what the brakes let go, by operation.
func passing(r *kwsync.Report) map[string]int {
	n := map[string]int{}
	for _, c := range r.Plan.Changes {
		n[c.Op.String()]++
	}
	return n
}

// counted are counts by name, in words.
func counted(n map[string]int) string { return history.Counted(n) }
