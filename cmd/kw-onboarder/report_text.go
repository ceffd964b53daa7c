package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// namesShown is how many people one reason names in text; JSON names all.
const namesShown = 20

// textReport prints a run for a person to read. rate is requests a second, for
// the estimate.
type textReport struct {
	out   io.Writer
	paint paint
	rate  float64
}

func (t textReport) print(r *kwsync.Report) {
	t.line("%s %d people and %d groups read; mode %s", t.paint.bold(title(r)), r.People, r.Groups, r.Mode)
	t.changes(r)
	t.withheld(r)
	t.notes(r)
	t.end(r)
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

func (t textReport) line(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

// changes prints the plan: folders and accounts one by one, grants under their folder.
func (t textReport) changes(r *kwsync.Report) {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	head := ""
	for _, c := range r.Plan.Changes {
		if h := heading(c); h != head {
			head = h
			fmt.Fprintf(w, "\n%s\n", t.paint.bold(h))
		}
		fmt.Fprintln(w, t.paint.green(row(c)))
	}
}

// heading is the group that a change is printed under.
func heading(c plan.Change) string {
	switch c.Op {
	case plan.CreateFolder:
		return "Folders to create"
	case plan.CreateAccount:
		return "Accounts to create"
	}
	return fmt.Sprintf("%s, as %s", c.Path, c.As)
}

// row is one change: what, for whom, where, and because of which rules.
func row(c plan.Change) string {
	why := "\trule " + strings.Join(ruleNames(c), ", ")
	switch c.Op {
	case plan.CreateFolder:
		return fmt.Sprintf("  + %s\tas %s%s", c.Path, c.As, why)
	case plan.CreateAccount:
		return fmt.Sprintf("  + %s\t%s\t%s%s", c.Email, c.Name, orElse(c.Profile, "profile by Kiteworks"), why)
	}
	return fmt.Sprintf("  + %s\t%s%s%s", c.To, c.Email, before(c), why)
}

// subject is for whom a change is, or where, in one phrase.
func subject(c plan.Change) string {
	switch c.Op {
	case plan.CreateFolder:
		return string(c.Path)
	case plan.CreateAccount:
		return string(c.Email)
	}
	return fmt.Sprintf("%s: %s on %s%s", c.Email, c.To, c.Path, before(c))
}

func before(c plan.Change) string {
	if c.From == "" {
		return ""
	}
	return ", now " + c.From
}

func ruleNames(c plan.Change) []string {
	var names []string
	for _, cause := range c.Causes {
		names = append(names, cause.Rule)
	}
	return names
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func (t textReport) withheld(r *kwsync.Report) {
	if len(r.Withheld) == 0 {
		return
	}
	t.line("\n%s", t.paint.bold(fmt.Sprintf("Withheld (%d)", len(r.Withheld))))
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	for _, h := range r.Withheld {
		fmt.Fprintf(w, "  - %s\t%s\t%s\n", h.Change.Op, subject(h.Change), h.Why)
	}
}

// notes prints what was asked for and is left alone, each reason once.
func (t textReport) notes(r *kwsync.Report) {
	titles := map[plan.NoteKind]string{
		plan.NoteBlocked: "Blocked, waits for you", plan.NoteHeld: "Held, nothing changes there", plan.NoteSkipped: "Skipped people",
	}
	for _, kind := range []plan.NoteKind{plan.NoteBlocked, plan.NoteHeld, plan.NoteSkipped} {
		reasons := gather(r.Plan.Notes, kind)
		if len(reasons) == 0 {
			continue
		}
		t.line("\n%s", t.paint.bold(fmt.Sprintf("%s (%d)", titles[kind], r.Notes(kind))))
		for _, reason := range reasons {
			t.line("  ! %s", t.paint.yellow(reason.String()))
		}
	}
}

// reason is one note, or several that say the same of different people.
type reason struct {
	rule, why string
	names     []string
	people    int
}

func gather(notes []plan.Note, kind plan.NoteKind) []*reason {
	var order []*reason
	index := map[[2]string]*reason{}
	for _, n := range notes {
		if n.Kind != kind {
			continue
		}
		key := [2]string{n.Rule, n.Why}
		at := index[key]
		if at == nil {
			at = &reason{rule: n.Rule, why: n.Why}
			index[key], order = at, append(order, at)
		}
		if kind == plan.NoteBlocked {
			at.people += n.People
			continue
		}
		at.people++
		at.names = append(at.names, orElse(string(n.Email), orElse(n.DN, n.Person.String())))
	}
	return order
}

func (r *reason) String() string {
	var b strings.Builder
	if r.rule != "" {
		fmt.Fprintf(&b, "rule %s: ", r.rule)
	}
	b.WriteString(r.why)
	switch {
	case len(r.names) == 0 && r.people > 0:
		fmt.Fprintf(&b, " (people concerned: %d)", r.people)
	case len(r.names) > namesShown:
		fmt.Fprintf(&b, ": %s and %d more (--output json names all)", strings.Join(r.names[:namesShown], ", "), len(r.names)-namesShown)
	case len(r.names) > 0:
		fmt.Fprintf(&b, ": %s", strings.Join(r.names, ", "))
	}
	return b.String()
}

// outcomes prints what did not go as planned.
func (t textReport) outcomes(r *kwsync.Report) {
	for _, o := range r.Settled {
		t.line("  settled from an earlier run: %s %s %s", o.Key, o.Result, o.Why)
	}
	for _, c := range r.Lapsed {
		t.line("  was approved and no longer holds: %s", t.paint.yellow(fmt.Sprintf("%s %s", c.Op, subject(c))))
	}
	bad := r.Unfinished()
	if len(bad) == 0 {
		return
	}
	changes := map[plan.Key]plan.Change{}
	for _, c := range r.Plan.Changes {
		changes[c.Key] = c
	}
	t.line("\n%s", t.paint.bold(fmt.Sprintf("Not done (%d)", len(bad))))
	for _, o := range bad {
		c := changes[o.Key]
		t.line("  ! %s", t.paint.red(fmt.Sprintf("%s %s: %s: %s", c.Op, subject(c), o.Result, o.Why)))
	}
}

// total is the last line: how much, and how many requests.
func (t textReport) total(r *kwsync.Report) {
	n, q := len(r.Plan.Changes), r.Requests
	switch {
	case r.Run == 0 && n == 0 && len(r.Withheld) > 0:
		t.line("\nNothing to do: the changes above are withheld. %d requests to look.", q.Read)
	case r.Run == 0 && n == 0:
		t.line("\nNothing to do. %d requests to look.", q.Read)
	case r.Run == 0:
		t.line("\n%d changes: %d requests (%d to read, %d to write), %s at %g a second.",
			n, q.Planned(), q.Read, q.Write, estimate(q.Planned(), t.rate), t.rate)
	default:
		t.line("\n%s: %d of %d changes in %s; %d requests, %d planned.",
			r.Result(), n-len(r.Unfinished()), n, r.Took.Round(time.Millisecond), q.Made, q.Planned())
	}
}

// estimate is how long that many requests take, in words.
func estimate(requests int, rate float64) string {
	took := time.Duration(float64(requests) / rate * float64(time.Second)).Round(time.Second)
	if took == 0 {
		return "under a second"
	}
	return "about " + took.String()
}
