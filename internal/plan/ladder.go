package plan

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Exit is how somebody has left.
type Exit string

// The exits. Unmatched is somebody who is still in the directory and to whom no rule
// applies, or whom its bases and filters do not cover any more.
const (
	ExitDisabled   Exit = "disabled"
	ExitExpired    Exit = "expired"
	ExitGone       Exit = "gone"
	ExitUnmatched  Exit = "unmatched"
	ExitOffboarded Exit = "offboarded" // by an administrator's order, whatever the directory says
)

// Rung is one step of a ladder.
type Rung struct {
	After  time.Duration // since the person was first seen to have left
	Do     Op            // Suspend, Revoke (all that is ours), Delete
	DataTo string        // of Delete: manager, a template, or an address
	OrTo   string        // if that one cannot have it; "": then it waits
}

// Ladder is what happens to those who have left in one way, step by step.
type Ladder []Rung

// Leaving is somebody who has left, as the ledger remembers them.
type Leaving struct {
	Person access.PersonID
	Exit   Exit
	Since  time.Time // when that was first seen
	Why    string    // who ordered it, and the reason; "" unless the exit is ExitOffboarded
	Lifted bool      // somebody else has lifted our suspension since: the ladder has stopped
}
