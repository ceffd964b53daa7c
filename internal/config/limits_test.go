package config_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

const day = 24 * time.Hour

// limitsOf is what a configuration with some more lines sets the brakes to.
func limitsOf(t *testing.T, more string) guard.Limits {
	t.Helper()
	c, err := config.Parse("config.yaml", with(t, "rules: []", "rules: []\n"+more))
	if err != nil {
		t.Fatal(err)
	}
	return c.Limits()
}

// TestP05_BudgetsLeftOut: each kind has a budget, and it is the one that guard documents.
func TestP05_BudgetsLeftOut(t *testing.T) {
	t.Parallel()
	got := limitsOf(t, "")
	for _, k := range guard.Kinds() {
		if b, has := got.Budgets[k]; !has || b != guard.DefaultBudget(k) {
			t.Errorf("%s: got %+v (there: %t), want %+v", k, b, has, guard.DefaultBudget(k))
		}
	}
	if got.Seats != 0 {
		t.Errorf("got %d seats, want none known", got.Seats)
	}
	if *got.PerRule != guard.DefaultPerRule() || !got.ParkRuleChanges || got.Mode != guard.Observe {
		t.Errorf("got %+v and per rule %+v, want the defaults", got, *got.PerRule)
	}
}

func TestLimits_Budgets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, written string
		kind          guard.Kind
		want          guard.Budget
	}{
		{"a number has no floor", "revoke: {max: 10}", guard.Revoke, guard.Budget{Max: guard.Amount{Count: 10}, Per: day}},
		{"a number as a text", "revoke: {max: \"10\", per: 7d}", guard.Revoke, guard.Budget{Max: guard.Amount{Count: 10}, Per: 7 * day}},
		{"the usual base", "suspend: {max: 2.5%, floor: 3}", guard.Suspend, guard.Budget{Max: guard.Amount{Percent: 2.5}, Of: guard.Accounts, Floor: 3, Per: day}},
		{"another base", "create: {max: 20%, of: accounts, floor: 3, per: 36h}", guard.Create, guard.Budget{Max: guard.Amount{Percent: 20}, Of: guard.Accounts, Floor: 3, Per: 36 * time.Hour}},
		{"all", "grant: {max: 100%, floor: 1}", guard.Grant, guard.Budget{Max: guard.Amount{Percent: 100}, Of: guard.OwnedGrants, Floor: 1, Per: day}},
		{"unlimited", "create_folder: unlimited", guard.CreateFolder, guard.Budget{Unlimited: true}},
		{"unlimited, as it is anyway", "expire: unlimited", guard.Expire, guard.Budget{Unlimited: true}},
		{"as long as the history", "delete: {max: 1, per: 400d}", guard.Delete, guard.Budget{Max: guard.Amount{Count: 1}, Per: 400 * day}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := limitsOf(t, "budgets:\n  "+tt.written).Budgets[tt.kind]; got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestLimits_OfTheExample: what config.example.yaml says comes through.
func TestLimits_OfTheExample(t *testing.T) {
	t.Parallel()
	c, err := config.Load(example)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Limits()
	got.Budgets = nil // held by TestLimits_Budgets
	below := func(p access.Path) guard.Area { return guard.Area{Path: p, Below: true} }
	want := guard.Limits{
		Mode: guard.Observe, PerRule: &guard.PerRule{Shrink: 30, Floor: 20}, ParkRuleChanges: true,
		Identities: c.Kiteworks.Identities.All(),
		Expect:     []guard.Canary{{Person: "ceo@corp.example"}, {Group: "all-staff", AtLeast: 900}, {PeopleMayShrink: 10}},
		Walls: []guard.Wall{
			{Name: "two bids", NeverBoth: []guard.Area{below("/Projects/Bid 1001"), below("/Projects/Bid 2002")}, Revoke: true},
			{Name: "legal inside", Folders: []guard.Area{below("/Legal")}, Revoke: true},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLimits_WallsAndTheirConditionsHaveOneOrder: guard asks for a wall by its number.
func TestLimits_WallsAndTheirConditionsHaveOneOrder(t *testing.T) {
	t.Parallel()
	c, err := config.Load(example)
	if err != nil {
		t.Fatal(err)
	}
	guest := access.Person{Attrs: map[string][]string{"company": {"Other"}}}
	bound := c.Set.Bind(&access.Snapshot{People: []access.Person{guest}}, rules.Known{})
	for i, wall := range c.Limits().Walls {
		denied, doubt := bound.Denied(i, &guest)
		if want := wall.Name == "legal inside"; denied != want || doubt != "" {
			t.Errorf("%s: denied %t, %q; want %t", wall.Name, denied, doubt, want)
		}
	}
}

// TestParse_WhatWallsMaySay holds against mistakes that are none.
func TestParse_WhatWallsMaySay(t *testing.T) {
	t.Parallel()
	const outside = "deny: {filter: \"(!(company=Corp))\"}"
	rule := func(name, when, folder string) string {
		return "\n  - {name: " + name + ", when: {" + when + "}, grants: [{folder: " + folder + ", role: Viewer}]}"
	}
	bids := "walls: [{name: w, never_both: [/Departments/A/**, /Departments/B]}]"
	tests := []struct{ name, rules, walls string }{
		{"a whole root", "", "walls: [{name: w, " + outside + ", folders: [/Departments/**]}]"},
		{"names that differ", "", "walls: [{name: w, " + outside + ", folders: [/Departments/A]}, {name: v, " + outside + ", folders: [/Departments/A]}]"},
		{"one that is only reported", "", "walls: [{name: w, " + outside + ", folders: [/Departments/A], existing: {owned: report}}]"},
		{"rules for different people", rule("a", "filter: (l=x)", "/Departments/A") + rule("b", "filter: (l=y)", "/Departments/B"), bids},
		{"a folder below one that is meant alone", rule("a", "everyone: true", "/Departments/A") + rule("b", "everyone: true", "/Departments/B/C"), bids},
		{"two folders of one side", rule("a", "everyone: true", "/Departments/A/1") + rule("b", "everyone: true", "/Departments/A/2"), bids},
		{"everyone, and some of them are denied", rule("a", "everyone: true", "/Departments/A"), "walls: [{name: w, " + outside + ", folders: [/Departments/A]}]"},
		{"a rule for those who are denied, and elsewhere for everyone", rule("a", "everyone: true", "/Departments/A") + rule("b", "filter: \"(!(company=Corp))\"", "/Departments/B"), "walls: [{name: w, " + outside + ", folders: [/Departments/A]}]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := "rules: []\n"
			if tt.rules != "" {
				list = "rules:" + tt.rules + "\n"
			}
			if _, err := config.Parse("config.yaml", with(t, "rules: []", list+tt.walls)); err != nil {
				t.Error(err)
			}
		})
	}
}
