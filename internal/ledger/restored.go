package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Restored says why the ledger may have forgotten what was done: it was opened from a
// backup, or it has fewer runs than its lock file knows of. since is the last moment that
// it surely remembers, zero if there is none. why is "" for a ledger that can be relied on,
// and again after Trust.
func (r *Reader) Restored(ctx context.Context) (since time.Time, why string, err error) {
	if r.db == nil {
		return r.behind(0, 0)
	}
	err = r.read(ctx, "read", func(tx *sql.Tx) (err error) {
		since, why, err = r.restored(ctx, tx)
		return err
	})
	return since, why, err
}

func (r *Reader) restored(ctx context.Context, tx *sql.Tx) (since time.Time, why string, err error) {
	var moments int64
	err = tx.QueryRowContext(ctx, `SELECT since, why FROM restored`).Scan(&moments, &why)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return moment(moments), why, err
	}
	run, started, err := newestRun(ctx, tx)
	if err != nil {
		return time.Time{}, "", err
	}
	return r.behind(run, started)
}

// behind compares the newest run with the highest that is known beside the database.
func (r *Reader) behind(run, started int64) (since time.Time, why string, err error) {
	highest, err := r.engine.highest()
	if err != nil || highest <= run {
		return time.Time{}, "", err
	}
	return moment(started), fmt.Sprintf("its newest run is %d and there was a run %d: "+
		"an older copy, or an empty ledger, was put in its place", run, highest), nil
}

// newestRun is the highest number of a run, and when it started; 0 if there is none.
func newestRun(ctx context.Context, tx *sql.Tx) (run, started int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT id, started FROM runs ORDER BY id DESC LIMIT 1`).Scan(&run, &started)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return run, started, err
}

// keepRestored remembers that the ledger was restored, whatever runs will come.
func (l *Ledger) keepRestored(ctx context.Context, tx *sql.Tx) error {
	since, why, err := l.restored(ctx, tx)
	if err != nil || why == "" {
		return err
	}
	return markRestored(ctx, tx, since, why)
}

func markRestored(ctx context.Context, tx *sql.Tx, since time.Time, why string) error {
	const insert = `INSERT INTO restored (one, since, why) VALUES (1, $1, $2) ON CONFLICT DO NOTHING`
	_, err := tx.ExecContext(ctx, insert, epoch(since), why)
	return err
}

// Trust ends what Restored says: an administrator has seen to it that the ledger, as it
// is, holds what is ours.
func (l *Ledger) Trust(ctx context.Context) error {
	var newest int64
	err := l.write(ctx, "trust", func(tx *sql.Tx) (err error) {
		if newest, _, err = newestRun(ctx, tx); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM restored`)
		return err
	})
	if err != nil {
		return err
	}
	return l.annotate("trust", l.engine.setHighest(newest))
}
