package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// wouldText prints what a run in mode observe would have done, and what has happened anyway.
type wouldText struct {
	roleText
	out io.Writer
}

func (t wouldText) print(s history.Story, a history.Aftermath) {
	fmt.Fprintf(t.out, "\nIt would have made %s.\n\n", counted(s.WouldBe))
	w := newGrid(t.out)
	fmt.Fprintln(w, "CHANGE\tFOR\tFOLDER\tFROM\tTO\tRULES\tBY NOW")
	for _, f := range a.Fates {
		c := plan.Change{Op: f.Op, Email: f.Email, Person: access.PersonID{Source: f.Source, ID: f.Person}, Account: f.Account}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Op, orElse(whom(c), "-"), orElse(string(f.Path), "-"),
			orElse(f.From, "-"), orElse(f.To, "-"), orElse(strings.Join(f.Rules, ", "), "-"), t.byNow(f))
	}
	_ = w.Flush() // like every print here: nobody is left to tell
	total := 0
	for _, n := range s.WouldBe {
		total += n
	}
	if more := total - len(a.Fates); more > 0 {
		fmt.Fprintf(t.out, "and %d more, which were not kept\n", more)
	}
	fmt.Fprintf(t.out, "\nOf these %d, %d are so by now, %s.\n", len(a.Fates), a.So(), t.asOf(a.Observed))
}

func (t wouldText) asOf(observed time.Time) string {
	if observed.IsZero() {
		return "as last seen"
	}
	return "as last seen at " + t.clock(observed) + ", when a full run had read Kiteworks"
}

// byNow is what has become of one change.
func (t wouldText) byNow(f history.Fate) string {
	switch {
	case f.Unknown != "":
		return "not known: " + f.Unknown
	case f.Held == nil && f.So:
		return "there"
	case f.Held == nil:
		return "not so"
	case !f.So:
		return "not so: " + f.Held.Grant.Role + ". " + t.giver(*f.Held)
	}
	return "so since " + t.clock(f.Held.Begun) + ". " + t.giver(*f.Held)
}
