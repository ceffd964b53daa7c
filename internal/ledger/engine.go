package ledger

import (
	"context"
	"database/sql"
	"strings"
)

// engine is a database that can hold a ledger: all that differs between SQLite
// and PostgreSQL. The rest of the package speaks to both in one SQL.
type engine interface {
	// String names the ledger in messages; it holds no secret.
	String() string
	// exists says whether there may be a ledger to read.
	exists() (bool, error)
	// prepare makes what must be there before a writer connects.
	prepare() error
	// connect opens a pool; a reader's cannot write to a file.
	connect(readOnly bool) (*sql.DB, error)
	// snapshot are the options of a transaction that reads all of one moment.
	snapshot() *sql.TxOptions
	// prepares says whether the driver prepares a statement that comes again by itself.
	prepares() bool
	// queue waits until no other transaction writes, and keeps them out until tx ends.
	queue(ctx context.Context, tx *sql.Tx) error
	// tables are the names of the tables where the ledger's are, or should be.
	tables(ctx context.Context, tx *sql.Tx) (map[string]bool, error)
	// lock is Ledger.Lock.
	lock(ctx context.Context, db *sql.DB) (hold, error)
	// holder is Holder.
	holder(ctx context.Context) (who string, held bool)
	// highest is the highest number of a run as it is known beside the database; 0: nothing is.
	highest() (run int64, err error)
	setHighest(run int64) error
	// scrub removes what the files still hold of rows that a transaction has emptied.
	scrub(ctx context.Context, db *sql.DB) error
	// backup is Reader.Backup of a ledger that is there.
	backup(ctx context.Context, file string) error
	// passing says whether an error while opening comes from what others do and is over at once.
	passing(err error) bool
	// explain adds to an error of the database what the operator can do about it.
	explain(err error) error
}

// newEngine is the engine for a configured state: a URL or a file.
func newEngine(state string) (engine, error) {
	if scheme, _, ok := strings.Cut(state, "://"); ok && (scheme == "postgres" || scheme == "postgresql") {
		return newPostgres(state)
	}
	return sqliteFile(state), nil
}
