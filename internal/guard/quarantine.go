package guard

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Attempt is a change that was sent, and how it ended.
type Attempt struct {
	Change  plan.Change
	Outcome plan.Outcome
}

// tolerated is how often something may fail before it is held.
const tolerated = 2

// backoff is how long something is held after each further failure; the last is for all that follow.
var backoff = [...]time.Duration{6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// forgotten is how long after its hold something that nobody tried again is remembered.
const forgotten = 48 * time.Hour

// Failing is a person, a folder, a rule or a single change of which whatever is tried
// fails (promise P9).
type Failing struct {
	Scope    Scope
	Key      string // as of a hold
	Failures int    // in consecutive runs that tried it
	Since    time.Time
	Until    time.Time // it is not tried before; while it is not held, the last failure
	Why      string    // of the last failure
}

// Hold is what keeps it from being tried; ok is false as long as it may be tried in each run.
func (f Failing) Hold() (h Hold, ok bool) {
	return Hold{Scope: f.Scope, Key: f.Key, Why: "in quarantine: " + f.Why, Until: f.Until, Failing: true}, f.Failures > tolerated
}

// fail counts one more run.
func (f *Failing) fail(why string, now time.Time) {
	f.Failures++
	f.Why, f.Until = why, now
	if f.Failures == 1 {
		f.Since = now
	}
	if n := f.Failures - tolerated; n > 0 {
		f.Until = now.Add(backoff[min(n, len(backoff))-1])
	}
}

// Quarantine takes into account what one run has tried. Whatever has succeeded once
// begins anew; what was not tried stays as it is, until it is forgotten. The result is
// sorted by scope, then key.
func Quarantine(before []Failing, tried []Attempt, now time.Time) []Failing {
	all := map[reach]Failing{}
	for _, f := range before {
		if now.Sub(f.Until) < forgotten {
			all[reach{f.Scope, f.Key}] = f
		}
	}
	b := newBlame(tried, all)
	for at := range b.succeeded {
		delete(all, at)
	}
	for at, why := range b.faults() {
		f := all[at]
		f.Scope, f.Key = at.scope, at.key
		f.fail(why, now)
		all[at] = f
	}
	return slices.SortedFunc(maps.Values(all), func(a, b Failing) int {
		return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Key, b.Key))
	})
}
