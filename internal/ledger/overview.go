package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Overview is what the ledger holds at one moment, in numbers, and what waits in it.
type Overview struct {
	Links   int // people who have an account
	Created int // of these accounts, how many we made
	Owned   int // grants that are ours
	Lost    int // grants that were ours until a human changed or removed them
	Folders int // whose members are observed
	Due     int // people for whom a date has come

	NextDue time.Time // when the next date comes; zero: none is known
	Open    []OpenIntents
	Waiting []Request // that nobody has answered, the oldest first
}

// OpenIntents are the changes of one run that have no outcome.
type OpenIntents struct {
	Run     int64
	Changes int
	Since   time.Time // when the first of them was intended
}

// Overview returns what the ledger holds, of a missing one nothing.
func (r *Reader) Overview(ctx context.Context, now time.Time) (o Overview, err error) {
	if r.db == nil {
		return o, nil
	}
	err = r.look(ctx, "look through", func(b *batch) error {
		for _, read := range []func(context.Context, *batch) error{
			o.count, func(ctx context.Context, b *batch) error { return o.due(ctx, b, now) }, o.open, o.waiting,
		} {
			if err := read(ctx, b); err != nil {
				return err
			}
		}
		return nil
	})
	return o, err
}

func (o *Overview) count(ctx context.Context, b *batch) error {
	const query = `SELECT
		(SELECT COUNT(*) FROM links WHERE NOT deleted), (SELECT COUNT(*) FROM links WHERE created AND NOT deleted),
		(SELECT COUNT(*) FROM owned WHERE lost = 0), (SELECT COUNT(*) FROM owned WHERE lost <> 0),
		(SELECT COUNT(*) FROM watches WHERE until = 0 AND folder <> 0)`
	_, err := b.find(ctx, query, nil, &o.Links, &o.Created, &o.Owned, &o.Lost, &o.Folders)
	return err
}

func (o *Overview) due(ctx context.Context, b *batch, now time.Time) error {
	var next int64
	const query = `SELECT (SELECT COUNT(*) FROM due WHERE at <= $1), (SELECT COALESCE(MIN(at), 0) FROM due WHERE at > $1)`
	_, err := b.find(ctx, query, []any{epoch(now)}, &o.Due, &next)
	o.NextDue = moment(next)
	return err
}

func (o *Overview) open(ctx context.Context, b *batch) error {
	const query = `SELECT run, COUNT(*), MIN(intended_at) FROM changes WHERE result IS NULL GROUP BY run ORDER BY run`
	return b.each(ctx, query, nil, func(rows *sql.Rows) error {
		var (
			i     OpenIntents
			since int64
		)
		err := rows.Scan(&i.Run, &i.Changes, &since)
		i.Since = moment(since)
		o.Open = append(o.Open, i)
		return err
	})
}

func (o *Overview) waiting(ctx context.Context, b *batch) error {
	return b.each(ctx, selectRequests+` WHERE answered = 0 ORDER BY id`, nil, func(rows *sql.Rows) error {
		q, err := scanRequest(rows.Scan)
		o.Waiting = append(o.Waiting, q)
		return err
	})
}

// RequestsOf returns the requests that a run was the answer to.
func (r *Reader) RequestsOf(ctx context.Context, run int64) (answered []Request, err error) {
	if r.db == nil {
		return nil, nil
	}
	err = r.look(ctx, "read the requests of", func(b *batch) error {
		return b.each(ctx, selectRequests+` WHERE run = $1 ORDER BY id`, []any{run}, func(rows *sql.Rows) error {
			q, err := scanRequest(rows.Scan)
			answered = append(answered, q)
			return err
		})
	})
	return answered, err
}

// errEnough ends a query of which no more rows are wanted.
var errEnough = errors.New("enough")

// Newest calls enough for each run, the newest first, until it says true.
func (r *Reader) Newest(ctx context.Context, enough func(Run) bool) error {
	if r.db == nil {
		return nil
	}
	return r.look(ctx, "read the runs of", func(b *batch) error {
		err := b.each(ctx, selectRuns+` ORDER BY id DESC`, nil, func(rows *sql.Rows) error {
			run, err := scanRun(rows)
			if err == nil && enough(run) {
				err = errEnough
			}
			return err
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	})
}

func scanRun(rows *sql.Rows) (r Run, err error) {
	var started, ended int64
	err = rows.Scan(&r.ID, &r.Trigger, &r.UID, &r.User, &r.Reason, &started, &ended, &r.Result, &r.Summary)
	r.Started, r.Ended = moment(started), moment(ended)
	return r, err
}
