package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/history"
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
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, history.Clock(r.Started.In(t.zone)), t.took(r), r.StartedBy(),
			orElse(r.Kind(), "-"), r.Outcome(), touched(r), r.Changed()+"\t"+r.Requested())
	}
}

func (t runsText) took(r history.Run) string {
	took := r.Took(t.now)
	if took == 0 {
		return "-"
	}
	return history.Roughly(took)
}

// touched are the columns of people; a run that has not ended has not said.
func touched(r history.Run) string {
	if r.Ended.IsZero() || r.Decree {
		return "-\t-"
	}
	return fmt.Sprintf("%d\t%d", r.Touched, r.Due)
}

// story prints one run and all that it did.
func (t runsText) story(s history.Story) {
	t.line("%s", t.paint.bold(s.Head(t.now, t.zone)))
	for _, line := range s.About(t.zone) {
		t.line("%s", line)
	}
	if s.Error != "" {
		t.line("%s", t.paint.red("It failed: "+s.Error))
	}
	t.did(s.Did)
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
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", history.Clock(history.Decided(r).In(t.zone)), c.Op, orElse(history.Whom(c), "-"),
			orElse(string(c.Path), "-"), orElse(c.From, "-"), orElse(history.Target(c), "-"), orElse(strings.Join(c.Rules(), ", "), "-"), history.Result(r))
	}
}
