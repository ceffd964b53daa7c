package app

import (
	"context"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// PlanUndo says what would take back what a run did.
func (a *Actor) PlanUndo(ctx context.Context, run int64) (kwsync.Report, error) {
	return a.Runner.PlanUndo(ctx, a.book, run)
}

// Undo takes back what a run did, as far as that was approved and still holds.
func (a *Actor) Undo(ctx context.Context, run int64, approved kwsync.Approval, reason string) (kwsync.Report, error) {
	return a.Run(ctx, kwsync.Trigger{Name: VerbUndo, Undo: run, Fresh: true, Approved: approved}, reason)
}

// ReleaseUndo lets the next runs do again what the undoing of a run has taken back, and returns
// how many changes were held for that.
func ReleaseUndo(ctx context.Context, c *config.Config, run int64, reason string) (n int, err error) {
	err = write(ctx, c, func(book *ledger.Ledger) error {
		n, err = book.ReleaseUndo(ctx, run, asker(reason), time.Now())
		return err
	})
	return n, err
}
