package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// migrations are applied in the order of their names, one for each version of
// the schema, forward only. A published one is never edited.
//
//go:embed migrations/*.sql
var migrations embed.FS

// schema returns the migrations in their order; the n-th leads to version n+1.
func schema() ([]string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(names))
	for i, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		texts[i] = string(text)
	}
	return texts, nil
}

// migrate lifts the schema to the newest version. Two processes may do so at
// once: the second finds nothing left to do.
func migrate(ctx context.Context, tx *sql.Tx, e engine) error {
	texts, err := schema()
	if err != nil {
		return err
	}
	have, err := version(ctx, tx, e)
	if err != nil || have == len(texts) {
		return err
	}
	for v := have; v < len(texts); v++ {
		if _, err := tx.ExecContext(ctx, texts[v]); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", v+1, err)
		}
	}
	_, err = tx.ExecContext(ctx, `UPDATE kw_onboarder SET schema_version = $1`, len(texts))
	return err
}

// checkCurrent refuses an older schema, for whoever may not lift it.
func checkCurrent(have int) error {
	texts, err := schema()
	if err == nil && have < len(texts) {
		return fmt.Errorf("it has schema %d and this program reads %d: start the daemon of this version once, it lifts the schema",
			have, len(texts))
	}
	return err
}

// version is the version of the schema, 0 for an empty database. A database of
// something else and a schema newer than this program are errors.
func version(ctx context.Context, tx *sql.Tx, e engine) (int, error) {
	tables, err := e.tables(ctx, tx)
	if err != nil || len(tables) == 0 {
		return 0, err
	}
	if !tables["kw_onboarder"] {
		return 0, errors.New("it is a database, but no kw-onboarder ledger: name another one, or an empty one, in `state`; this one was not changed")
	}
	var have int
	if err := tx.QueryRowContext(ctx, `SELECT schema_version FROM kw_onboarder`).Scan(&have); err != nil {
		return 0, fmt.Errorf("read the version of its schema: %w", err)
	}
	texts, err := schema()
	if err == nil && have > len(texts) {
		err = fmt.Errorf("it has schema %d and this program knows up to %d: use the newer kw-onboarder that wrote it; it was not changed",
			have, len(texts))
	}
	return have, err
}
