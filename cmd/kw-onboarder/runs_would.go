package main

import (
	"fmt"
	"io"
	"strings"

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
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Op, orElse(history.Whom(c), "-"), orElse(string(f.Path), "-"),
			orElse(f.From, "-"), orElse(f.To, "-"), orElse(strings.Join(f.Rules, ", "), "-"), t.words().ByNow(f))
	}
	_ = w.Flush() // like every print here: nobody is left to tell
	if more := a.More(s.Run); more > 0 {
		fmt.Fprintf(t.out, "and %d more, which were not kept\n", more)
	}
	fmt.Fprintf(t.out, "\n%s\n", t.words().Outlook(a))
}
