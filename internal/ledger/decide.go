package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// DecidedError says why an item cannot be decided: it was, it expired, or it is no more.
type DecidedError struct {
	Item  Parked
	State ParkedState
}

func (e *DecidedError) Error() string {
	switch e.State {
	case Approved, Rejected:
		return fmt.Sprintf("item %d was %s by %s on %s (%s)", e.Item.ID, e.State, e.Item.Who(), e.Item.Decided.Format(time.RFC3339), e.Item.Reason)
	case Expired:
		return fmt.Sprintf("item %d expired on %s: it opens anew when its changes differ; "+
			"what of it still holds is applied by `kw-onboarder plan --out FILE` and `kw-onboarder apply --plan FILE`",
			e.Item.ID, e.Item.Until().Format(time.RFC3339))
	}
	return fmt.Sprintf("item %d settled by itself on %s: there is nothing left to decide", e.Item.ID, e.Item.Closed.Format(time.RFC3339))
}

// Decide approves or rejects an item that waits, and returns it. Nothing that a rejected
// item holds is done until its holds are ended. Of two who decide at once, the second gets
// the error. It is an *UnknownItemError or a *DecidedError.
func (l *Ledger) Decide(ctx context.Context, id int64, approve bool, by Actor, now time.Time) (item Parked, err error) {
	err = l.batch(ctx, "decide in", func(b *batch) error {
		if item, err = parkedItem(ctx, b, id); err != nil {
			return err
		}
		if state := item.State(now); state != Waiting {
			return &DecidedError{Item: item, State: state}
		}
		item.Decision, item.Decided, item.Actor = Rejected, now, by
		if approve {
			item.Decision = Approved
		}
		const update = `UPDATE parked SET decision = $2, decided = $3, uid = $4, user_name = $5, reason = $6
			WHERE id = $1 AND decision = ''`
		if _, err := b.exec(ctx, update, id, string(item.Decision), epoch(now), by.UID, by.User, by.Reason); err != nil {
			return err
		}
		if approve {
			return nil
		}
		return holdRejected(ctx, b, &item)
	})
	return item, err
}

// holdRejected leaves a hold for each change of an item that was rejected.
func holdRejected(ctx context.Context, b *batch, item *Parked) error {
	for _, c := range item.Changes {
		_, err := addHold(ctx, b, Hold{
			Scope: HoldChange, Key: string(c.Key), Why: fmt.Sprintf("parked item %d was rejected", item.ID),
			Item: item.ID, Since: item.Decided, By: item.Actor,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Approved returns the changes that somebody has approved within the last 72 hours and
// that no run has done since.
func (r *Reader) Approved(ctx context.Context, now time.Time) (map[plan.Key]plan.Change, error) {
	approved := map[plan.Key]plan.Change{}
	if r.db == nil {
		return approved, nil
	}
	err := r.look(ctx, "read what is approved in", func(b *batch) error {
		found := map[plan.Key]int64{} // the run that parked it
		oldest := int64(-1)
		const query = `SELECT payload, run FROM parked JOIN parked_changes ON item = id
			WHERE decision = 'approved' AND decided > $1 ORDER BY id`
		err := b.each(ctx, query, []any{epoch(now.Add(-OpenFor))}, func(rows *sql.Rows) error {
			var run int64
			c, err := scanChange(rows, &run)
			approved[c.Key], found[c.Key] = c, run
			if oldest < 0 || run < oldest {
				oldest = run
			}
			return err
		})
		if err != nil || len(found) == 0 {
			return err
		}
		const done = `SELECT change_key, run FROM changes WHERE run > $1 AND result = 'done'`
		return b.each(ctx, done, []any{oldest}, func(rows *sql.Rows) error {
			var (
				key plan.Key
				run int64
			)
			err := rows.Scan(&key, &run)
			if parked, ok := found[key]; ok && run > parked {
				delete(approved, key)
			}
			return err
		})
	})
	return approved, err
}
