package guard

import (
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Usage is what the ledger knows of what was done and decided.
type Usage struct {
	Used        map[Kind]int             // done within the window of each budget, without what was approved
	Extra       map[Kind]int             // what exceptions add
	Base        map[Base]int             // what percentages are of
	OwnedByRule map[string]int           // grants that a rule gave and that are ours
	People      int                      // in the directory at the last good full run; 0: there was none
	Changed     map[string]bool          // rules that evaluate otherwise than when they gave what is ours, or that are gone
	Approved    map[plan.Key]plan.Change // reviewed by somebody: past budgets, never past walls, holds, canaries or the mode
}

// World is what the changes are judged on.
type World struct {
	Snapshot *access.Snapshot
	Catalog  *access.Catalog
	State    access.State
	Memory   plan.Memory

	// Denied says whether a wall, by its index in Limits.Walls, denies a person; doubt: why
	// that cannot be known. nil: it cannot.
	Denied func(wall int, p *access.Person) (denied bool, doubt string)
}

// Brake is what has stopped a change.
type Brake string

// The brakes, in the order in which a change meets them. ByNeeds: something that
// it needs was stopped.
const (
	ByMode       Brake = "mode"
	ByHold       Brake = "hold"
	ByCanary     Brake = "canary"
	ByWall       Brake = "wall"
	ByNeeds      Brake = "needs"
	ByRuleChange Brake = "rule-change"
	ByBudget     Brake = "budget"
)

// Withheld is a change that is planned and not let through, and why.
type Withheld struct {
	Change plan.Change
	Brake  Brake
	Why    string
}

// Parked is what waits for approval: the changes of one cause, and what needs them.
// Each is also withheld.
type Parked struct {
	Key     string // of the cause: the same cause has the same key in every run
	Kind    Kind
	Rule    string // the first that asks for it; "": none
	Brake   Brake  // ByRuleChange or ByBudget
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

// Split divides a plan into what may go and what may not. A change that needs one that
// does not go does not go either. The result is the same for the same input, whatever the
// order of the changes.
func Split(p plan.Plan, w World, l Limits, u Usage, h []Hold, now time.Time) Decision {
	d := Decision{Allowed: p}
	d.Allowed.Changes = nil
	stopped := map[plan.Key]bool{}
	for _, c := range p.Changes {
		brake, why := ByMode, l.Mode.forbids(c.Op)
		if why == "" && slices.ContainsFunc(c.Needs, func(k plan.Key) bool { return stopped[k] }) {
			brake, why = ByNeeds, "needs a change that is withheld"
		}
		if why == "" {
			d.Allowed.Changes = append(d.Allowed.Changes, c)
			continue
		}
		stopped[c.Key] = true
		d.Withheld = append(d.Withheld, Withheld{Change: c, Brake: brake, Why: why})
	}
	return d
}
