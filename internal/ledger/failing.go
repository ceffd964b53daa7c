package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Failing is a person, folder, rule or change of which all that is tried fails (promise P9).
type Failing struct {
	ID       int64
	Scope    HoldScope // person, folder, rule or change
	Key      string
	Failures int // in a row
	Since    time.Time
	Until    time.Time // it is not tried before
	Why      string    // of the last failure
}

// Failing returns what fails, the oldest first.
func (r *Reader) Failing(ctx context.Context) (failing []Failing, err error) {
	if r.db == nil {
		return nil, nil
	}
	err = r.look(ctx, "read what fails in", func(b *batch) error {
		failing, err = readFailing(ctx, b)
		return err
	})
	return failing, err
}

func readFailing(ctx context.Context, b *batch) (failing []Failing, err error) {
	const query = `SELECT id, scope, subject, failures, since, until, why FROM failing ORDER BY id`
	err = b.each(ctx, query, nil, func(rows *sql.Rows) error {
		var (
			f            Failing
			since, until int64
		)
		err := rows.Scan(&f.ID, &f.Scope, &f.Key, &f.Failures, &since, &until, &f.Why)
		f.Since, f.Until = moment(since), moment(until)
		failing = append(failing, f)
		return err
	})
	return failing, err
}

// SaveFailing remembers what fails now, and that nothing else does. What has not failed
// again keeps its moment: somebody may have asked meanwhile that it be tried.
func (l *Ledger) SaveFailing(ctx context.Context, failing []Failing) error {
	const upsert = `INSERT INTO failing (id, scope, subject, failures, since, until, why)
		SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, $6 FROM failing WHERE TRUE
		ON CONFLICT (scope, subject) DO UPDATE SET failures = excluded.failures, since = excluded.since, why = excluded.why,
			until = CASE WHEN failing.failures = excluded.failures THEN failing.until ELSE excluded.until END
		RETURNING id`
	return l.batch(ctx, "remember what fails in", func(b *batch) error {
		before, err := readFailing(ctx, b)
		if err != nil {
			return err
		}
		now := map[int64]bool{}
		for _, f := range failing {
			args := []any{string(f.Scope), f.Key, f.Failures, epoch(f.Since), epoch(f.Until), f.Why}
			if _, err := b.find(ctx, upsert, args, &f.ID); err != nil {
				return fmt.Errorf("%s %s: %w", f.Scope, f.Key, err)
			}
			now[f.ID] = true
		}
		for _, f := range before {
			if now[f.ID] {
				continue
			}
			if _, err := b.exec(ctx, `DELETE FROM failing WHERE id = $1`, f.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// Retry lets the next run try what is left alone. A number that nothing has is an
// error, and then nothing is tried.
func (l *Ledger) Retry(ctx context.Context, now time.Time, ids ...int64) error {
	const update = `UPDATE failing SET until = CASE WHEN until < $2 THEN until ELSE $2 END WHERE id = $1`
	return l.batch(ctx, "retry in", func(b *batch) error {
		for _, id := range ids {
			n, err := b.exec(ctx, update, id, epoch(now))
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
