package guard_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestP06_AnApprovalCoversWhatWasSeen: the same change goes past the budget, a changed one does not.
func TestP06_AnApprovalCoversWhatWasSeen(t *testing.T) {
	t.Parallel()
	l := unlimited()
	l.Budgets[guard.Grant], l.Budgets[guard.Revoke] = guard.Budget{}, guard.Budget{}
	l.ParkRuleChanges = true
	seen := append(many(3, plan.Grant, "staff"), many(3, plan.Revoke, "gone")...)
	u := guard.Usage{Approved: approve(seen...), Changed: map[string]bool{"gone": true}}
	other := slices.Clone(seen)
	other[0].To, other[4].From = "Manager", "Manager"
	fresh := on(plan.Grant, "zoe", "plain", "staff")
	d := split(append(other, fresh), world(), l, u)
	want := map[plan.Key]guard.Brake{other[0].Key: guard.ByBudget, other[4].Key: guard.ByRuleChange, fresh.Key: guard.ByBudget}
	if diff := cmp.Diff(want, stopped(d)); diff != "" {
		t.Errorf("withheld (-want +got):\n%s", diff)
	}
}

// TestApprovedChangesLeaveTheBudgetToTheOthers: they take nothing from it.
func TestApprovedChangesLeaveTheBudgetToTheOthers(t *testing.T) {
	t.Parallel()
	l := unlimited()
	l.Budgets[guard.Revoke] = guard.Budget{Max: guard.Amount{Count: 2}}
	seen, others := many(10, plan.Revoke, "sales"), many(2, plan.Revoke, "staff")
	d := split(slices.Concat(seen, others), world(), l, guard.Usage{Approved: approve(seen...)})
	if got := len(d.Allowed.Changes); got != 12 {
		t.Errorf("got %d allowed, want 12: %+v", got, d.Parked)
	}
}

// TestWhatDoesNotGoOrWasApprovedIsNoLoss of a rule.
func TestWhatDoesNotGoOrWasApprovedIsNoLoss(t *testing.T) {
	t.Parallel()
	changes := many(9, plan.Revoke, "staff")
	l := unlimited()
	l.PerRule = &guard.PerRule{Floor: 3}
	hold := func(c plan.Change) guard.Hold { return guard.Hold{Scope: guard.HoldPerson, Key: c.Person.String()} }
	d := split(changes, world(), l, guard.Usage{Approved: approve(changes[:3]...)}, hold(changes[3]), hold(changes[4]), hold(changes[5]))
	if got := len(d.Allowed.Changes); got != 6 {
		t.Errorf("got %d allowed, want the three that were approved and the three that may be lost: %+v", got, d.Parked)
	}
}

// TestAChangedRuleParksWhatItNarrows, unless the configuration says that it applies, or the
// rule is another.
func TestAChangedRuleParksWhatItNarrows(t *testing.T) {
	t.Parallel()
	changes := append(many(2, plan.Revoke, "staff"), many(2, plan.Grant, "staff")...)
	tests := []struct {
		name    string
		park    bool
		changed string
		want    int
	}{
		{"parked", true, "staff", 2},
		{"applied", false, "staff", 4},
		{"another rule", true, "guests", 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := unlimited()
			l.ParkRuleChanges = tt.park
			d := split(changes, world(), l, guard.Usage{Changed: map[string]bool{tt.changed: true}})
			if got := len(d.Allowed.Changes); got != tt.want {
				t.Errorf("got %d allowed, want %d: %+v", got, tt.want, d.Parked)
			}
		})
	}
}
