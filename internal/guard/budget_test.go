package guard_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestP05_ABudgetAllowsTheLargerOfFloorAndMax: as many as it allows go at once, and not
// one more.
func TestP05_ABudgetAllowsTheLargerOfFloorAndMax(t *testing.T) {
	t.Parallel()
	percent := func(p float64, floor int) guard.Budget {
		return guard.Budget{Max: guard.Amount{Percent: p}, Of: guard.OwnedGrants, Floor: floor}
	}
	tests := []struct {
		name              string
		budget            guard.Budget
		base, used, extra int
		want              int
	}{
		{"the floor of a small base", percent(5, 20), 100, 0, 0, 20},
		{"the percentage of a large one", percent(5, 20), 1000, 0, 0, 50},
		{"rounded down", percent(5, 0), 139, 0, 0, 6},
		{"29 of 100, which floating point makes less", percent(29, 0), 100, 0, 0, 29},
		{"a percentage of nothing", percent(5, 0), 0, 0, 0, 0},
		{"a percentage of nothing, with a floor", percent(5, 20), 0, 0, 0, 20},
		{"a count", guard.Budget{Max: guard.Amount{Count: 10}}, 0, 0, 0, 10},
		{"a count below its floor", guard.Budget{Max: guard.Amount{Count: 10}, Floor: 12}, 0, 0, 0, 12},
		{"nothing", guard.Budget{}, 1000, 0, 0, 0},
		{"less what was used", guard.Budget{Max: guard.Amount{Count: 10}}, 0, 7, 0, 3},
		{"never less than nothing", guard.Budget{Max: guard.Amount{Count: 10}}, 0, 25, 0, 0},
		{"an exception on top", guard.Budget{Max: guard.Amount{Count: 10}}, 0, 7, 5, 8},
		{"an exception does not undo what was used beyond it", guard.Budget{Max: guard.Amount{Count: 10}}, 0, 25, 5, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := unlimited()
			l.Budgets[guard.Revoke] = tt.budget
			u := guard.Usage{
				Base: map[guard.Base]int{guard.OwnedGrants: tt.base},
				Used: map[guard.Kind]int{guard.Revoke: tt.used}, Extra: map[guard.Kind]int{guard.Revoke: tt.extra},
			}
			if d := split(many(tt.want, plan.Revoke, "staff"), world(), l, u); len(d.Allowed.Changes) != tt.want {
				t.Errorf("%d changes: got %d allowed, want all", tt.want, len(d.Allowed.Changes))
			}
			d := split(many(tt.want+1, plan.Revoke, "staff"), world(), l, u)
			if len(d.Allowed.Changes) != 0 || len(d.Parked) != 1 || len(d.Parked[0].Changes) != tt.want+1 {
				t.Errorf("%d changes: got %d allowed and %d items parked, want none and one of all", tt.want+1, len(d.Allowed.Changes), len(d.Parked))
			}
		})
	}
}

// TestP05_WhatIsLeftOutHasADefault: a configuration without budgets bounds all that narrows.
func TestP05_WhatIsLeftOutHasADefault(t *testing.T) {
	t.Parallel()
	most := map[plan.Op]int{plan.Revoke: 20, plan.Lower: 20, plan.Suspend: 5, plan.Delete: 10, plan.CreateFolder: 20}
	for op := plan.CreateFolder; op <= plan.Delete; op++ {
		n, bounded := most[op]
		if !bounded {
			n = 1000
		}
		at := func(n int) guard.Decision {
			return split(many(n, op, "staff"), world(), guard.Limits{Mode: guard.Sync}, guard.Usage{})
		}
		if got := len(at(n).Allowed.Changes); got != n {
			t.Errorf("%s: got %d of %d allowed, want all", op, got, n)
		}
		if got := len(at(n + 1).Allowed.Changes); bounded && got != 0 {
			t.Errorf("%s: got %d of %d allowed, want none", op, got, n+1)
		}
	}
	for _, k := range guard.Kinds() {
		if b := guard.DefaultBudget(k); b.Unlimited == k.Narrows() && k != guard.Expire && k != guard.CreateFolder {
			t.Errorf("%s narrows: %t, unlimited: %t", k, k.Narrows(), b.Unlimited)
		}
		if b := guard.DefaultBudget(k); b.Max.Percent > 0 && !slices.Contains(guard.Bases(), b.Of) {
			t.Errorf("%s: %g%% of %q, which nobody can name", k, b.Max.Percent, b.Of)
		}
		if b := guard.DefaultBudget(k); !b.Unlimited && b.Per != 24*time.Hour {
			t.Errorf("%s: got a window of %s, want a day", k, b.Per)
		}
	}
}

// TestP05_ACauseIsParkedWhole: what does not fit waits as one, and what comes after it goes on.
func TestP05_ACauseIsParkedWhole(t *testing.T) {
	t.Parallel()
	l := unlimited()
	l.Budgets[guard.Revoke] = guard.Budget{Max: guard.Amount{Count: 20}, Per: 24 * time.Hour}
	sales, hr, late := many(25, plan.Revoke, "sales"), many(12, plan.Revoke, "hr"), many(9, plan.Revoke, "late")
	d := split(slices.Concat(sales, hr, late), world(), l, guard.Usage{})
	if diff := cmp.Diff(keys(hr), keys(d.Allowed.Changes)); diff != "" {
		t.Errorf("allowed (-want +got):\n%s", diff)
	}
	want := map[string][]plan.Key{"revoke|sales|": keys(sales), "revoke|late|": keys(late)}
	got := map[string][]plan.Key{}
	for _, p := range d.Parked {
		got[p.Key] = keys(p.Changes)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parked (-want +got):\n%s", diff)
	}
	const text = "9 changes at once, and budget revoke has 8 left of 20 in 24h: approve them, or allow revoke 1 more"
	if i := slices.IndexFunc(d.Parked, func(p guard.Parked) bool { return p.Rule == "late" }); d.Parked[i].Why != text {
		t.Errorf("got %q, want %q", d.Parked[i].Why, text)
	}
}

// TestCausesAreToldApart: by kind, rule and the groups that led to it, in whatever order.
func TestCausesAreToldApart(t *testing.T) {
	t.Parallel()
	group := func(names ...string) (ids []access.GroupID) {
		for _, n := range names {
			ids = append(ids, access.GroupID{Source: "corp", ID: n})
		}
		return ids
	}
	with := func(op plan.Op, person string, causes ...access.Cause) plan.Change {
		c := on(op, person, "plain", "")
		c.Causes = causes
		return c
	}
	changes := []plan.Change{
		with(plan.Grant, "a", access.Cause{Rule: "staff", Via: group("g1", "g2")}),
		with(plan.Grant, "b", access.Cause{Rule: "staff", Via: group("g2", "g1")}, access.Cause{Rule: "second"}),
		with(plan.Raise, "c", access.Cause{Rule: "staff", Via: group("g1", "g2")}),
		with(plan.Grant, "d", access.Cause{Rule: "staff", Via: group("g1")}),
		with(plan.Revoke, "e", access.Cause{Rule: "staff", Via: group("g1")}),
		with(plan.Suspend, "f"),
	}
	l := unlimited()
	l.Budgets = map[guard.Kind]guard.Budget{guard.Grant: {}, guard.Revoke: {}, guard.Suspend: {}}
	got := map[string]int{}
	for _, p := range split(changes, world(), l, guard.Usage{}).Parked {
		got[p.Key] = len(p.Changes)
	}
	want := map[string]int{"grant|staff|corp:g1,corp:g2": 3, "grant|staff|corp:g1": 1, "revoke|staff|corp:g1": 1, "suspend||": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parked (-want +got):\n%s", diff)
	}
}

// TestP02_ARuleThatLosesTooMuchIsParked: by the grants that it loses in one run, of all causes.
func TestP02_ARuleThatLosesTooMuchIsParked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		per           *guard.PerRule
		owned         int
		lose, expired int
		parked        bool
	}{
		{"the floor", nil, 10, 20, 0, false},
		{"beyond the floor", nil, 10, 21, 0, true},
		{"a share of many", nil, 100, 30, 0, false},
		{"beyond it", nil, 100, 31, 0, true},
		{"dates that have come do not count", nil, 10, 20, 500, false},
		{"nothing at all", &guard.PerRule{}, 1000, 1, 0, true},
		{"everything", &guard.PerRule{Shrink: 100}, 40, 40, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := unlimited()
			l.PerRule = tt.per
			changes := append(many(tt.lose, plan.Revoke, "staff"), many(3, plan.Revoke, "other")...)
			for i := range tt.lose / 2 { // another kind, of the same rule
				changes[i].Op = plan.Lower
			}
			for i, c := range many(tt.expired, plan.Revoke, "staff") {
				c.Key, c.Expired = plan.Key(fmt.Sprint("expired", i)), true
				changes = append(changes, c)
			}
			d := split(changes, world(), l, guard.Usage{OwnedByRule: map[string]int{"staff": tt.owned, "other": 1000}})
			want := 3 + tt.expired
			if !tt.parked {
				want += tt.lose
			}
			if tt.per != nil && *tt.per == (guard.PerRule{}) {
				want -= 3
			}
			if got := len(d.Allowed.Changes); got != want {
				t.Errorf("got %d allowed, want %d", got, want)
			}
			for _, p := range d.Parked {
				if p.Rule == "staff" && !strings.Contains(p.Why, fmt.Sprintf("would lose %d of its %d grants", tt.lose, tt.owned)) {
					t.Errorf("got %q, want the numbers", p.Why)
				}
			}
		})
	}
}

// TestARuleThatSharesAGrantIsCountedToo: what a second rule loses is also its loss.
func TestARuleThatSharesAGrantIsCountedToo(t *testing.T) {
	t.Parallel()
	changes := many(25, plan.Revoke, "staff")
	for i := range changes {
		changes[i].Causes = append(changes[i].Causes, access.Cause{Rule: "second"})
	}
	l := unlimited()
	l.PerRule = nil
	d := split(changes, world(), l, guard.Usage{OwnedByRule: map[string]int{"staff": 1000, "second": 25}})
	if len(d.Parked) != 1 || !strings.HasPrefix(d.Parked[0].Why, "rule second would lose 25 of its 25 grants") {
		t.Errorf("got %+v, want one item that names the second rule", d.Parked)
	}
}
