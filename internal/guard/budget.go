package guard

import (
	"fmt"
	"math"
	"time"
)

// Base is what a percentage is of.
type Base string

// The bases: people of the directory; accounts of Kiteworks; grants that are ours.
const (
	People      Base = "people"
	Accounts    Base = "accounts"
	OwnedGrants Base = "owned_grants"
)

// Bases are all of them, as a configuration may name them.
func Bases() []Base { return []Base{People, Accounts, OwnedGrants} }

// Amount is a number of changes, or a percentage of a base; only one of the two is set.
type Amount struct {
	Count   int
	Percent float64
}

// Budget bounds the changes of one kind (promise P5): within any span of Per as many as
// the larger of Max and Floor allows. A percentage of nothing is nothing: then the floor counts.
type Budget struct {
	Unlimited bool
	Max       Amount
	Of        Base // of a percentage
	Floor     int
	Per       time.Duration
}

// PerRule bounds how many of its grants one rule may lose in one run: the larger of
// Shrink, in per cent of what it gave, and Floor. Dates that have come do not count.
type PerRule struct {
	Shrink float64
	Floor  int
}

// DefaultPerRule is that of a configuration which names none.
func DefaultPerRule() PerRule { return PerRule{Shrink: 30, Floor: 20} }

// DefaultBudget is that of a kind for which the configuration names none.
func DefaultBudget(k Kind) Budget {
	const day = 24 * time.Hour
	switch k {
	case Revoke, Lower:
		return Budget{Max: Amount{Percent: 5}, Of: OwnedGrants, Floor: 20, Per: day}
	case Suspend:
		return Budget{Max: Amount{Percent: 2}, Of: Accounts, Floor: 5, Per: day}
	case Delete:
		return Budget{Max: Amount{Count: 10}, Per: day}
	case CreateFolder:
		return Budget{Max: Amount{Count: 20}, Per: day}
	}
	return Budget{Unlimited: true}
}

// share is a percentage of a number, rounded down; what floating point loses of a
// whole number does not count.
func share(percent float64, of int) int {
	return int(math.Floor(percent*float64(of)/100 + 1e-9))
}

// Allows is how many changes a limited budget allows in its window, of a base of this size.
func (b Budget) Allows(base int) int {
	return max(b.Floor, b.Max.Count, share(b.Max.Percent, base))
}

// purse is what is left of the budgets while a plan is divided.
type purse struct {
	limits Limits
	usage  Usage
	taken  map[Kind]int
}

// take takes n changes of a kind out of its budget, all or none: then it says why.
func (p purse) take(k Kind, n int) (why string) {
	b := p.limits.Budget(k)
	if b.Unlimited {
		return ""
	}
	all := p.limits.allowed(k, p.usage)
	left := max(0, all-p.usage.Used[k]-p.taken[k])
	if n <= left {
		p.taken[k] += n
		return ""
	}
	return fmt.Sprintf("%s at once, and budget %s has %d left of %d in %gh: approve them, or allow %s %d more",
		changes(n), k, left, all, b.Per.Hours(), k, n-left)
}

// changes is a number of them, in words.
func changes(n int) string {
	if n == 1 {
		return "1 change"
	}
	return fmt.Sprintf("%d changes", n)
}

// allowed is how many changes of a kind may happen within its window.
func (l Limits) allowed(k Kind, u Usage) int {
	b := l.Budget(k)
	return b.Allows(u.Base[b.Of]) + u.Extra[k]
}

// Budget is that of a kind, in force whether or not the configuration names one.
func (l Limits) Budget(k Kind) Budget {
	if b, ok := l.Budgets[k]; ok {
		return b
	}
	return DefaultBudget(k)
}

// shrunk says why a rule loses more grants than it may in one run; "": it does not.
func (l Limits) shrunk(rule string, losing, owned int) string {
	per := l.perRule()
	may := max(per.Floor, share(per.Shrink, owned))
	if losing <= may {
		return ""
	}
	return fmt.Sprintf("rule %s would lose %d of its %d grants, and may lose %d in one run (budgets.per_rule): look at the groups it names, then approve", rule, losing, owned, may)
}

func (l Limits) perRule() PerRule {
	if l.PerRule != nil {
		return *l.PerRule
	}
	return DefaultPerRule()
}

// Spent is which part of each budget was used within its window, exceptions included; a
// budget that allows nothing is used up. Budgets without limits are left out.
func (l Limits) Spent(u Usage) map[Kind]float64 {
	spent := map[Kind]float64{}
	for _, k := range Kinds() {
		b := l.Budget(k)
		if b.Unlimited {
			continue
		}
		spent[k] = 1
		if all := l.allowed(k, u); all > 0 {
			spent[k] = float64(u.Used[k]) / float64(all)
		}
	}
	return spent
}
