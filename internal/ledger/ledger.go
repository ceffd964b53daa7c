package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Options say which ledger, and of what it must speak.
type Options struct {
	Path        string   // the SQLite file; made if it is missing
	Tenant      string   // URL of the Kiteworks server
	Directories []string // names of the configured directories, which are the sources of people
}

func (o Options) validate() error {
	if o.Path == "" || o.Tenant == "" || len(o.Directories) == 0 {
		return errors.New("a ledger needs a path, a tenant and at least one directory")
	}
	return nil
}

// Ledger is the memory of a process that writes. It is safe for concurrent
// use, and several processes may have one file open; Lock tells which of them
// may write to Kiteworks.
type Ledger struct{ Reader }

// Open opens the ledger and makes it if it is missing, lifts it to the newest
// schema and binds it at first to its tenant and directories. A file that is no
// ledger, that a newer program wrote, that is damaged or that speaks of another
// tenant or of a directory no longer configured is refused and left as it is.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	// While another process opens or closes the file, it turns to WAL or back; no busy
	// time-out covers that moment.
	return backoff.Retry(ctx, func() (*Ledger, error) {
		l, err := openOnce(ctx, o)
		if err != nil && !busy(err) {
			err = backoff.Permanent(err)
		}
		return l, err
	}, backoff.WithMaxElapsedTime(opening))
}

// opening is how long others may take who open or close the file.
const opening = 5 * time.Second

func openOnce(ctx context.Context, o Options) (*Ledger, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if err := inspect(ctx, o.Path); err != nil {
		return nil, err
	}
	// The lock file comes into being with the ledger and so has its owner: a
	// command that root runs later does not shut out the daemon's user.
	if err := errors.Join(create(o.Path), create(o.Path+lockSuffix)); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	db, err := connect(o.Path, readWrite)
	if err != nil {
		return nil, fmt.Errorf("open ledger %s: %w", o.Path, err)
	}
	l := &Ledger{Reader{db: db, path: o.Path}}
	err = l.write(ctx, "open", func(tx *sql.Tx) error {
		if err := migrate(ctx, tx); err != nil {
			return err
		}
		return bind(ctx, tx, o)
	})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// inspect refuses what is no ledger, or one that is too new, by a connection
// that cannot write: to open for writing would turn even a stranger's database to WAL.
func inspect(ctx context.Context, path string) error {
	r, err := openReader(ctx, path, func(tx *sql.Tx, _ int) error { return nil })
	if err != nil {
		return err
	}
	return r.Close()
}

// write runs f in a transaction that is on disk when write returns, or had no
// effect. what, a verb, begins the error.
func (l *Ledger) write(ctx context.Context, what string, f func(*sql.Tx) error) error {
	return l.annotate(what, transact(ctx, l.db, nil, f))
}
