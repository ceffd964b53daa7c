package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// brakes prints what the brakes have stopped, and what they have seen.
func (t textReport) brakes(r *kwsync.Report) {
	t.expected(r.Canaries)
	t.parked(r.Parked)
	t.withheld(r)
	t.violations(r.Violations)
}

func (t textReport) expected(unmet []guard.Unmet) {
	if len(unmet) == 0 {
		return
	}
	t.line("\n%s", t.paint.bold(fmt.Sprintf("Expected, and not so (%d): all that takes access away waits", len(unmet))))
	for _, u := range unmet {
		t.line("  - %s", u.Why)
	}
}

// parked prints what waits for approval, by cause: the changes are in `parked ID`.
func (t textReport) parked(items []guard.Parked) {
	if len(items) == 0 {
		return
	}
	t.line("\n%s", t.paint.bold(fmt.Sprintf("Parked, waits for approval (%d)", len(items))))
	for _, item := range items {
		t.line("  - %s", t.paint.yellow(fmt.Sprintf("%s %s, %s: %s", item.Kind, causedBy(item), count(len(item.Changes), "change"), item.Why)))
	}
	t.line("  kw-onboarder parked lists them; approve ID lets one go.")
}

// withheld prints the changes that were stopped and do not wait for approval.
func (t textReport) withheld(r *kwsync.Report) {
	waits := map[plan.Key]bool{}
	for _, item := range r.Parked {
		for _, c := range item.Changes {
			waits[c.Key] = true
		}
	}
	stopped := slices.DeleteFunc(slices.Clone(r.Withheld), func(w guard.Withheld) bool { return waits[w.Change.Key] })
	if len(stopped) == 0 {
		return
	}
	t.line("\n%s", t.paint.bold(fmt.Sprintf("Withheld (%d)", len(stopped))))
	w := newGrid(t.out)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	for _, b := range barriers(stopped) {
		if b.by == guard.BySeats {
			t.line("  - %s for a seat: %s: %s", waiting(len(b.changes)), b.why, b.names())
			continue
		}
		for i, c := range b.changes {
			if i == withheldShown {
				fmt.Fprintf(w, "  - and %d more\t--output json has all\t%s\n", len(b.changes)-i, b.why)
				break
			}
			fmt.Fprintf(w, "  - %s\t%s\t%s\n", c.Op, subject(c), b.why)
		}
	}
}

// waiting is how many people wait, in words.
func waiting(n int) string {
	if n == 1 {
		return "1 person waits"
	}
	return fmt.Sprintf("%d people wait", n)
}

// withheldShown is how many changes are named that one brake stops for one reason.
const withheldShown = 20

// barrier is what one brake stops for one reason.
type barrier struct {
	by      guard.Brake
	why     string
	changes []plan.Change
}

// barriers puts what is stopped together by its reason, each in the place of its first.
func barriers(stopped []guard.Withheld) (all []barrier) {
	type reason struct {
		by  guard.Brake
		why string
	}
	index := map[reason]int{}
	for _, s := range stopped {
		key := reason{s.Brake, s.Why}
		at, seen := index[key]
		if !seen {
			at = len(all)
			index[key], all = at, append(all, barrier{by: s.Brake, why: s.Why})
		}
		all[at].changes = append(all[at].changes, s.Change)
	}
	return all
}

// names are the first of those whom a barrier stops.
func (b barrier) names() string {
	var names []string
	for i, c := range b.changes {
		if i == withheldShown {
			return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), len(b.changes)-i)
		}
		names = append(names, string(c.Email))
	}
	return strings.Join(names, ", ")
}

// causedBy says what the changes of a parked item come from: a rule, or people who have left.
func causedBy(item guard.Parked) string {
	if item.Exit != "" {
		return fmt.Sprintf("of people who have left (%s)", item.Exit)
	}
	return "by rule " + orElse(item.Rule, "none")
}

func (t textReport) violations(all []guard.Violation) {
	if len(all) == 0 {
		return
	}
	t.line("\n%s", t.paint.bold(fmt.Sprintf("Against a wall (%d): access that is there and should not be", len(all))))
	for _, v := range all {
		whose := "given by others"
		if len(v.Owned) > 0 {
			whose = "ours"
		}
		t.line("  - wall %s: %s has %s, %s", v.Wall, orElse(string(v.Email), "account "+v.Account), strings.Join(texts(v.Folders), " and "), whose)
	}
}

func texts(paths []access.Path) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = string(p)
	}
	return out
}
