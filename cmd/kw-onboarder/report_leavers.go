package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// departures are those who have left, by person.
type departures map[access.PersonID]plan.Leaving

func newDepartures(r *kwsync.Report) departures {
	d := departures{}
	for _, l := range r.Leavers {
		d[l.Person] = l
	}
	return d
}

// tells says whether a note is about somebody who has left.
func (d departures) tells(n plan.Note) bool {
	_, left := d[n.Person]
	return left && n.Kind == plan.NoteSkipped
}

// left is how somebody has left and since when, as far as it is known.
func left(exit plan.Exit, l plan.Leaving) string {
	text := string(cmp.Or(exit, l.Exit))
	if !l.Since.IsZero() {
		text += " since " + l.Since.UTC().Format(time.DateOnly)
	}
	if l.Why != "" {
		text += " by " + l.Why
	}
	return text
}

// departing is one step of somebody's ladder: an operation, and each role that it takes.
type departing struct {
	plan.Change
	roles []string
}

// rolesShown is how many roles one line names.
const rolesShown = 3

// departingOf puts what is taken from each leaver together, in the order of the plan.
func departingOf(changes []plan.Change) (all []departing) {
	type step struct {
		person access.PersonID
		op     plan.Op
	}
	index := map[step]int{}
	for _, c := range changes {
		if c.Exit == "" {
			continue
		}
		key := step{c.Person, c.Op}
		at, seen := index[key]
		if !seen {
			at = len(all)
			index[key], all = at, append(all, departing{Change: c})
		}
		switch c.Op {
		case plan.Revoke:
			all[at].roles = append(all[at].roles, fmt.Sprintf("%s on %s", c.From, c.Path))
		case plan.Lower:
			all[at].roles = append(all[at].roles, fmt.Sprintf("%s to %s, as before us, on %s", c.From, c.To, c.Path))
		}
	}
	return all
}

// what is what a step takes, in words.
func (d departing) what() string {
	switch n := len(d.roles); {
	case d.Op == plan.Delete:
		return "data to " + orElse(d.To, "nobody")
	case n > rolesShown:
		return fmt.Sprintf("%s and %d more", strings.Join(d.roles[:rolesShown], "; "), n-rolesShown)
	}
	return strings.Join(d.roles, "; ")
}

// leavers prints the steps of those who have left, and what is said of those for whom none is due.
func (t textReport) leavers(r *kwsync.Report) {
	steps, d := departingOf(r.Plan.Changes), newDepartures(r)
	var notes []plan.Note
	for _, n := range r.Plan.Notes {
		if d.tells(n) {
			notes = append(notes, n)
		}
	}
	if len(steps)+len(notes) == 0 {
		return
	}
	t.line("\n%s", t.paint.bold(fmt.Sprintf("Leavers (%d)", d.concerned(steps, notes))))
	w := newGrid(t.out)
	for _, s := range steps {
		who := orElse(string(s.Email), s.Person.String())
		fmt.Fprintln(w, t.paint.red(fmt.Sprintf("  - %s\t%s\t%s\t%s", s.Op, who, s.what(), left(s.Exit, d[s.Person]))))
	}
	_ = w.Flush() // like every print here: nobody is left to tell
	for _, reason := range kwsync.Gather(notes, plan.NoteSkipped) {
		t.line("  ! %s", t.paint.yellow(reason.String()))
	}
}

// concerned counts the people of steps and notes.
func (d departures) concerned(steps []departing, notes []plan.Note) int {
	people := map[access.PersonID]bool{}
	for _, s := range steps {
		people[s.Person] = true
	}
	for _, n := range notes {
		people[n.Person] = true
	}
	return len(people)
}
