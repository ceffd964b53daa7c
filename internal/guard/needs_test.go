package guard_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// folder is the creation of a folder, needing others.
func folder(path access.Path, rule string, needs ...plan.Key) plan.Change {
	return plan.Change{Key: plan.Key(path), Op: plan.CreateFolder, Path: path, Causes: []access.Cause{{Rule: rule}}, Needs: needs}
}

func needing(c plan.Change, needs ...plan.Key) plan.Change {
	c.Needs = needs
	return c
}

// TestWhatNeedsAStoppedChange: it does not go either, and waits with it if that waits.
func TestWhatNeedsAStoppedChange(t *testing.T) {
	t.Parallel()
	grant := on(plan.Grant, "ann", "plain", "staff")
	held := guard.Hold{Scope: guard.HoldChange, Key: "account|ann", Why: "rejected"}
	bound := func(kinds ...guard.Kind) guard.Limits {
		l := unlimited()
		for _, k := range kinds {
			l.Budgets[k] = guard.Budget{}
		}
		return l
	}
	tests := []struct {
		name    string
		changes []plan.Change
		limits  guard.Limits
		holds   []guard.Hold
		want    map[plan.Key]guard.Brake
		parked  map[string][]plan.Key
	}{
		{
			"what it needs goes",
			[]plan.Change{create("ann", "staff"), needing(grant, "account|ann")},
			bound(), nil,
			map[plan.Key]guard.Brake{},
			map[string][]plan.Key{},
		},
		{
			"what it needs is not planned",
			[]plan.Change{needing(grant, "account|ann")},
			bound(), nil,
			map[plan.Key]guard.Brake{},
			map[string][]plan.Key{},
		},
		{
			"what it needs is not planned, and something else is held",
			[]plan.Change{create("bob", "staff"), needing(grant, "account|ann")},
			bound(),
			[]guard.Hold{{Scope: guard.HoldPerson, Key: "corp:bob"}},
			map[plan.Key]guard.Brake{"account|bob": guard.ByHold},
			map[string][]plan.Key{},
		},
		{
			"held",
			[]plan.Change{create("ann", "staff"), needing(grant, "account|ann")},
			bound(guard.Grant),
			[]guard.Hold{held},
			map[plan.Key]guard.Brake{"account|ann": guard.ByHold, grant.Key: guard.ByNeeds},
			map[string][]plan.Key{},
		},
		{
			"parked",
			[]plan.Change{create("ann", "staff"), needing(grant, "account|ann")},
			bound(guard.Create), nil,
			map[plan.Key]guard.Brake{"account|ann": guard.ByBudget, grant.Key: guard.ByNeeds},
			map[string][]plan.Key{"create|staff|": {"account|ann", grant.Key}},
		},
		{
			"twice parked",
			[]plan.Change{create("ann", "staff"), folder("/New", "staff"), needing(grant, "account|ann", "/New")},
			bound(guard.Create, guard.CreateFolder), nil,
			map[plan.Key]guard.Brake{"account|ann": guard.ByBudget, "/New": guard.ByBudget, grant.Key: guard.ByNeeds},
			map[string][]plan.Key{"create|staff|": {"account|ann", grant.Key}, "create_folder|staff|": {"/New", grant.Key}},
		},
		{
			"parked and held",
			[]plan.Change{create("ann", "staff"), folder("/New", "staff"), needing(grant, "/New", "account|ann")},
			bound(guard.CreateFolder),
			[]guard.Hold{held},
			map[plan.Key]guard.Brake{"account|ann": guard.ByHold, "/New": guard.ByBudget, grant.Key: guard.ByNeeds},
			map[string][]plan.Key{"create_folder|staff|": {"/New"}},
		},
		{
			"at any depth",
			[]plan.Change{folder("/New", "a"), folder("/New/B", "b", "/New"), needing(grant, "/New/B")},
			bound(),
			[]guard.Hold{{Scope: guard.HoldRule, Key: "a"}},
			map[plan.Key]guard.Brake{"/New": guard.ByHold, "/New/B": guard.ByNeeds, grant.Key: guard.ByNeeds},
			map[string][]plan.Key{},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := split(tt.changes, world("ann"), tt.limits, guard.Usage{}, tt.holds...)
			if diff := cmp.Diff(tt.want, stopped(d)); diff != "" {
				t.Errorf("withheld (-want +got):\n%s", diff)
			}
			parked := map[string][]plan.Key{}
			for _, p := range d.Parked {
				parked[p.Key] = keys(p.Changes)
				slices.Sort(tt.parked[p.Key])
			}
			if diff := cmp.Diff(tt.parked, parked); diff != "" {
				t.Errorf("parked (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCausesThatNeedEachOther: a cause that was let through loses what needs one that is
// parked after it.
func TestCausesThatNeedEachOther(t *testing.T) {
	t.Parallel()
	changes := []plan.Change{
		folder("/A", "first"), folder("/B", "second"), folder("/C", "second"),
		folder("/A/X", "second", "/A"), folder("/B/Y", "first", "/B"), folder("/B/Y/Z", "first", "/B/Y"),
	}
	l := unlimited()
	l.Budgets[guard.CreateFolder] = guard.Budget{Max: guard.Amount{Count: 3}}
	d := split(changes, world(), l, guard.Usage{})
	want := map[plan.Key]guard.Brake{
		"/B": guard.ByBudget, "/C": guard.ByBudget, "/A/X": guard.ByBudget, "/B/Y": guard.ByNeeds, "/B/Y/Z": guard.ByNeeds,
	}
	if diff := cmp.Diff(want, stopped(d)); diff != "" {
		t.Errorf("withheld (-want +got):\n%s", diff)
	}
	if len(d.Parked) != 1 || len(d.Parked[0].Changes) != 5 {
		t.Errorf("parked: %+v, want one item of the five", d.Parked)
	}
}

// TestNeedsAreFollowedToTheirEnd: what is parked twice far away belongs to both items.
func TestNeedsAreFollowedToTheirEnd(t *testing.T) {
	t.Parallel()
	changes := []plan.Change{
		folder("/1", "ok", "/2"), folder("/2", "ok", "/5", "/3"), folder("/3", "ok", "/4"), folder("/4", "ok", "/6"),
		folder("/5", "first"), folder("/6", "second"),
	}
	for i := range 4 {
		changes = append(changes, folder(access.Path(fmt.Sprint("/7", i)), "first"), folder(access.Path(fmt.Sprint("/8", i)), "second"))
	}
	l := unlimited()
	l.Budgets[guard.CreateFolder] = guard.Budget{Max: guard.Amount{Count: 4}}
	for _, p := range split(changes, world(), l, guard.Usage{}).Parked {
		want := map[string]int{"first": 5 + 2, "second": 5 + 4}[p.Rule]
		if len(p.Changes) != want || !slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.Key == "/1" }) {
			t.Errorf("%s: got %q, want %d with /1", p.Key, keys(p.Changes), want)
		}
	}
}

// TestAWallIsToldBeforeANeed: what a wall is against is no part of what may be approved.
func TestAWallIsToldBeforeANeed(t *testing.T) {
	t.Parallel()
	l := unlimited()
	l.Budgets[guard.Create] = guard.Budget{}
	l.Walls = []guard.Wall{legal(t)}
	grant := needing(on(plan.Grant, "mallory", "legal", "staff"), "account|mallory")
	d := split([]plan.Change{create("mallory", "staff"), grant}, world("mallory"), l, guard.Usage{})
	want := map[plan.Key]guard.Brake{"account|mallory": guard.ByBudget, grant.Key: guard.ByWall}
	if diff := cmp.Diff(want, stopped(d)); diff != "" {
		t.Errorf("withheld (-want +got):\n%s", diff)
	}
	if len(d.Parked) != 1 || len(d.Parked[0].Changes) != 1 {
		t.Errorf("parked: %+v, want the account alone", d.Parked)
	}
}
