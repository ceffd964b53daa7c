package sync

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Whatever keeps a rule from taking access away keeps alive what it meant before: else that
// would go without a question once the other brake is off.
func TestUnsettledRules(t *testing.T) {
	t.Parallel()
	held := func(op plan.Op, by guard.Brake, rules ...string) guard.Withheld {
		w := guard.Withheld{Change: plan.Change{Op: op}, Brake: by}
		for _, rule := range rules {
			w.Change.Causes = append(w.Change.Causes, access.Cause{Rule: rule})
		}
		return w
	}
	v := view{blocked: []plan.Note{{Rule: "blocked"}}, report: &Report{Withheld: []guard.Withheld{
		held(plan.Revoke, guard.ByRuleChange, "parked", "parked too"),
		held(plan.Lower, guard.ByHold, "held"),
		held(plan.Revoke, guard.ByMode, "of the mode"),
		held(plan.Grant, guard.ByBudget, "gives"),
	}}}
	want := []string{"blocked", "held", "of the mode", "parked", "parked too"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(v.unsettled()))); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}
