package sync

import (
	"context"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// deeds are what an earlier run has sent, and how each of it ended.
type deeds struct {
	changes  []plan.Change
	outcomes []plan.Outcome
}

// recollect makes the run one about those whom the run that it takes back was about.
func (v *view) recollect(ctx context.Context, h History) (err error) {
	d := &v.undoing
	if d.changes, d.outcomes, err = h.Did(ctx, v.trigger.Undo); err != nil {
		return fmt.Errorf("read what run %d did: %w", v.trigger.Undo, err)
	}
	if len(d.changes) == 0 {
		return fmt.Errorf("run %d did nothing at Kiteworks, or was longer ago than the history is kept (`kw-onboarder runs` lists what there is)", v.trigger.Undo)
	}
	about := map[access.PersonID]bool{}
	for i, c := range d.changes {
		if o := d.outcomes[i]; o.Folder != "" { // it is where it was made that it is looked at
			d.changes[i].Folder = o.Folder
		}
		about[c.Person] = true
	}
	delete(about, access.PersonID{})
	v.choose(about)
	return nil
}

// hold keeps the next runs from doing again what is about to be undone.
func (r *Runner) hold(ctx context.Context, v *view) error {
	if v.trigger.Undo == 0 || r.Parking == nil {
		return nil
	}
	var keys []plan.Key
	for _, c := range v.report.Plan.Changes {
		keys = append(keys, c.Redone()...)
	}
	if err := r.Parking.HoldUndone(ctx, v.trigger.Undo, keys, r.Now()); err != nil {
		return fmt.Errorf("hold what is undone: %w", err)
	}
	return nil
}
