package ledger

import (
	"context"
	"database/sql"
	"fmt"
)

// words turns the numbers of texts back. Equal texts share their memory.
type words struct {
	batch *batch
	all   []string         // by number, if all were read
	some  map[int64]string // else those that were asked for
}

func newWords(b *batch) *words {
	return &words{batch: b, some: map[int64]string{0: ""}}
}

// readAll reads all texts, for who will need most of them.
func (w *words) readAll(ctx context.Context) error {
	return w.batch.each(ctx, `SELECT id, text FROM texts ORDER BY id`, nil, func(rows *sql.Rows) error {
		var (
			id   int64
			text string
		)
		if err := rows.Scan(&id, &text); err != nil {
			return err
		}
		for int64(len(w.all)) <= id {
			w.all = append(w.all, "")
		}
		w.all[id] = text
		return nil
	})
}

// word is the text of a number. Unless all were read it must not be asked for
// between two rows of another query, for which PostgreSQL has no second ear.
func (w *words) word(ctx context.Context, id int64) (string, error) {
	if w.all != nil && id < int64(len(w.all)) {
		return w.all[id], nil
	}
	if text, ok := w.some[id]; ok {
		return text, nil
	}
	var text string
	found, err := w.batch.find(ctx, `SELECT text FROM texts WHERE id = $1`, []any{id}, &text)
	if err == nil && !found {
		err = fmt.Errorf("the text %d is missing: restore the ledger from a backup", id)
	}
	w.some[id] = text
	return text, err
}

// fill puts the texts of numbers where they belong.
func (w *words) fill(ctx context.Context, ids []int64, into ...*string) error {
	for i, id := range ids {
		text, err := w.word(ctx, id)
		if err != nil {
			return err
		}
		*into[i] = text
	}
	return nil
}
