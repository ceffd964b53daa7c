package guard

import "time"

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
