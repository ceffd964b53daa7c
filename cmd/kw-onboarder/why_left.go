package main

import (
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// ending is the change that takes away, or takes down, a role on a folder, and why it is
// withheld; "": it is not.
func (t whyText) ending(s *kwsync.Spot) (c plan.Change, why string, planned bool) {
	is := func(c plan.Change) bool {
		return (c.Op == plan.Revoke || c.Op == plan.Lower) && c.As == s.As && c.Path.Fold() == s.Path.Fold()
	}
	for _, c := range t.a.Now.Changes {
		if is(c) {
			return c, "", true
		}
	}
	for _, w := range t.a.Now.Withheld {
		if is(w.Change) {
			return w.Change, w.Why, true
		}
	}
	return c, "", false
}

// takes is what a change leaves of a role, as the end of a sentence.
func takes(c plan.Change) string {
	if c.To == "" {
		return "takes it away"
	}
	return "takes it down to " + c.To
}

// future is what becomes of a role that we gave and that no rule gives now.
func (t whyText) future(s kwsync.Spot) string {
	c, why, planned := t.ending(&s)
	asks := "no rule asks for it any more"
	if c.Exit != "" {
		asks = t.name() + " has left"
	}
	switch {
	case planned && why == "":
		return fmt.Sprintf("%s, and the next run %s", asks, takes(c))
	case planned:
		return fmt.Sprintf("%s, and it stays for now: %s", asks, why)
	case t.a.Now.Leaver != nil:
		return t.kept()
	case s.Open != "":
		return "it stays, and it is open whether a rule asks for it: " + s.Open
	}
	return "no rule asks for it any more; it stays, since it is not seen, or is not as we gave it"
}

// kept says until when somebody who has left keeps what we gave.
func (t whyText) kept() string {
	for _, s := range t.a.Now.Leaver.Steps {
		switch {
		case s.Do == plan.Revoke && s.Progress == kwsync.StepLater:
			return "it stays until the step revoke, " + day(s.At)
		case s.Do == plan.Revoke:
			return "it stays, though the step revoke is due: it is not seen, is not as we gave it, or waits for the step before"
		}
	}
	return fmt.Sprintf("it stays: `leavers` has no step revoke for those who are %s", t.a.Now.Leaver.Exit)
}

func day(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// leaver prints how somebody has left, which steps are done and what comes next.
func (t whyText) leaver() {
	d := t.a.Now.Leaver
	if d == nil {
		return
	}
	t.line("%s has left: %s.", t.name(), left(d.Exit, d.Leaving))
	if len(d.Steps) == 0 {
		t.line("  ! %s", t.paint.yellow(fmt.Sprintf("`leavers` says of those who are %s nothing: what they have stays", d.Exit)))
	}
	for _, s := range d.Steps {
		t.line("  Step %s", stage(s))
	}
}

// stage is one step of a ladder: what, and how far it has come.
func stage(s kwsync.Stage) string {
	what := s.Do.String()
	if s.Do == plan.Delete {
		what += ", the data to " + orElse(s.DataTo, "nobody")
	}
	switch s.Progress {
	case kwsync.StepDone:
		return what + ": done, or there is nothing to take"
	case kwsync.StepPlanned:
		return what + ": by the next run"
	case kwsync.StepWithheld:
		return fmt.Sprintf("%s: due since %s, and withheld: %s", what, day(s.At), s.Why)
	case kwsync.StepLater:
		return fmt.Sprintf("%s: on %s", what, day(s.At))
	}
	text := fmt.Sprintf("%s: due since %s, and waits", what, day(s.At))
	if s.Do == plan.Delete {
		text += " for the steps before, and for a full run"
	}
	return text
}
