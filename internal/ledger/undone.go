package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Did returns what a run did and how each of it ended, in the order of intent and with the
// ids that it came to, as plan.Undo wants it. What has no outcome yet is Unknown.
func (r *Reader) Did(ctx context.Context, run int64) (did []plan.Change, ended []plan.Outcome, err error) {
	_, records, err := r.Run(ctx, run)
	if err != nil {
		return nil, nil, err
	}
	for _, rec := range records {
		o := plan.Outcome{Key: rec.Change.Key, Result: plan.Unknown, Account: rec.Change.Account, Folder: rec.Change.Folder, Why: rec.Why}
		if rec.Result != "" {
			if err := o.Result.UnmarshalText([]byte(rec.Result)); err != nil {
				return nil, nil, r.annotate("read", fmt.Errorf("change %d of run %d: %w", rec.Seq, run, err))
			}
		}
		did, ended = append(did, rec.Change), append(ended, o)
	}
	return did, ended, nil
}

// undone is why something is held that the undoing of a run has taken back.
func undone(run int64) string { return fmt.Sprintf("run %d was undone", run) }

// HoldUndone holds these changes, which would do again what the undoing of a run has taken
// back (promise P12). What it holds already it does not hold twice.
func (l *Ledger) HoldUndone(ctx context.Context, run int64, keys []plan.Key, by Actor, now time.Time) error {
	const standing = `SELECT 1 FROM holds WHERE ended = 0 AND scope = 'change' AND subject = $1 AND why = $2`
	return l.batch(ctx, "hold what was undone in", func(b *batch) error {
		for _, key := range keys {
			held, err := b.find(ctx, standing, []any{string(key), undone(run)}, new(int))
			if err != nil {
				return err
			}
			if held {
				continue
			}
			if _, err := addHold(ctx, b, Hold{Scope: HoldChange, Key: string(key), Why: undone(run), Since: now, By: by}); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReleaseUndo ends the holds that the undoing of a run has left, so that its changes are
// planned again, and returns how many that were. A run that left none is an error.
func (l *Ledger) ReleaseUndo(ctx context.Context, run int64, by Actor, now time.Time) (n int, err error) {
	err = l.batch(ctx, "end the holds of an undone run in", func(b *batch) error {
		ended, err := b.exec(ctx, endHolds+`why = $1 AND scope = 'change'`, undone(run), epoch(now), by.UID, by.User, by.Reason)
		n = int(ended)
		if err == nil && n == 0 {
			err = fmt.Errorf("run %d holds nothing back: it was not undone, or that was taken back", run)
		}
		return err
	})
	return n, err
}
