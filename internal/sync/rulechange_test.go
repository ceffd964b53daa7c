package sync_test

import (
	"context"
	"testing"

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
