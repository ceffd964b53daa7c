package app

import "time"

// The first retry of a failed run comes soon, later ones further and further apart: what
// a watch has told of must not wait for the schedule because something was away for seconds.
const (
	firstRetry = time.Minute
	lastRetry  = 15 * time.Minute
)

// retries says when a run that failed is made up for; a schedule may come before.
type retries struct {
	due  <-chan time.Time // nil: nothing has failed
	wait time.Duration
}

func (r *retries) note(failed bool) {
	if !failed {
		*r = retries{}
		return
	}
	r.wait = min(max(2*r.wait, firstRetry), lastRetry)
	r.due = time.After(r.wait)
}
