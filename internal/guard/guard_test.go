package guard_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// everything is one change of each operation; the grant needs the account.
func everything() plan.Plan {
	return plan.Plan{Changes: []plan.Change{
		{Key: "folder", Op: plan.CreateFolder},
		{Key: "account", Op: plan.CreateAccount},
		{Key: "grant", Op: plan.Grant, Needs: []plan.Key{"account"}},
		{Key: "raise", Op: plan.Raise},
	}}
}

func TestSplitKeepsToTheMode(t *testing.T) {
	t.Parallel()
	creations := []plan.Key{"folder", "account", "grant"}
	tests := []struct {
		mode guard.Mode
		want []plan.Key
	}{
		{guard.Observe, nil},
		{guard.CreateOnly, creations},
		{guard.UpsertOnly, creations},
		{guard.Sync, creations},
	}
	for _, tt := range tests {
		t.Run(tt.mode.String(), func(t *testing.T) {
			t.Parallel()
			allowed, withheld := guard.Split(everything(), guard.Limits{Mode: tt.mode})
			var got []plan.Key
			for _, c := range allowed.Changes {
				got = append(got, c.Key)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("allowed (-want +got):\n%s", diff)
			}
			if got, want := len(allowed.Changes)+len(withheld), 4; got != want {
				t.Errorf("got %d changes in all, want %d: one was lost", got, want)
			}
			for _, w := range withheld {
				if w.Why == "" {
					t.Errorf("%s is withheld without a reason", w.Change.Key)
				}
			}
		})
	}
}

func TestSplitWithholdsWhatNeedsAWithheldChange(t *testing.T) {
	t.Parallel()
	p := plan.Plan{Changes: []plan.Change{{Key: "raise", Op: plan.Raise}, {Key: "grant", Op: plan.Grant, Needs: []plan.Key{"raise"}}}}
	allowed, withheld := guard.Split(p, guard.Limits{Mode: guard.CreateOnly})
	if len(allowed.Changes) != 0 || len(withheld) != 2 {
		t.Errorf("got %d allowed and %d withheld, want 0 and 2", len(allowed.Changes), len(withheld))
	}
}

// TestP14_AModeMustBeSaid: nothing but the four names is a mode.
func TestP14_AModeMustBeSaid(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "default", "Sync", "create"} {
		if m, err := guard.ParseMode(name); err == nil {
			t.Errorf("ParseMode(%q) = %v, want an error", name, m)
		}
	}
	for _, m := range []guard.Mode{guard.Observe, guard.CreateOnly, guard.UpsertOnly, guard.Sync} {
		if got, err := guard.ParseMode(m.String()); err != nil || got != m {
			t.Errorf("ParseMode(%q) = %v, %v", m, got, err)
		}
	}
}
