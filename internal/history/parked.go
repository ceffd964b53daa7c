package history

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// Parked lists what is parked, and what was rejected and is held since, without the changes.
func (b Book) Parked(ctx context.Context, now time.Time) (items []ledger.Parked, err error) {
	all, err := b.Ledger.ParkedItems(ctx, true)
	if err != nil {
		return nil, err
	}
	holds, err := b.Ledger.Holds(ctx, now)
	for _, item := range all {
		held := slices.ContainsFunc(holds, func(h ledger.Hold) bool { return h.Item == item.ID })
		if item.Closed.IsZero() || held {
			items = append(items, item)
		}
	}
	return items, err
}

// ParkedUntil is when an item, or its approval, ends; what was rejected is held until that is
// taken back.
func ParkedUntil(p *ledger.Parked, now time.Time, zone *time.Location) string {
	if p.State(now) == ledger.Rejected {
		return fmt.Sprintf("resume %d", p.ID)
	}
	return Clock(p.Until().In(zone))
}

// AloneUntil is when what keeps failing is tried again.
func AloneUntil(f ledger.Failing, now time.Time, zone *time.Location) string {
	if f.Until.After(now) {
		return Clock(f.Until.In(zone))
	}
	return "the next run"
}
