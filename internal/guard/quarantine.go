package guard

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Failing is a person, a folder, a rule or a single change of which whatever is tried
// fails (promise P9).
type Failing struct {
	Scope    Scope
	Key      string // as of a hold
	Failures int    // in consecutive runs that tried
	Since    time.Time
	Until    time.Time // nothing is tried before
	Why      string    // of the last one
}

// Attempt is a change that was sent, and how it ended.
type Attempt struct {
	Change  plan.Change
	Outcome plan.Outcome
}

// Hold is the hold that keeps it from being tried; ok is false while it may be.
func (f Failing) Hold() (h Hold, ok bool) { return Hold{}, false }

// Quarantine takes what one run tried into account.
func Quarantine(before []Failing, tried []Attempt, now time.Time) []Failing { return before }
