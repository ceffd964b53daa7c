package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// textReport prints a run for a person to read. rate is requests a second, for
// the estimate.
type textReport struct {
	out   io.Writer
	paint paint
	rate  float64
}

func (t textReport) print(r *kwsync.Report) {
	t.line("%s %s and %s read; mode %s", t.paint.bold(title(r)), headcount(r.People), count(r.Groups, "group"), r.Mode)
	t.directory(r)
	if !r.AsOf.IsZero() {
		t.line("%s", t.paint.yellow(fmt.Sprintf("The directory is as of %s, from a snapshot; Kiteworks is as of now.", r.AsOf.UTC().Format(time.RFC3339))))
	}
	if r.Fresh {
		t.line("%s", t.paint.yellow("The ledger is empty: nothing is known of earlier runs. On a first run that is right; otherwise look at `state`."))
	}
	t.unasked(r.Plan.Unasked)
	t.leavers(r)
	t.changes(r)
	t.brakes(r)
	t.notes(r)
	t.end(r)
}

// unaskedShown is how many grants are named that no rule asks for any more.
const unaskedShown = 20

// unasked prints what we gave, what no rule asks for any more, and what does not end nevertheless.
func (t textReport) unasked(left []plan.Leftover) {
	const stays = "it is not seen, is not as we gave it, or is held by what a note below says"
	switch len(left) {
	case 0:
		return
	case 1:
		t.line("%s", t.paint.yellow("A grant of ours is not asked for any more, and stays: "+stays+"."))
	default:
		t.line("%s", t.paint.yellow(fmt.Sprintf("%d grants of ours are not asked for any more, and stay: of each, %s.", len(left), stays)))
	}
	for i, l := range left {
		if i == unaskedShown {
			t.line("  and %d more; --output json has all", len(left)-i)
			break
		}
		t.line("  %s: %s on %s", orElse(string(l.Email), l.Person.String()), l.Role, orElse(string(l.Path), "folder "+l.Folder))
	}
}

// end prints how a run went, without what was planned.
func (t textReport) end(r *kwsync.Report) {
	t.outcomes(r)
	t.total(r)
}

func title(r *kwsync.Report) string {
	if r.Run == 0 {
		return "Plan."
	}
	return fmt.Sprintf("Run %d.", r.Run)
}

// directory prints how the directories were read, and what of it was new.
func (t textReport) directory(r *kwsync.Report) {
	for _, how := range r.Directory {
		t.line("Directory %s", how)
	}
	if !r.Idle && r.Touched < r.People { // a first reading touches everybody
		t.line("Touched since the reading before: %s", headcount(r.Touched))
	}
}

func (t textReport) line(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// notes prints what was asked for and is left alone, each reason once. What is said of
// leavers stands with them.
func (t textReport) notes(r *kwsync.Report) {
	titles := map[plan.NoteKind]string{
		plan.NoteDrift: "Drift, changed by somebody else", plan.NoteBlocked: "Blocked, waits for you", plan.NoteRenamed: "Renamed, and followed",
		plan.NoteHeld: "Held, nothing changes there", plan.NoteSkipped: "Skipped people",
	}
	notes := slices.DeleteFunc(slices.Clone(r.Plan.Notes), newDepartures(r).tells)
	for _, kind := range []plan.NoteKind{plan.NoteDrift, plan.NoteBlocked, plan.NoteRenamed, plan.NoteHeld, plan.NoteSkipped} {
		reasons, n := kwsync.Gather(notes, kind), 0
		if len(reasons) == 0 {
			continue
		}
		for _, note := range notes {
			if note.Kind == kind {
				n++
			}
		}
		t.line("\n%s", t.paint.bold(fmt.Sprintf("%s (%d)", titles[kind], n)))
		for _, reason := range reasons {
			t.line("  ! %s", t.paint.yellow(reason.String()))
		}
	}
}

// outcomes prints what did not go as planned.
func (t textReport) outcomes(r *kwsync.Report) {
	t.settled(r)
	for i, c := range r.Lapsed {
		if i == lapsedShown {
			t.line("  and %d more", len(r.Lapsed)-i)
			break
		}
		t.line("  approved, and not planned any more (done already, or no longer asked for): %s %s", c.Op, subject(c))
	}
	reasons := r.NotDone()
	if len(reasons) == 0 {
		return
	}
	t.line("\n%s", t.paint.bold(fmt.Sprintf("Not done (%d)", len(r.Unfinished()))))
	for _, reason := range reasons {
		t.line("  ! %s", t.paint.red(reason.String()))
	}
}

// lapsedShown is how many approved changes are named that are not planned any more.
const lapsedShown = 20

// settled counts what an interrupted run had done and what it had not.
func (t textReport) settled(r *kwsync.Report) {
	counts := map[plan.Result]int{}
	for _, o := range r.Settled {
		counts[o.Result]++
	}
	if len(r.Settled) > 0 {
		t.line("\nOf an interrupted run: %s had happened, %d had not, still undecided: %d.",
			changes(counts[plan.Done]+counts[plan.Already]), counts[plan.Refused], counts[plan.Unknown])
	}
}

// total is the last line: how much, and how many requests.
func (t textReport) total(r *kwsync.Report) {
	n, q := len(r.Plan.Changes), r.Requests
	switch {
	case r.Idle:
		t.line("\n%s: nothing changed in the directory, and Kiteworks was not asked; %s.", r.Result(), r.Took.Round(time.Millisecond))
	case r.Run == 0 && n == 0 && len(r.Withheld) > 0:
		t.line("\nNothing to do: the changes above are withheld. %s to look.", count(q.Read, "request"))
	case r.Run == 0 && n == 0:
		t.line("\nNothing to do. %s to look.", count(q.Read, "request"))
	case r.Run == 0:
		t.line("\n%s: %s (%d to read, %d to write), %s at %g a second.",
			changes(n), count(q.Planned(), "request"), q.Read, q.Write, estimate(q.Planned(), t.rate), t.rate)
	default:
		t.line("\n%s: %d of %s in %s; %s, %s.",
			r.Result(), n-len(r.Unfinished()), changes(n), r.Took.Round(time.Millisecond), count(q.Made, "request"), checked(q))
	}
}

// changes is how many, in words.
func changes(n int) string { return count(n, "change") }

// checked compares the requests made with those foretold.
func checked(q kwsync.Requests) string {
	switch more := q.Made - q.Planned(); {
	case more > 0:
		return fmt.Sprintf("%d more than planned, to repeat or to read back", more)
	case more < 0:
		return fmt.Sprintf("%d fewer than planned, because some were not sent", -more)
	}
	return "as planned"
}

// estimate is how long that many requests take, in words.
func estimate(requests int, rate float64) string {
	took := time.Duration(float64(requests) / rate * float64(time.Second)).Round(time.Second)
	if took == 0 {
		return "under a second"
	}
	return "about " + took.String()
}
