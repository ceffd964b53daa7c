package ledger

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Options say which ledger, and of what it must speak.
type Options struct {
	State       string   // an SQLite file, made if it is missing, or the URL of a PostgreSQL database; may hold a password
	Tenant      string   // URL of the Kiteworks server
	Directories []string // names of the configured directories, which are the sources of people
}

func (o Options) validate() error {
	if o.State == "" || o.Tenant == "" || len(o.Directories) == 0 {
		return errors.New("a ledger needs a state, a tenant and at least one directory")
	}
	return nil
}

// Ledger is the memory of a process that writes. It is safe for concurrent
// use, and several processes may have one file open; Lock tells which of them
// may write to Kiteworks.
type Ledger struct {
	Reader
	actor atomic.Pointer[Lock] // nil: it has not locked
}

// Open opens the ledger and makes it if it is missing, lifts it to the newest
// schema and binds it at first to its tenant and directories. A database that is
// no ledger, that a newer program wrote, that is damaged or that speaks of another
// tenant or of a directory no longer configured is refused and left as it is.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	e, err := newEngine(o.State)
	if err != nil {
		return nil, err
	}
	return backoff.Retry(ctx, func() (*Ledger, error) {
		l, err := openOnce(ctx, e, o)
		if err != nil && !e.passing(err) {
			err = backoff.Permanent(err)
		}
		return l, err
	}, backoff.WithMaxElapsedTime(opening))
}

// opening is how long others may take who open or close the ledger.
const opening = 5 * time.Second

func openOnce(ctx context.Context, e engine, o Options) (*Ledger, error) {
	if err := inspect(ctx, e); err != nil {
		return nil, err
	}
	l := &Ledger{Reader: Reader{engine: e}}
	if err := e.prepare(); err != nil {
		return nil, l.annotate("open", err)
	}
	var err error
	if l.db, err = e.connect(false); err != nil {
		return nil, l.annotate("open", err)
	}
	err = l.write(ctx, "open", func(tx *sql.Tx) error {
		if err := migrate(ctx, tx, e); err != nil {
			return err
		}
		if err := bind(ctx, tx, o); err != nil {
			return err
		}
		return l.keepRestored(ctx, tx)
	})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// inspect refuses what is no ledger, or one that is too new, by a connection
// that cannot write: to open for writing would turn even a stranger's file to WAL.
func inspect(ctx context.Context, e engine) error {
	r, err := openReader(ctx, e, func(tx *sql.Tx, _ int) error { return nil })
	if err != nil {
		return err
	}
	return r.Close()
}

// write runs f in a transaction that is on disk when write returns, or had no
// effect. what, a verb, begins the error.
func (l *Ledger) write(ctx context.Context, what string, f func(*sql.Tx) error) error {
	return l.annotate(what, l.fenced(ctx, f))
}
