package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
)

// Budgets is how much of each kind of change may happen within a time. A cause that
// does not fit waits as a whole, and the rest goes on.
type Budgets struct {
	Revoke       Budget    `yaml:"revoke"`        // grants that end; left out: 5% of owned_grants or 20, whichever is more, in 24h
	Lower        Budget    `yaml:"lower"`         // roles that are lowered; left out: 5% of owned_grants or 20, whichever is more, in 24h
	Suspend      Budget    `yaml:"suspend"`       // accounts; left out: 2% of accounts or 5, whichever is more, in 24h
	Delete       Budget    `yaml:"delete"`        // accounts; left out: 10 in 24h
	Create       Budget    `yaml:"create"`        // accounts; left out: unlimited
	Grant        Budget    `yaml:"grant"`         // grants that are given or raised; left out: unlimited
	CreateFolder Budget    `yaml:"create_folder"` // folders; left out: 20 in 24h
	Expire       Unlimited `yaml:"expire"`        // grants that end because their date has come
	PerRule      PerRule   `yaml:"per_rule"`      // how far one rule may shrink in a run; left out: 30% or 20 grants, whichever is more
}

// Budget is unlimited, or the larger of max and floor within a time.
type Budget struct {
	Unlimited bool       `yaml:"-"`
	Max       Amount     `yaml:"max"`   // a number, or a percentage
	Of        guard.Base `yaml:"of"`    // what max is a percentage of; left out: what is usual for the kind
	Floor     int        `yaml:"floor"` // what may happen however little the percentage comes to
	Per       Span       `yaml:"per"`   // changes of the last so many hours or days count; left out: 24h
}

// writtenBudget is what holds where the file writes a budget and is silent about a key.
// The rest of a default would not fit: `max: 10` must not get a floor of 20.
var writtenBudget = Budget{Per: Span(day)}

// UnmarshalText reads a budget that is no mapping.
func (b *Budget) UnmarshalText(text []byte) error {
	if string(text) != unlimited {
		return mistake{"is no budget", "write its keys, as {max: 10, per: 24h}, or " + unlimited}
	}
	*b = Budget{Unlimited: true}
	return nil
}

// MarshalYAML writes the budget in the form in which it is read.
func (b Budget) MarshalYAML() (any, error) {
	if b.Unlimited {
		return unlimited, nil
	}
	type keys Budget // without this method
	return keys(b), nil
}

const unlimited = "unlimited"

// Unlimited is what has no budget, and may say so.
type Unlimited struct{}

// UnmarshalText reads the word.
func (u *Unlimited) UnmarshalText(text []byte) error {
	if string(text) != unlimited {
		return mistake{"has no budget", "leave it out, or write " + unlimited + ": a date that was written down in advance is no surprise"}
	}
	return nil
}

// MarshalText writes the word.
func (u Unlimited) MarshalText() ([]byte, error) { return []byte(unlimited), nil }

// PerRule is how much of what one rule gave may end in one run: the larger of the two.
type PerRule struct {
	Shrink Percent `yaml:"shrink"` // of the grants that are ours because of the rule
	Floor  int     `yaml:"floor"`  // grants
}

// budget is one of Budgets.
type budget struct {
	kind guard.Kind // its key
	*Budget
	of []guard.Base // what it may be a share of, the usual first; none: it is a number
}

func (b *Budgets) each() []budget {
	grants, accounts := []guard.Base{guard.OwnedGrants}, []guard.Base{guard.Accounts, guard.People}
	return []budget{
		{guard.Revoke, &b.Revoke, grants},
		{guard.Lower, &b.Lower, grants},
		{guard.Suspend, &b.Suspend, accounts},
		{guard.Delete, &b.Delete, accounts},
		{guard.Create, &b.Create, []guard.Base{guard.People, guard.Accounts}},
		{guard.Grant, &b.Grant, grants},
		{guard.CreateFolder, &b.CreateFolder, nil},
	}
}

func defaultBudgets() Budgets {
	usual := guard.DefaultPerRule()
	b := Budgets{PerRule: PerRule{Shrink: Percent(usual.Shrink), Floor: usual.Floor}}
	for _, each := range b.each() {
		usual := guard.DefaultBudget(each.kind)
		*each.Budget = Budget{usual.Unlimited, Amount(usual.Max), usual.Of, usual.Floor, Span(usual.Per)}
	}
	return b
}

func (f *findings) checkBudgets(b *Budgets, history Span) {
	for _, each := range b.each() {
		if !each.Unlimited {
			f.checkBudget("budgets."+string(each.kind), each, history)
		}
	}
	if b.PerRule.Floor < 0 {
		f.report("budgets.per_rule.floor", "is less than none", "write how many grants a rule may lose in any case")
	}
}

func (f *findings) checkBudget(path string, b budget, history Span) {
	switch {
	case b.Max == Amount{}:
		f.report(path+".max", "is missing", amountHint)
	case b.Max.Percent > 0:
		f.checkShare(path, b)
	case b.Of != "":
		f.report(path+".of", "says what a percentage is of, and max is a number", "leave it out, or write max as a percentage")
	case b.Floor != 0:
		f.report(path+".floor", "stands beside a max that is a number: the larger of the two would hold", "leave it out")
	}
	switch {
	case b.Per < Span(time.Hour):
		f.report(path+".per", "is less than an hour", "write hours or days: 24h, 7d")
	case b.Per > history:
		f.report(path+".per", fmt.Sprintf("is longer than `history`, which is %s: what is forgotten would not be counted", history), "shorten it, or lengthen `history`")
	}
}

// checkShare completes the base. A percentage of nothing is nothing, so that without a
// floor a first run would stand still.
func (f *findings) checkShare(path string, b budget) {
	if len(b.of) == 0 {
		f.report(path+".max", "is a percentage, and there is nothing to take it of", "write a number")
		return
	}
	if b.Of == "" {
		b.Of = b.of[0]
	}
	if !slices.Contains(b.of, b.Of) {
		f.report(path+".of", fmt.Sprintf("%s is a share of %s, not of %q", b.kind, eitherOf(b.of), b.Of), "")
	}
	if b.Floor < 1 {
		f.report(path+".floor", "want 1 or more: on a first run, and where there is little, a percentage comes to nothing",
			"write how many changes may happen in any case")
	}
}

func eitherOf[T ~string](choices []T) string {
	names := make([]string, 0, len(choices))
	for _, c := range choices {
		names = append(names, string(c))
	}
	return strings.Join(names, " or ")
}
