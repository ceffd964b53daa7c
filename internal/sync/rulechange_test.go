package sync_test

import (
	"context"
	"slices"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// TestOnlyARunThatHasJudgedEverythingKeepsWhatTheRulesMean: behind any other, something may
// still wait because a rule has changed.
func TestOnlyARunThatHasJudgedEverythingKeepsWhatTheRulesMean(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		trigger kwsync.Trigger
		edit    func(*stage, *kwsync.Runner, *brakes)
		want    bool
	}{
		{"a full run", full, nil, true},
		{"in mode observe", full, func(_ *stage, r *kwsync.Runner, _ *brakes) { r.Tenant, r.Limits.Mode = nil, guard.Observe }, true},
		{"a run about one person", kwsync.Trigger{Name: "apply", Full: true, Named: []string{"ann@corp.example"}}, nil, false},
		{"a delta", delta, func(s *stage, _ *kwsync.Runner, _ *brakes) {
			s.directory.touched.Everyone = false
			s.due = append(s.due, id("ann"))
		}, false},
		{"a run that was reviewed", kwsync.Trigger{Name: "apply", Full: true, Approved: kwsync.Approve(plan.Plan{})}, nil, false},
		{"a pause", full, func(_ *stage, _ *kwsync.Runner, b *brakes) { b.holds = []guard.Hold{{Scope: guard.HoldNarrowing}} }, false},
		{"an unmet expectation", full, func(_ *stage, r *kwsync.Runner, _ *brakes) {
			r.Limits.Expect = []guard.Canary{{Person: "boss@corp.example"}}
		}, false},
		{"a run that failed", full, func(s *stage, _ *kwsync.Runner, _ *brakes) {
			s.journal.intend = func(context.Context, int64, []plan.Change) error { return errDisk }
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := trio()
			r, b := s.braked(t)
			if tt.edit != nil {
				tt.edit(s, r, b)
			}
			_, _ = r.Run(t.Context(), tt.trigger)
			if got := b.rules["staff"] != ""; got != tt.want || len(b.rules) > 1 {
				t.Errorf("kept %v, want staff: %t", b.rules, tt.want)
			}
		})
	}
}

// A rule that could not be judged keeps what it meant when it could.
func TestABlockedRuleKeepsWhatItMeant(t *testing.T) {
	t.Parallel()
	s := trio()
	s.rules = append(s.rules, rules.Rule{Name: "lost", When: rules.Condition{Group: "nowhere"}, Account: &rules.Account{}})
	r, b := s.braked(t)
	if _, err := r.Run(t.Context(), full); err != nil {
		t.Fatal(err)
	}
	if _, kept := b.rules["lost"]; kept || b.rules["staff"] == "" {
		t.Errorf("kept %v, want staff only", b.rules)
	}
}

// TestP02_AGroupThatShutsFewerOutGivesNothing: not in this run nor in the next ones, until somebody
// has looked at it; how many it shut out before is not forgotten meanwhile.
func TestP02_AGroupThatShutsFewerOutGivesNothing(t *testing.T) {
	t.Parallel()
	s := newStage().folder("f-fin", "/Dep/Fin")
	for i := range 60 {
		name := string(rune('a'+i%26)) + string(rune('0'+i/26))
		s.person(name, "Fin").account(name)
	}
	slices.SortFunc(s.snapshot.People, func(a, b access.Person) int { return a.ID.Compare(b.ID) })
	out := access.GroupID{Source: "dir", ID: "out"}
	s.snapshot.Groups = []access.Group{{ID: out, Name: "out", DN: "cn=out"}}
	s.rules[0].When = rules.Condition{Filter: "(department=Fin)", NotGroup: "out"}
	for i := range 10 {
		s.snapshot.People[i].Groups = []int32{0}
	}
	r, b := s.braked(t)
	b.usage.Excluded = map[string]int{"staff": 60}
	for range 2 {
		rep, err := r.Run(t.Context(), full)
		if err != nil || s.wrote() || len(rep.Parked) == 0 {
			t.Fatalf("Run: %v, %d sent, %d parked; want all 50 to wait", err, len(s.sent), len(rep.Parked))
		}
		if _, kept := b.excluded["staff"]; kept {
			t.Fatalf("kept that it shuts out %d, want what it was before", b.excluded["staff"])
		}
	}
	b.usage.Excluded = map[string]int{"staff": 11}
	if _, err := r.Run(t.Context(), full); err != nil || len(s.sent) != 50 || b.excluded["staff"] != 10 {
		t.Errorf("one fewer: %v, %d sent, kept %d; want 50, and 10", err, len(s.sent), b.excluded["staff"])
	}
}
