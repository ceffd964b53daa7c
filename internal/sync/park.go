package sync

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// park remembers what waits for approval.
func (r *Runner) park(ctx context.Context, v *view) error {
	if r.Parking == nil {
		return nil
	}
	whole := v.whole() && r.Limits.Mode != guard.Observe // there the mode stops a change before anything else could
	if err := r.Parking.Park(ctx, v.report.Run, v.report.Parked, whole, r.Now()); err != nil {
		return fmt.Errorf("remember what is parked: %w", err)
	}
	return nil
}

// whole says that nothing waits but what the run has parked. What a pause or an unmet
// expectation has stopped would wait if it had not been.
func (v *view) whole() bool {
	paused := slices.ContainsFunc(v.holds, func(h guard.Hold) bool { return h.Scope == guard.HoldAll || h.Scope == guard.HoldNarrowing })
	return v.about == nil && v.trigger.Approved == nil && !paused && len(v.report.Canaries) == 0
}

// quarantine remembers what keeps failing (promise P9), also of a run that was stopped.
func (r *Runner) quarantine(ctx context.Context, v *view) error {
	tried := v.report.tried()
	if r.Parking == nil || len(tried) == 0 {
		return nil
	}
	if err := r.Parking.Quarantine(context.WithoutCancel(ctx), guard.Quarantine(v.failing, tried, r.Now())); err != nil {
		return fmt.Errorf("remember what keeps failing: %w", err)
	}
	return nil
}

// tried is what was sent, or would have been, and how it ended.
func (r *Report) tried() []guard.Attempt {
	changes := make(map[plan.Key]plan.Change, len(r.Plan.Changes))
	for _, c := range r.Plan.Changes {
		changes[c.Key] = c
	}
	tried := make([]guard.Attempt, 0, len(r.Outcomes))
	for _, o := range r.Outcomes {
		if c, planned := changes[o.Key]; planned {
			tried = append(tried, guard.Attempt{Change: c, Outcome: o})
		}
	}
	return tried
}

// waiting are the people of whom a hold stops something, and when to look again: when
// the first hold ends, or with the next run if none has an end. So is whoever was not as the
// plan had seen them.
func (v *view) waiting() map[access.PersonID]time.Time {
	var soonest time.Time
	for _, h := range v.holds {
		if !h.Until.IsZero() && (soonest.IsZero() || h.Until.Before(soonest)) {
			soonest = h.Until
		}
	}
	if soonest.IsZero() {
		soonest = v.report.Started
	}
	people := map[access.PersonID]time.Time{}
	for _, w := range v.report.Withheld {
		switch w.Brake {
		case guard.ByHold:
			people[w.Change.Person] = soonest
		case guard.ByProof:
			people[w.Change.Person] = v.report.Started
		}
	}
	delete(people, access.PersonID{})
	return people
}
