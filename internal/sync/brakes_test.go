package sync_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// brakes is a memory of the brakes.
type brakes struct {
	usage    guard.Usage
	holds    []guard.Hold
	failing  []guard.Failing
	parked   []guard.Parked
	whole    bool
	halt     func() string // nil: never
	paused   string        // why nothing is taken away
	rules    map[string]string
	undone   []plan.Key
	excluded map[string]int // likewise // as they were kept last
}

func (b *brakes) Load(context.Context, time.Time) (guard.Usage, []guard.Hold, []guard.Failing, error) {
	return b.usage, b.holds, b.failing, nil
}

func (b *brakes) Halted(context.Context, time.Time) (all, narrowing string, err error) {
	if b.halt != nil {
		return b.halt(), b.paused, nil
	}
	return "", b.paused, nil
}

func (b *brakes) Park(_ context.Context, _ int64, items []guard.Parked, whole bool, _ time.Time) error {
	b.parked, b.whole = items, whole
	return nil
}

func (b *brakes) Quarantine(_ context.Context, failing []guard.Failing) error {
	b.failing = failing
	return nil
}

func (b *brakes) HoldUndone(_ context.Context, _ int64, keys []plan.Key, _ time.Time) error {
	b.undone = keys
	return nil
}

func (b *brakes) KeepRules(_ context.Context, digests map[string]string, excluded map[string]int) error {
	b.rules, b.excluded = digests, excluded
	return nil
}

// braked wires a stage to a memory of the brakes.
func (s *stage) braked(t *testing.T) (*kwsync.Runner, *brakes) {
	t.Helper()
	r, b := s.runner(t), &brakes{}
	r.Brakes, r.Parking = b, b
	return r, b
}

// trio is three people who need an account, and a folder for them.
func trio() *stage {
	return newStage().person("ann", "Fin").person("bob", "Fin").person("cyd", "Fin").folder("f-fin", "/Dep/Fin")
}

// TestP05_WhatDoesNotFitIsParkedWholeUntilItIsApproved: nothing of the cause goes, and
// nothing that needs it; once it is approved, all of it does.
func TestP05_WhatDoesNotFitIsParkedWholeUntilItIsApproved(t *testing.T) {
	t.Parallel()
	s := trio()
	r, b := s.braked(t)
	r.Limits.Budgets = map[guard.Kind]guard.Budget{guard.Create: {Max: guard.Amount{Count: 2}, Per: 24 * time.Hour}}
	rep, err := r.Run(t.Context(), full)
	if err != nil || s.wrote() || len(rep.Parked) != 1 || len(b.parked) != 1 || len(b.parked[0].Changes) != 6 || !b.whole {
		t.Fatalf("Run: %v, sent %v, parked %+v; want one item of three accounts and three grants", err, keys(s.sent), b.parked)
	}
	b.usage.Approved = map[plan.Key]plan.Change{}
	for _, c := range b.parked[0].Changes {
		b.usage.Approved[c.Key] = c
	}
	rep, err = r.Run(t.Context(), full)
	if err != nil || len(s.sent) != 6 || len(rep.Parked) > 0 || len(b.parked) > 0 {
		t.Errorf("approved: %v, %d sent, %d parked; want all 6 and nothing", err, len(s.sent), len(b.parked))
	}
	for _, c := range s.sent {
		if !c.Approved {
			t.Errorf("%s counts against the budget although it was approved", c.Key)
		}
	}
}

// TestP06_AReviewedPlanIsNotBudgeted: apply --plan, as in a first onboarding.
func TestP06_AReviewedPlanIsNotBudgeted(t *testing.T) {
	t.Parallel()
	s := trio()
	r, _ := s.braked(t)
	r.Limits.Budgets = map[guard.Kind]guard.Budget{guard.Create: {Max: guard.Amount{Count: 2}, Per: 24 * time.Hour}}
	rep, err := r.Plan(t.Context())
	if err != nil || len(rep.Parked) != 1 {
		t.Fatalf("Plan: %v, %d parked, want 1", err, len(rep.Parked))
	}
	approved := kwsync.Approval{}
	for _, c := range rep.Parked[0].Changes {
		approved[c.Key] = c
	}
	if rep, err = r.Run(t.Context(), kwsync.Trigger{Name: "apply", Full: true, Approved: approved}); err != nil || len(s.sent) != 6 || len(rep.Lapsed) > 0 {
		t.Errorf("Run: %v, %d sent, lapsed %v; want all 6", err, len(s.sent), keys(rep.Lapsed))
	}
}

// TestP09_WhatKeepsFailingIsLeftAloneAndDelaysNobody: a folder that refuses everybody is
// tried three times and then left alone, while others get what they should; whoever it
// concerns is looked at again when that ends.
func TestP09_WhatKeepsFailingIsLeftAloneAndDelaysNobody(t *testing.T) {
	t.Parallel()
	s := trio().account("ann").account("bob").account("cyd").person("dan", "IT").account("dan").folder("f-it", "/Dep/IT")
	s.tenant.apply = s.failing("f-fin", plan.Refused, "the folder is locked")
	r, b := s.braked(t)
	var next map[string]time.Time
	s.journal.schedule = func(_ context.Context, _ []access.PersonID, n map[access.PersonID]time.Time) error {
		next = map[string]time.Time{}
		for id, at := range n {
			next[id.ID] = at
		}
		return nil
	}
	for run := range 4 {
		s.sent = nil
		rep, err := r.Run(t.Context(), full)
		if err != nil {
			t.Fatal(err)
		}
		tried := 0
		for _, c := range s.sent {
			if c.Folder == "f-fin" {
				tried++
			}
		}
		if want := map[bool]int{true: 3, false: 0}[run < 3]; tried != want || tried+1 != len(s.sent) {
			t.Errorf("run %d: %d of %d sent were on the locked folder, want %d and dan's", run+1, tried, len(s.sent), want)
		}
		if run == 3 && (!rep.Refused() || next["ann"].Sub(moment) != 6*time.Hour || !next["dan"].IsZero()) {
			t.Errorf("refused %v, ann is looked at again at %v, dan at %v; want yes, in 6 hours, never", rep.Refused(), next["ann"], next["dan"])
		}
	}
	want := []guard.Failing{{Scope: guard.HoldFolder, Key: "f-fin", Failures: 3, Since: moment, Until: moment.Add(6 * time.Hour), Why: "the folder is locked"}}
	if diff := cmp.Diff(want, b.failing); diff != "" {
		t.Errorf("failing (-want +got):\n%s", diff)
	}
}

// A pause stops everything, and what it stops is not taken for settled.
func TestAPauseStopsEverythingAndSettlesNothing(t *testing.T) {
	t.Parallel()
	s := trio()
	r, b := s.braked(t)
	b.holds = []guard.Hold{{Scope: guard.HoldAll, Why: "paused"}}
	rep, err := r.Run(t.Context(), full)
	if err != nil || s.wrote() || len(rep.Withheld) != 6 || b.whole {
		t.Errorf("Run: %v, sent %v, %d withheld, whole %v; want nothing sent, 6 withheld, and no word on what else waits", err, keys(s.sent), len(rep.Withheld), b.whole)
	}
}

// A pause stops a run under way before its next batch; what was not begun is due.
func TestAPauseStopsARunUnderWay(t *testing.T) {
	t.Parallel()
	s, _ := crowded("a0")
	r, b := s.braked(t)
	b.halt = func() string {
		if len(s.sent) >= 25 {
			return "paused: the audit"
		}
		return ""
	}
	rep, err := r.Run(t.Context(), full)
	if err != nil || len(s.sent) != 25 || rep.Result() != kwsync.Partial || len(s.open) > 0 {
		t.Fatalf("Run: %v, %s, %d sent, %d intents open; want the first 25, and none", err, rep.Result(), len(s.sent), len(s.open))
	}
	for _, o := range rep.Outcomes[25:] {
		if o.Result != plan.Skipped {
			t.Errorf("%s is %s: %s; want it skipped", o.Key, o.Result, o.Why)
		}
	}
	if len(s.due) != 60 {
		t.Errorf("%d people are due, want all 60: each lacks something", len(s.due))
	}
}
