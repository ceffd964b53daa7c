package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// runsText prints runs for a person to read.
type runsText struct {
	out   io.Writer
	paint paint
	zone  *time.Location
	now   time.Time
}

func (t runsText) line(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

func (t runsText) list(runs []history.Run) {
	if len(runs) == 0 {
		t.line("The ledger knows no run.")
		return
	}
	w := newGrid(t.out)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	fmt.Fprintln(w, "RUN\tSTARTED\tTOOK\tBY\tKIND\tRESULT\tTOUCHED\tDUE\tCHANGES\tREQUESTS")
	for _, r := range runs {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, history.Clock(r.Started.In(t.zone)), t.took(r), startedBy(r),
			orElse(r.Kind(), "-"), r.Outcome(), touched(r), changed(r)+"\t"+requested(r))
	}
}

func (t runsText) took(r history.Run) string {
	took := r.Took(t.now)
	if took == 0 {
		return "-"
	}
	return roughly(took)
}

// roughly is a duration with as many digits as somebody reads.
func roughly(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

func startedBy(r history.Run) string {
	if r.User == "" {
		return r.Trigger
	}
	return r.Trigger + " of " + r.User
}

// touched are the columns of people; a run that has not ended has not said.
func touched(r history.Run) string {
	if r.Ended.IsZero() || r.Decree {
		return "-\t-"
	}
	return fmt.Sprintf("%d\t%d", r.Touched, r.Due)
}

// changed counts what a run did, by result.
func changed(r history.Run) string {
	switch {
	case r.Decree:
		return fmt.Sprintf("%s, %s", count(len(r.Grants), "grant"), count(len(r.Accounts), "account"))
	case r.Ended.IsZero():
		return "-"
	case len(r.WouldBe) > 0:
		return "would: " + counted(r.WouldBe)
	case len(r.Results) == 0 && r.Withheld == 0:
		return "none"
	}
	var parts []string
	for _, result := range slices.Sorted(maps.Keys(r.Results)) {
		parts = append(parts, fmt.Sprintf("%d %s", r.Results[result], result))
	}
	if r.Withheld > 0 {
		parts = append(parts, fmt.Sprintf("%d withheld", r.Withheld))
	}
	return strings.Join(parts, ", ")
}

// requested compares the requests made with those planned.
func requested(r history.Run) string {
	if r.Ended.IsZero() || r.Decree {
		return "-"
	}
	return fmt.Sprintf("%d of %d", r.Requests["made"], r.Requests["planned"])
}

// story prints one run and all that it did.
func (t runsText) story(s history.Story) {
	t.line("%s", t.paint.bold(t.head(s.Run)))
	t.asked(s)
	if !s.Ended.IsZero() && !s.Decree {
		t.line("Mode %s; %s and %s; %d touched, %d due.", s.Mode, headcount(s.People), count(s.Groups, "group"), s.Touched, s.Due)
		t.line("Changes: %s. Requests: %d made, %d planned.", changed(s.Run), s.Requests["made"], s.Requests["planned"])
	}
	if s.Decree {
		t.line("It was about %s.", changed(s.Run))
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Notes)) {
		t.line("Left alone: %d %s.", s.Notes[kind], kind)
	}
	if s.Error != "" {
		t.line("%s", t.paint.red("It failed: "+s.Error))
	}
	t.did(s.Did)
}

func (t runsText) head(r history.Run) string {
	kind := r.Kind()
	if kind != "" {
		kind += ", "
	}
	ended := ", started"
	if took := r.Took(t.now); took > 0 {
		ended = fmt.Sprintf(", took %s, started", roughly(took))
	}
	return fmt.Sprintf("Run %d, %s%s%s by %s at %s.", r.ID, kind, r.Outcome(), ended, startedBy(r), history.Clock(r.Started.In(t.zone)))
}

// asked says who asked, for whom, and which runs came in between.
func (t runsText) asked(s history.Story) {
	if s.Reason != "" {
		t.line("Reason: %s", s.Reason)
	}
	if len(s.Named) > 0 {
		t.line("About %s only.", list(s.Named))
	}
	for _, q := range s.Answered {
		t.line("It answered request %d of %s, filed at %s%s.", q.ID, q.User, history.Clock(q.Filed.In(t.zone)), reasoned(q.Reason))
	}
	for _, id := range s.Detours {
		t.line("Run %d, which could not wait, was made meanwhile.", id)
	}
}

func reasoned(reason string) string {
	if reason == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", reason)
}

// did prints changes: when they were decided, and how.
func (t runsText) did(changes []history.Change) {
	if len(changes) == 0 {
		return
	}
	t.line("")
	w := newGrid(t.out)
	defer func() { _ = w.Flush() }() // as in list
	fmt.Fprintln(w, "AT\tCHANGE\tFOR\tFOLDER\tFROM\tTO\tRULES\tRESULT")
	for _, r := range changes {
		c := r.Change
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", history.Clock(decided(r).In(t.zone)), c.Op, orElse(whom(c), "-"),
			orElse(string(c.Path), "-"), orElse(c.From, "-"), orElse(target(c), "-"), orElse(strings.Join(c.Rules(), ", "), "-"), result(r))
	}
}

// decided is when the outcome of a change was known, or, if it is not, when it was intended.
func decided(r history.Change) time.Time {
	if r.Settled.IsZero() {
		return r.Intended
	}
	return r.Settled
}

// whom names the person of a change, also one whose names are forgotten.
func whom(c plan.Change) string {
	switch {
	case c.Email != "":
		return string(c.Email)
	case c.Person.ID != "":
		return c.Person.String()
	case c.Account != "":
		return "account " + c.Account
	}
	return ""
}

// target is what a change leads to.
func target(c plan.Change) string {
	if c.Op == plan.CreateAccount {
		return orElse(c.Profile, "profile by Kiteworks")
	}
	return c.To
}

// result is how a change ended and what Kiteworks said to it.
func result(r history.Change) string {
	text := orElse(r.Result, "not known yet")
	if r.Why != "" {
		text += ": " + r.Why
	}
	return text
}
