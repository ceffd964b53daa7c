package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Failing is a person, folder or rule whose changes fail again and again (promise P9).
type Failing struct {
	ID       int64
	Scope    HoldScope // person, folder or rule
	Key      string
	Failures int // in a row; 0: it is over
	Since    time.Time
	Until    time.Time // it is left alone so long; zero: the next run tries it
	Why      string
}

// Failing returns what fails, the oldest first.
func (r *Reader) Failing(ctx context.Context) (failing []Failing, err error) {
	if r.db == nil {
		return nil, nil
	}
	const query = `SELECT id, scope, subject, failures, since, until, why FROM failing ORDER BY id`
	err = r.look(ctx, "read what fails in", func(b *batch) error {
		return b.each(ctx, query, nil, func(rows *sql.Rows) error {
			var (
				f            Failing
				since, until int64
			)
			err := rows.Scan(&f.ID, &f.Scope, &f.Key, &f.Failures, &since, &until, &f.Why)
			f.Since, f.Until = moment(since), moment(until)
			failing = append(failing, f)
			return err
		})
	})
	return failing, err
}

// SaveFailing remembers how it stands with what was tried: what has no failures is
// forgotten. What it does not speak of stays as it is.
func (l *Ledger) SaveFailing(ctx context.Context, tried []Failing) error {
	const (
		remove = `DELETE FROM failing WHERE scope = $1 AND subject = $2`
		upsert = `INSERT INTO failing (id, scope, subject, failures, since, until, why)
			SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, $6 FROM failing WHERE TRUE
			ON CONFLICT (scope, subject) DO UPDATE SET failures = excluded.failures, since = excluded.since,
				until = excluded.until, why = excluded.why`
	)
	return l.batch(ctx, "remember what fails in", func(b *batch) (err error) {
		for _, f := range tried {
			if f.Failures == 0 {
				_, err = b.exec(ctx, remove, string(f.Scope), f.Key)
			} else {
				_, err = b.exec(ctx, upsert, string(f.Scope), f.Key, f.Failures, epoch(f.Since), epoch(f.Until), f.Why)
			}
			if err != nil {
				return fmt.Errorf("%s %s: %w", f.Scope, f.Key, err)
			}
		}
		return nil
	})
}

// Retry lets the next run try what is left alone. A number that nothing has is an
// error, and then nothing is tried.
func (l *Ledger) Retry(ctx context.Context, ids ...int64) error {
	return l.batch(ctx, "retry in", func(b *batch) error {
		for _, id := range ids {
			n, err := b.exec(ctx, `UPDATE failing SET until = 0 WHERE id = $1`, id)
			if err == nil && n == 0 {
				err = fmt.Errorf("nothing fails under %d: look at `kw-onboarder quarantine`", id)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
