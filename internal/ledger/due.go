package ledger

import (
	"context"
	"database/sql"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Due returns, by their date, the people whom a date that has come may have changed.
func (r *Reader) Due(ctx context.Context, now time.Time) ([]access.PersonID, error) {
	if r.db == nil {
		return nil, nil
	}
	var due []access.PersonID
	const query = `SELECT source, person_id FROM due WHERE at <= $1 ORDER BY at, source, person_id`
	err := r.look(ctx, "read who is due in", func(b *batch) error {
		return b.each(ctx, query, []any{epoch(now)}, func(rows *sql.Rows) error {
			var p access.PersonID
			err := rows.Scan(&p.Source, &p.ID)
			due = append(due, p)
			return err
		})
	})
	return due, err
}

// Schedule remembers when a date may next change something for the people who
// were judged; who of them is not in next, or has a zero date there, is no
// longer due. judged nil means that everybody was.
func (l *Ledger) Schedule(ctx context.Context, judged []access.PersonID, next map[access.PersonID]time.Time) error {
	return l.batch(ctx, "schedule in", func(b *batch) error {
		before, err := scheduled(ctx, b, judged)
		if err != nil {
			return err
		}
		const (
			upsert = `INSERT INTO due (source, person_id, at) VALUES ($1, $2, $3)
				ON CONFLICT (source, person_id) DO UPDATE SET at = excluded.at`
			remove = `DELETE FROM due WHERE source = $1 AND person_id = $2`
		)
		if judged == nil {
			for p := range next {
				judged = append(judged, p)
			}
			for p := range before {
				if _, again := next[p]; !again {
					judged = append(judged, p)
				}
			}
		}
		for _, p := range judged {
			at := epoch(next[p])
			switch at {
			case before[p]:
			case 0:
				_, err = b.exec(ctx, remove, p.Source, p.ID)
			default:
				_, err = b.exec(ctx, upsert, p.Source, p.ID, at)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// scheduled is when the people were due so far; nil means everybody.
func scheduled(ctx context.Context, b *batch, people []access.PersonID) (map[access.PersonID]int64, error) {
	have := map[access.PersonID]int64{}
	if people == nil {
		err := b.each(ctx, `SELECT source, person_id, at FROM due`, nil, func(rows *sql.Rows) error {
			var (
				p  access.PersonID
				at int64
			)
			err := rows.Scan(&p.Source, &p.ID, &at)
			have[p] = at
			return err
		})
		return have, err
	}
	for _, p := range people {
		var at int64
		if _, err := b.find(ctx, `SELECT at FROM due WHERE source = $1 AND person_id = $2`, []any{p.Source, p.ID}, &at); err != nil {
			return nil, err
		}
		have[p] = at
	}
	return have, nil
}
