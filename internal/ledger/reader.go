package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Reader is the memory of a dry run, beside a daemon that may be writing.
type Reader struct {
	db     *sql.DB // nil: there is no ledger yet
	engine engine
}

// OpenReader opens the ledger without the right to write. A missing file is an
// empty memory and stays missing. What Open refuses, it refuses too, and also
// a ledger with an older schema. SQLite may leave an empty -wal and a -shm
// file beside the ledger; the ledger itself is not touched.
func OpenReader(ctx context.Context, o Options) (*Reader, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	e, err := newEngine(o.State)
	if err != nil {
		return nil, err
	}
	return openReader(ctx, e, func(tx *sql.Tx, have int) error {
		if err := checkCurrent(have); err != nil {
			return err
		}
		return checkBinding(ctx, tx, o)
	})
}

// openReader opens what check, given the version of the schema, accepts. It
// does not ask about an empty database: that one holds nothing, like a missing file.
func openReader(ctx context.Context, e engine, check func(tx *sql.Tx, have int) error) (*Reader, error) {
	nothing := &Reader{engine: e}
	found, err := e.exists()
	if err != nil || !found {
		return nothing, nothing.annotate("open", err)
	}
	db, err := e.connect(true)
	if err != nil {
		return nil, nothing.annotate("open", err)
	}
	r := &Reader{db: db, engine: e}
	var have int
	err = r.read(ctx, "open", func(tx *sql.Tx) (err error) {
		if have, err = version(ctx, tx, e); err != nil || have == 0 {
			return err
		}
		return check(tx, have)
	})
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if have == 0 {
		return nothing, r.Close()
	}
	return r, nil
}

// Close closes the connections.
func (r *Reader) Close() error {
	if r.db == nil {
		return nil
	}
	return r.annotate("close", r.db.Close())
}

// read runs f in a transaction, so that all it reads is of one moment.
func (r *Reader) read(ctx context.Context, what string, f func(*sql.Tx) error) error {
	return r.annotate(what, transact(ctx, r.db, r.engine.snapshot(), f))
}

// annotate says of an error what was done, to which ledger, and what to do now.
func (r *Reader) annotate(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s ledger %s: %w", what, r.engine, r.engine.explain(err))
}

func transact(ctx context.Context, db *sql.DB, o *sql.TxOptions, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // behind a commit it does nothing
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// each calls f for each row of a query.
func each(ctx context.Context, tx *sql.Tx, query string, f func(*sql.Rows) error) error {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	return drain(rows, f)
}

// drain calls f for each row and closes rows.
func drain(rows *sql.Rows, f func(*sql.Rows) error) error {
	defer func() { _ = rows.Close() }() // its error is in rows.Err
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// names are the texts that a query finds.
func names(ctx context.Context, tx *sql.Tx, query string) (map[string]bool, error) {
	found := map[string]bool{}
	err := each(ctx, tx, query, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		found[name] = true
		return err
	})
	return found, err
}
