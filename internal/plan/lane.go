package plan

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Lane is whom a change is about, and so how soon it is waited for (promise P4).
type Lane string

// The lanes, the most urgent first.
const (
	Leavers   Lane = "leavers"
	Joiners   Lane = "joiners" // who gets an account, or gets it back, and what they get with it
	Movers    Lane = "movers"  // everybody else, and the folders that are made
	Cosmetics Lane = "cosmetics"
)

// Lanes are all of them.
func Lanes() []Lane { return []Lane{Leavers, Joiners, Movers, Cosmetics} }

// Lane is the lane of a change.
func (c Change) Lane() Lane {
	switch {
	case c.Exit != "":
		return Leavers
	case c.Op == SetName, c.Op == SetProfile:
		return Cosmetics
	case c.Op == CreateAccount, c.Op == Unsuspend, slices.Contains(c.Needs, accountKey(c.Person)):
		return Joiners
	}
	return Movers
}

// accountKey names the creation of a person's account.
func accountKey(id access.PersonID) Key { return Key("account|" + id.String()) }
