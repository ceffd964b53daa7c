package guard

import (
	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Usage is what the ledger knows of what was done and decided.
type Usage struct {
	Used        map[Kind]int    // done within the window of each budget, without what was approved
	Extra       map[Kind]int    // what exceptions add
	Base        map[Base]int    // what percentages are of
	OwnedByRule map[string]int  // grants that a rule gave and that are ours
	People      int             // in the directory at the last good full run; 0: there was none
	Seats       int             // accounts that take one, as last known
	Excluded    map[string]int  // people whom the groups of a rule's not_group shut out at the last good full run
	Changed     map[string]bool // rules that evaluate otherwise than when they gave what is ours, or that are gone

	// Approved are changes that somebody has looked at: they go past budgets and changes of
	// rules, never past the mode, holds, canaries or walls.
	Approved map[plan.Key]plan.Change
}

func (u Usage) approved(c *plan.Change) bool {
	was, ok := u.Approved[c.Key]
	return ok && was.SameEnd(*c)
}

// World is what changes are judged on.
type World struct {
	Snapshot *access.Snapshot
	Catalog  *access.Catalog
	State    access.State
	Memory   plan.Memory

	// Excluded is how many people the groups of each rule's not_group shut out now.
	Excluded map[string]int

	// Denied says whether a wall, by its index in Limits.Walls, denies a person; doubt: why
	// that cannot be known. nil: it never can.
	Denied func(wall int, p *access.Person) (denied bool, doubt string)
}

// Brake is what has stopped a change.
type Brake string

// The brakes, in the order in which a change meets them.
const (
	ByMode       Brake = "mode"
	ByHold       Brake = "hold"
	ByProof      Brake = "proof" // what was read afresh does not confirm it (promise P2)
	BySeats      Brake = "seats" // no licence is left
	ByCanary     Brake = "canary"
	ByWall       Brake = "wall"
	ByNeeds      Brake = "needs" // something that it needs was stopped
	ByRuleChange Brake = "rule-change"
	ByBudget     Brake = "budget"
)

// Withheld is a change that is planned and not let through, and why.
type Withheld struct {
	Change plan.Change
	Brake  Brake
	Why    string

	Failing bool `json:"-"` // ByHold: nobody asked for that, it keeps failing
}

// Chosen says whether somebody wants it to be withheld, as long as they say nothing else.
func (w Withheld) Chosen() bool { return w.Brake == ByMode || w.Brake == ByHold && !w.Failing }

// Parked is what waits for approval: the changes of one cause, and what needs them.
// Each of them is also withheld.
type Parked struct {
	Key     string // of the cause: the same in every run
	Kind    Kind
	Rule    string    // the first that asks for it; "": none does
	Exit    plan.Exit // how the people have left whom it concerns; "": they have not
	Brake   Brake     // ByRuleChange or ByBudget
	Why     string
	Changes []plan.Change
}

// Decision is a plan divided. Each change is either allowed or withheld.
type Decision struct {
	Allowed    plan.Plan
	Parked     []Parked
	Withheld   []Withheld
	Canaries   []Unmet
	Violations []Violation
}
