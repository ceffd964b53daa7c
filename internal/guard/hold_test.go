package guard_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestAHoldStopsWhatItReaches until its end, also what is approved.
func TestAHoldStopsWhatItReaches(t *testing.T) {
	t.Parallel()
	grant, revoke := on(plan.Grant, "ann", "plain", "staff"), on(plan.Revoke, "bob", "legal", "guests")
	account := create("ann", "staff")
	made := plan.Change{Key: "folder", Op: plan.CreateFolder, Path: "/Plain/New", Causes: []access.Cause{{Rule: "staff"}}}
	second := on(plan.Grant, "zoe", "plain", "first")
	second.Causes = append(second.Causes, access.Cause{Rule: "staff"})
	all := []plan.Change{grant, revoke, account, made, second}
	tests := []struct {
		name string
		hold guard.Hold
		want []plan.Key
	}{
		{"all", guard.Hold{Scope: guard.HoldAll}, keys(all)},
		{"all, ending later", guard.Hold{Scope: guard.HoldAll, Until: now.Add(time.Microsecond)}, keys(all)},
		{"all, ending now", guard.Hold{Scope: guard.HoldAll, Until: now}, nil},
		{"narrowing", guard.Hold{Scope: guard.HoldNarrowing}, keys([]plan.Change{revoke})},
		{"a person", guard.Hold{Scope: guard.HoldPerson, Key: "corp:ann"}, keys([]plan.Change{grant, account})},
		{"a folder", guard.Hold{Scope: guard.HoldFolder, Key: "plain"}, keys([]plan.Change{grant, second})},
		{"a folder by its path", guard.Hold{Scope: guard.HoldFolder, Key: "/LEGAL"}, keys([]plan.Change{revoke})},
		{"a folder to be made", guard.Hold{Scope: guard.HoldFolder, Key: "/plain/new"}, keys([]plan.Change{made})},
		{"a rule", guard.Hold{Scope: guard.HoldRule, Key: "staff"}, keys([]plan.Change{grant, account, made, second})},
		{"a rule of another name", guard.Hold{Scope: guard.HoldRule, Key: "STAFF"}, nil},
		{"a change", guard.Hold{Scope: guard.HoldChange, Key: string(grant.Key)}, keys([]plan.Change{grant})},
		{"a folder without a key", guard.Hold{Scope: guard.HoldFolder}, nil},
		{"a person without a key", guard.Hold{Scope: guard.HoldPerson, Key: ":"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := split(all, world("ann", "bob", "zoe"), unlimited(), guard.Usage{Approved: approve(all...)}, tt.hold)
			var got []plan.Change
			for _, w := range d.Withheld {
				got = append(got, w.Change)
			}
			if diff := cmp.Diff(tt.want, keys(got)); diff != "" {
				t.Errorf("withheld (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAHoldSaysWhoWantsItAndHowLong. Of several on one thing the first that is in force speaks.
func TestAHoldSaysWhoWantsItAndHowLong(t *testing.T) {
	t.Parallel()
	over := guard.Hold{ID: 1, Scope: guard.HoldAll, Why: "over", Until: now.Add(-time.Hour)}
	pause := guard.Hold{ID: 2, Scope: guard.HoldAll, Why: "move of the data centre", Until: now.Add(4 * time.Hour), By: "anna"}
	file := guard.Hold{ID: 3, Scope: guard.HoldAll, Why: "the file HOLD is there"}
	tests := []struct {
		name  string
		holds []guard.Hold
		want  string
	}{
		{"one", []guard.Hold{file}, "on hold: the file HOLD is there"},
		{"several", []guard.Hold{file, pause, over}, "on hold by anna until 2026-03-02T12:00:00Z: move of the data centre"},
		{"all over", []guard.Hold{over}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := split(many(1, plan.Grant, "staff"), world(), unlimited(), guard.Usage{}, tt.holds...)
			got := ""
			if len(d.Withheld) > 0 {
				got = d.Withheld[0].Why
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
