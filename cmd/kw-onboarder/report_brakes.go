package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

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
		t.line("  - %s", t.paint.yellow(fmt.Sprintf("%s by rule %s, %s: %s", item.Kind, item.Rule, count(len(item.Changes), "change"), item.Why)))
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
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	for _, h := range stopped {
		fmt.Fprintf(w, "  - %s\t%s\t%s\n", h.Change.Op, h.Change.Subject(), h.Why)
	}
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
