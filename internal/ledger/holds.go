package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// HoldScope says what a hold leaves alone.
type HoldScope string

// The scopes. The first two are what a pause is.
const (
	HoldAll       HoldScope = "all"
	HoldNarrowing HoldScope = "narrowing"
	HoldPerson    HoldScope = "person"
	HoldFolder    HoldScope = "folder"
	HoldRule      HoldScope = "rule"
	HoldChange    HoldScope = "change"
)

// Hold is what somebody wants to be left alone.
type Hold struct {
	ID    int64
	Scope HoldScope
	Key   string // of the scope's kind; "" for the first two
	Why   string // what has led to it; By has the reason
	Item  int64  // the rejected item that has left it; 0: none did
	Since time.Time
	Until time.Time // zero: until somebody ends it
	By    Actor
}

// AddHold adds a hold and returns its number.
func (l *Ledger) AddHold(ctx context.Context, h Hold) (id int64, err error) {
	err = l.batch(ctx, "hold in", func(b *batch) error {
		id, err = addHold(ctx, b, h)
		return err
	})
	return id, err
}

func addHold(ctx context.Context, b *batch, h Hold) (id int64, err error) {
	const insert = `INSERT INTO holds (id, scope, subject, why, item, since, until, uid, user_name, reason,
			ended, ended_uid, ended_user, ended_reason)
		SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '', '' FROM holds RETURNING id`
	_, err = b.find(ctx, insert, []any{
		string(h.Scope), h.Key, h.Why, h.Item, epoch(h.Since), epoch(h.Until), h.By.UID, h.By.User, h.By.Reason,
	}, &id)
	return id, err
}

// Holds returns the holds that stand at a moment, the oldest first.
func (r *Reader) Holds(ctx context.Context, now time.Time) (holds []Hold, err error) {
	if r.db == nil {
		return nil, nil
	}
	const query = `SELECT id, scope, subject, why, item, since, until, uid, user_name, reason FROM holds
		WHERE ended = 0 AND (until = 0 OR until > $1) ORDER BY id`
	err = r.look(ctx, "read the holds of", func(b *batch) error {
		return b.each(ctx, query, []any{epoch(now)}, func(rows *sql.Rows) error {
			var (
				h            Hold
				since, until int64
			)
			err := rows.Scan(&h.ID, &h.Scope, &h.Key, &h.Why, &h.Item, &since, &until, &h.By.UID, &h.By.User, &h.By.Reason)
			h.Since, h.Until = moment(since), moment(until)
			holds = append(holds, h)
			return err
		})
	})
	return holds, err
}

const endHolds = `UPDATE holds SET ended = $2, ended_uid = $3, ended_user = $4, ended_reason = $5 WHERE ended = 0 AND `

// EndHold ends a hold. One that does not stand is an error.
func (l *Ledger) EndHold(ctx context.Context, id int64, by Actor, now time.Time) error {
	return l.batch(ctx, "end a hold in", func(b *batch) error {
		n, err := b.exec(ctx, endHolds+`id = $1`, id, epoch(now), by.UID, by.User, by.Reason)
		if err == nil && n == 0 {
			err = fmt.Errorf("there is no hold %d, or it was ended", id)
		}
		return err
	})
}

// Readmit ends the holds that a rejected item has left, so that its changes are planned
// again, and returns how many that were. An item that left none is an error.
func (l *Ledger) Readmit(ctx context.Context, item int64, by Actor, now time.Time) (n int, err error) {
	err = l.batch(ctx, "end the holds of a rejected item in", func(b *batch) error {
		ended, err := b.exec(ctx, endHolds+`item = $1 AND item <> 0`, item, epoch(now), by.UID, by.User, by.Reason)
		n = int(ended)
		switch {
		case err != nil:
			return err
		case n == 0:
			return fmt.Errorf("item %d holds nothing back: it was not rejected, or that was taken back", item)
		}
		_, err = b.exec(ctx, `UPDATE parked SET closed = $2 WHERE id = $1 AND closed = 0`, item, epoch(now))
		return err
	})
	return n, err
}
