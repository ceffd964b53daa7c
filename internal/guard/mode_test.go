package guard_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// everything is one change of each operation, its key the operation's name.
func everything() plan.Plan {
	var p plan.Plan
	for op := plan.CreateFolder; op <= plan.Delete; op++ {
		p.Changes = append(p.Changes, plan.Change{Key: plan.Key(op.String()), Op: op})
	}
	return p
}

func TestSplitKeepsToTheMode(t *testing.T) {
	t.Parallel()
	creations := []plan.Key{"create folder", "create account", "grant"}
	upserts := append(slices.Clone(creations), "raise", "rename", "set name", "set profile", "unsuspend")
	all := append(slices.Clone(upserts), "delete", "lower", "revoke", "suspend")
	tests := []struct {
		mode guard.Mode
		want []plan.Key
	}{
		{guard.Observe, nil},
		{guard.CreateOnly, creations},
		{guard.UpsertOnly, upserts},
		{guard.Sync, all},
	}
	for _, tt := range tests {
		t.Run(tt.mode.String(), func(t *testing.T) {
			t.Parallel()
			d := guard.Split(everything(), guard.World{}, guard.Limits{Mode: tt.mode}, guard.Usage{}, nil, time.Time{})
			allowed, withheld := d.Allowed, d.Withheld
			var got []plan.Key
			for _, c := range allowed.Changes {
				got = append(got, c.Key)
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("allowed (-want +got):\n%s", diff)
			}
			if got, want := len(allowed.Changes)+len(withheld), len(everything().Changes); got != want {
				t.Errorf("got %d changes in all, want %d: one was lost", got, want)
			}
			for _, w := range withheld {
				if !strings.HasPrefix(w.Why, "mode "+tt.mode.String()+" ") {
					t.Errorf("%s is withheld because %q, want it to name the mode", w.Change.Key, w.Why)
				}
			}
		})
	}
}

func TestSplitWithholdsWhatNeedsAWithheldChange(t *testing.T) {
	t.Parallel()
	p := plan.Plan{Changes: []plan.Change{{Key: "raise", Op: plan.Raise}, {Key: "grant", Op: plan.Grant, Needs: []plan.Key{"raise"}}}}
	d := guard.Split(p, guard.World{}, guard.Limits{Mode: guard.CreateOnly}, guard.Usage{}, nil, time.Time{})
	allowed, withheld := d.Allowed, d.Withheld
	if len(allowed.Changes) != 0 || len(withheld) != 2 {
		t.Errorf("got %d allowed and %d withheld, want 0 and 2", len(allowed.Changes), len(withheld))
	}
}

// TestTheCaveatNamesWhatIsWithheld: a mode that lets all of its operations through has none.
func TestTheCaveatNamesWhatIsWithheld(t *testing.T) {
	t.Parallel()
	want := map[guard.Mode][]string{
		guard.Observe: nil, guard.CreateOnly: nil,
		guard.UpsertOnly: {"profiles"},
		guard.Sync:       {"profiles"},
	}
	for mode, words := range want {
		caveat := mode.Caveat()
		if (caveat == "") != (words == nil) {
			t.Errorf("%s: got the caveat %q, want one: %t", mode, caveat, words != nil)
		}
		for _, word := range words {
			if !strings.Contains(caveat, word) {
				t.Errorf("%s: the caveat %q does not say %q", mode, caveat, word)
			}
		}
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

// TestAModeIsWrittenAsTheConfigurationReadsIt, and what is none is not written as one.
func TestAModeIsWrittenAsTheConfigurationReadsIt(t *testing.T) {
	t.Parallel()
	for m := guard.Observe; m <= guard.Sync; m++ {
		text, err := m.MarshalText()
		var got guard.Mode
		if err != nil || got.UnmarshalText(text) != nil || got != m {
			t.Errorf("%s is read as %s", text, got)
		}
		if got, want := m.OnlyCreates(), m == guard.CreateOnly; got != want {
			t.Errorf("%s only creates: got %t, want %t", m, got, want)
		}
	}
	for _, m := range []guard.Mode{0, guard.Sync + 1} {
		if got := m.String(); got != "invalid" {
			t.Errorf("mode %d: got %q, want invalid", int(m), got)
		}
	}
}
