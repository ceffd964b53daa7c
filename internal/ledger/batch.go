package ledger

import (
	"context"
	"database/sql"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// batch is one transaction of many statements: each is prepared once, and each
// interned text looked up once.
type batch struct {
	tx    *sql.Tx
	stmts map[string]*sql.Stmt // nil: the driver prepares by itself
	ids   map[string]int64     // of texts; nothing is in it that the transaction does not see
}

func newBatch(tx *sql.Tx, e engine) *batch {
	b := &batch{tx: tx, ids: map[string]int64{"": 0}}
	if !e.prepares() {
		b.stmts = map[string]*sql.Stmt{}
	}
	return b
}

// batch is write for many statements.
func (l *Ledger) batch(ctx context.Context, what string, f func(*batch) error) error {
	return l.write(ctx, what, func(tx *sql.Tx) error { return f(newBatch(tx, l.engine)) })
}

// look is read for many statements.
func (r *Reader) look(ctx context.Context, what string, f func(*batch) error) error {
	return r.read(ctx, what, func(tx *sql.Tx) error { return f(newBatch(tx, r.engine)) })
}

// prepare makes the statement of a query, once, where that is not the driver's work.
func (b *batch) prepare(ctx context.Context, query string) (err error) {
	if b.stmts != nil && b.stmts[query] == nil {
		b.stmts[query], err = b.tx.PrepareContext(ctx, query) //nolint:sqlclosecheck // closed by the end of the transaction
	}
	return err
}

// exec runs a statement and returns how many rows it has touched.
func (b *batch) exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := b.prepare(ctx, query); err != nil {
		return 0, err
	}
	var res sql.Result
	var err error
	if s := b.stmts[query]; s != nil {
		res, err = s.ExecContext(ctx, args...)
	} else {
		res, err = b.tx.ExecContext(ctx, query, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// find scans the one row of a query, if there is one.
func (b *batch) find(ctx context.Context, query string, args []any, into ...any) (found bool, err error) {
	err = b.each(ctx, query, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(into...)
	})
	return found && err == nil, err
}

// each calls f for each row of a query.
func (b *batch) each(ctx context.Context, query string, args []any, f func(*sql.Rows) error) error {
	if err := b.prepare(ctx, query); err != nil {
		return err
	}
	if s := b.stmts[query]; s != nil {
		rows, err := s.QueryContext(ctx, args...)
		if err != nil {
			return err
		}
		return drain(rows, f)
	}
	rows, err := b.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	return drain(rows, f)
}

// id is the number of a text, which becomes known with it.
func (b *batch) id(ctx context.Context, text string) (int64, error) {
	if id, ok := b.ids[text]; ok {
		return id, nil
	}
	id, found, err := b.known(ctx, text)
	if err != nil || found {
		return id, err
	}
	const insert = `INSERT INTO texts (id, text) SELECT MAX(id) + 1, $1 FROM texts RETURNING id`
	if _, err = b.find(ctx, insert, []any{text}, &id); err == nil {
		b.ids[text] = id
	}
	return id, err
}

// known is the number of a text if it has one.
func (b *batch) known(ctx context.Context, text string) (id int64, found bool, err error) {
	if id, ok := b.ids[text]; ok {
		return id, true, nil
	}
	found, err = b.find(ctx, `SELECT id FROM texts WHERE text = $1`, []any{text}, &id)
	if found {
		b.ids[text] = id
	}
	return id, found, err
}

// knowAll reads all texts, for who will need most of them.
func (b *batch) knowAll(ctx context.Context) error {
	return b.each(ctx, `SELECT id, text FROM texts`, nil, func(rows *sql.Rows) error {
		var (
			id   int64
			text string
		)
		err := rows.Scan(&id, &text)
		b.ids[text] = id
		return err
	})
}

// intern gives numbers to those of many texts that have none.
func (b *batch) intern(ctx context.Context, texts iter.Seq[string]) error {
	missing, err := b.unknown(ctx, texts)
	if err != nil || len(missing) == 0 {
		return err
	}
	var next int64
	if _, err := b.find(ctx, `SELECT MAX(id) + 1 FROM texts`, nil, &next); err != nil {
		return err
	}
	in := b.inserter(`INSERT INTO texts (id, text)`, 2)
	for _, text := range missing {
		if err := in.add(ctx, next, text); err != nil {
			return err
		}
		b.ids[text] = next
		next++
	}
	return in.flush(ctx)
}

// unknown are the texts that have no number, sorted.
func (b *batch) unknown(ctx context.Context, texts iter.Seq[string]) ([]string, error) {
	const many = 1000 // from here on it is faster to read them all than to ask for each
	asked := map[string]bool{}
	for text := range texts {
		if _, ok := b.ids[text]; !ok {
			asked[text] = true
		}
	}
	if len(asked) >= many {
		if err := b.knowAll(ctx); err != nil {
			return nil, err
		}
	}
	var missing []string
	for _, text := range slices.Sorted(maps.Keys(asked)) {
		found := false
		var err error
		if len(asked) < many {
			_, found, err = b.known(ctx, text)
		} else {
			_, found = b.ids[text]
		}
		if err != nil {
			return nil, err
		}
		if !found {
			missing = append(missing, text)
		}
	}
	return missing, nil
}

// inserter writes rows many at a time.
type inserter struct {
	batch   *batch
	into    string
	columns int
	args    []any
}

// perInsert is how many rows one statement carries. More would save PostgreSQL
// some journeys and cost SQLite time, which looks for each argument by its name.
const perInsert = 8

func (b *batch) inserter(into string, columns int) *inserter {
	return &inserter{batch: b, into: into, columns: columns, args: make([]any, 0, columns*perInsert)}
}

func (in *inserter) add(ctx context.Context, row ...any) error {
	in.args = append(in.args, row...)
	if len(in.args) < in.columns*perInsert {
		return nil
	}
	return in.flush(ctx)
}

// flush writes what is left.
func (in *inserter) flush(ctx context.Context) error {
	if len(in.args) == 0 {
		return nil
	}
	_, err := in.batch.exec(ctx, in.into+placeholders(len(in.args)/in.columns, in.columns), in.args...)
	in.args = in.args[:0]
	return err
}

// placeholders is " VALUES ($1, $2), ($3, $4)" and so on.
func placeholders(rows, columns int) string {
	var s strings.Builder
	s.WriteString(" VALUES ")
	for i := range rows * columns {
		switch {
		case i == 0:
			s.WriteString("(")
		case i%columns == 0:
			s.WriteString("), (")
		default:
			s.WriteString(", ")
		}
		s.WriteString("$" + strconv.Itoa(i+1))
	}
	s.WriteString(")")
	return s.String()
}
