package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Begin opens a run and returns its number; trigger is what started it.
func (l *Ledger) Begin(ctx context.Context, started time.Time, trigger string) (run int64, err error) {
	const insert = `INSERT INTO runs (id, started_by, started)
		SELECT COALESCE(MAX(id), 0) + 1, $1, $2 FROM runs RETURNING id`
	err = l.write(ctx, "begin a run in", func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, insert, trigger, epoch(started)).Scan(&run)
	})
	if err != nil {
		return 0, err
	}
	return run, l.annotate("begin a run in", l.engine.setHighest(run))
}

// End closes a run: how it ended, in one word, and its summary as JSON. It does not
// end before it began, though the clock may have been moved back.
func (l *Ledger) End(ctx context.Context, run int64, ended time.Time, result string, summary []byte) error {
	const update = `UPDATE runs SET ended = CASE WHEN $2 < started THEN started ELSE $2 END, result = $3, summary = $4 WHERE id = $1 AND ended IS NULL`
	return l.write(ctx, "end a run in", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, update, run, epoch(ended), result, string(summary))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			err = fmt.Errorf("run %d was never begun, or has ended", run)
		}
		return err
	})
}

// Intend commits, in one transaction, that these changes are about to be sent.
// Each Account and Folder must be known by now, unless the change itself makes
// it: Settle finds all that it needs in what Intend wrote. A key of which an
// intent is open is an error, and then none of the changes is intended.
func (l *Ledger) Intend(ctx context.Context, run int64, changes []plan.Change) error {
	return l.batch(ctx, "intend in", func(b *batch) error {
		var seq int64
		if _, err := b.find(ctx, `SELECT COALESCE(MAX(seq), 0) FROM changes WHERE run = $1`, []any{run}, &seq); err != nil {
			return err
		}
		now := epoch(time.Now())
		for i, c := range changes {
			if err := intend(ctx, b, run, seq+int64(i)+1, c, now); err != nil {
				return fmt.Errorf("change %s of run %d: %w", c.Key, run, err)
			}
		}
		return nil
	})
}

func intend(ctx context.Context, b *batch, run, seq int64, c plan.Change, now int64) error {
	payload, err := encode(c)
	if err != nil {
		return err
	}
	const insert = `INSERT INTO changes (run, seq, change_key, op, payload, intended_at, account, source, person_id, approved, expired)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	approved := c.Approved || c.Ordered // who orders something has looked at it
	_, err = b.exec(ctx, insert, run, seq, string(c.Key), c.Op.String(), payload, now, c.Account, c.Person.Source, c.Person.ID, approved, c.Expired)
	return err
}

// Open returns the changes of any earlier run that have no outcome, in the
// order in which they were intended.
func (l *Ledger) Open(ctx context.Context) ([]plan.Change, error) {
	type intent struct {
		run, seq int64
		change   plan.Change
	}
	var open []intent
	// Sorted here, since ORDER BY would walk the whole history instead of the
	// index of the open intents.
	const query = `SELECT run, seq, payload FROM changes WHERE result IS NULL`
	err := l.read(ctx, "read the open intents of", func(tx *sql.Tx) error {
		return each(ctx, tx, query, func(rows *sql.Rows) error {
			var (
				i    intent
				text string
			)
			err := rows.Scan(&i.run, &i.seq, &text)
			if err == nil {
				i.change, err = decode(text)
			}
			open = append(open, i)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(open, func(a, b intent) int { return cmp.Or(cmp.Compare(a.run, b.run), cmp.Compare(a.seq, b.seq)) })
	changes := make([]plan.Change, len(open))
	for i := range open {
		changes[i] = open[i].change
	}
	return changes, nil
}
