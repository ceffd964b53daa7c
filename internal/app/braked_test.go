package app

import (
	"testing"
	"time"
)

// What the brakes hold back is on the board behind each run, and gone when it is over.
func TestP05_MetricsShowTheBrakes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "MODE", `create-only
budgets:
  create: {max: 3, per: 24h}
expect:
  - person: boss@corp.example
walls:
  - name: two departments
    never_both: [/Departments/Finance/**, /Departments/Legal/**]`)
	d := s.start(t)
	d.next(t)
	d.expectMetrics(t,
		`parked{kind="create"}`, "1", `parked{kind="grant"}`, "0", `budget_used_ratio{kind="create"}`, "0",
		`budget_used_ratio{kind="grant"}`, "", `narrowing_blocked{reason="canary"}`, "1", `narrowing_blocked{reason="paused"}`, "0",
		`wall_violations{wall="two departments"}`, "0", `quarantined{scope="person"}`, "0")
	if d.metric(t, `parked_oldest_timestamp_seconds{kind="create"}`) == "" {
		t.Error("nobody is told since when something is parked")
	}
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Approve(t.Context(), c, 1, "they are expected"); err != nil {
		t.Fatal(err)
	}
	d.next(t)
	if got := s.accounts(); got != 4 {
		t.Fatalf("approved: got %d accounts, want 4", got)
	}
	if _, err := Pause(t.Context(), c, true, time.Hour, "a merger"); err != nil {
		t.Fatal(err)
	}
	d.again(t)
	d.expectMetrics(t, `parked{kind="create"}`, "0", `parked_oldest_timestamp_seconds{kind="create"}`, "",
		`budget_used_ratio{kind="create"}`, "0", `narrowing_blocked{reason="paused"}`, "1")
}
