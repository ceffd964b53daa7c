package app

import (
	"context"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/status"
)

// shown is what the board shows of the brakes, but for the budgets.
func (b brakes) shown(ctx context.Context, now time.Time) (s status.Brakes, err error) {
	holds, failing, err := b.stops(ctx, now)
	if err != nil {
		return s, err
	}
	s.Quarantined = map[guard.Scope]int{}
	for _, h := range holds {
		s.Paused = s.Paused || h.Scope == guard.HoldAll || h.Scope == guard.HoldNarrowing
	}
	for _, f := range failing {
		if _, holds := f.Hold(); holds && f.Until.After(now) {
			s.Quarantined[f.Scope]++
		}
	}
	_, why, err := b.book.Restored(ctx)
	if err != nil {
		return s, err
	}
	s.Restored = why != ""
	s.Parked, err = b.undecided(ctx, now)
	return s, err
}

// undecided are the parked items of which nobody has decided, or not in time: they stay back.
func (b brakes) undecided(ctx context.Context, now time.Time) (map[guard.Kind]status.Parked, error) {
	items, err := b.book.ParkedItems(ctx, false)
	parked := map[guard.Kind]status.Parked{}
	for _, i := range items { // the oldest first
		if state := i.State(now); state != ledger.Waiting && state != ledger.Expired {
			continue
		}
		p := parked[guard.Kind(i.Kind)]
		if p.Items == 0 {
			p.Oldest = i.Opened
		}
		p.Items++
		parked[guard.Kind(i.Kind)] = p
	}
	return parked, err
}

// showBrakes puts on the board what holds changes back. An idle run has used nothing: then
// the budgets are counted, which takes a look at all that is ours, only if some was used before.
func (d *Daemon) showBrakes(ctx context.Context, i *instance, idle bool) error {
	now := time.Now()
	b := newBrakes(i.config, &i.runner.Planner, &d.actor.book.Reader)
	shown, err := b.shown(ctx, now)
	if err != nil {
		return err
	}
	d.board.Braked(shown)
	if idle && !d.spent {
		return nil
	}
	u, err := b.usage(ctx, now)
	if err != nil {
		return err
	}
	d.spent = false
	for _, n := range u.Used {
		d.spent = d.spent || n > 0
	}
	d.board.Spent(b.limits.Spent(u))
	return nil
}
