package sync

import (
	"sync"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// silence is how many steps in a row may end without an answer before the run
// gives up: more than are in flight, so that one bad object does not stop the
// others (promise P9).
const silence = 2 * inFlight

// line is what a run has learnt about its connection to Kiteworks, across the
// steps that are in flight: whether it still answers, and has a seat left.
type line struct {
	mu     sync.Mutex
	silent int    // steps in a row of which nothing is known
	down   string // why it counts as lost; "": it does not
	full   bool   // no seat is left
}

// heard takes note of a step's outcomes.
func (l *line) heard(outcomes []plan.Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	unsent, unknown := 0, 0
	for _, o := range outcomes {
		l.full = l.full || o.NoSeat
		switch o.Result {
		case plan.Skipped:
			unsent++
		case plan.Unknown:
			unknown++
		}
	}
	n := len(outcomes)
	switch {
	case n == 0:
	case unsent == n:
		l.down = outcomes[0].Why // it could not even be sent, after all tries
	case unsent+unknown < n:
		l.silent = 0
	default:
		if l.silent++; l.silent >= silence {
			l.down = outcomes[0].Why
		}
	}
}

// closed says why a step need not be sent any more; "" if it may be.
func (l *line) closed(op plan.Op) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.down != "":
		return "not sent, because Kiteworks does not answer any more"
	case l.full && op == plan.CreateAccount:
		return "waits for a seat: Kiteworks has no licence left"
	}
	return ""
}

// lost says why the connection counts as lost; "" if it does not.
func (l *line) lost() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.down
}
