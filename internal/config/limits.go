package config

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// Limits is what the brakes are set to. Its walls are in the order of Walls, and so are
// those that rules.Bound.Denied speaks of.
func (c *Config) Limits() guard.Limits {
	l := guard.Limits{
		Mode:            c.Mode,
		Budgets:         map[guard.Kind]guard.Budget{guard.Expire: {Unlimited: true}},
		PerRule:         &guard.PerRule{Shrink: float64(c.Budgets.PerRule.Shrink), Floor: c.Budgets.PerRule.Floor},
		Seats:           c.Accounts.Seats,
		ParkRuleChanges: c.OnRuleChange == Park,
		Identities:      c.Kiteworks.Identities.All(),
	}
	for _, b := range c.Budgets.each() {
		l.Budgets[b.kind] = guard.Budget{Unlimited: b.Unlimited, Max: guard.Amount(b.Max), Of: b.Of, Floor: b.Floor, Per: time.Duration(b.Per)}
	}
	for _, e := range c.Expect {
		l.Expect = append(l.Expect, e.limit())
	}
	for _, w := range c.Walls {
		l.Walls = append(l.Walls, guard.Wall{Name: w.Name, NeverBoth: areas(w.NeverBoth), Folders: areas(w.Folders), Revoke: w.Existing.Owned == RevokeBreach})
	}
	return l
}

func (c Canary) limit() guard.Canary {
	out := guard.Canary{Person: c.Person, Group: c.Group, AtLeast: c.AtLeast}
	if c.People != nil {
		out.PeopleMayShrink = float64(c.People.MayShrink)
	}
	return out
}

func areas(list []Area) []guard.Area {
	var all []guard.Area
	for _, a := range list {
		all = append(all, guard.Area(a))
	}
	return all
}

// denials are the conditions of the walls, for the rules to compile.
func (c *Config) denials() []*rules.Condition {
	all := make([]*rules.Condition, 0, len(c.Walls))
	for _, w := range c.Walls {
		all = append(all, w.Deny)
	}
	return all
}
