package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// LockedError says that another process, or another part of this one, is the
// one that writes to Kiteworks for this ledger.
type LockedError struct {
	Where  string // the lock file, or the database
	Holder string // who holds it; "" if that is not known
}

func (e *LockedError) Error() string {
	holder := e.Holder
	if holder == "" {
		holder = "another process"
	}
	return fmt.Sprintf("lock %s: %s holds it: wait until it ends, or end it", e.Where, holder)
}

// LostError says that this process no longer is the one that writes: it could
// not renew its lock in time, or another has taken it since.
type LostError struct {
	Where string // the lock file, or the database
	Why   string
}

func (e *LostError) Error() string {
	return fmt.Sprintf("the lock of %s is lost: %s; another may work by now, and this one must not until it has locked again", e.Where, e.Why)
}

// Lock is the right to be the only one that writes to Kiteworks for a ledger.
// It guards those writes, not the database.
type Lock struct {
	ledger *Ledger
	hold   hold
}

// hold is a lock as an engine has it.
type hold interface {
	// until is Lock.Until.
	until() time.Time
	// check keeps the lock with its holder until tx ends, or is a *LostError.
	check(ctx context.Context, tx *sql.Tx) error
	// lost is the *LostError of a lock that ended.
	lost() error
	release() error
}

// Lock makes the caller the only one that writes to Kiteworks for this ledger,
// until Release; else the error is a *LockedError. What this Ledger writes while
// it has the lock fails with a *LostError once the lock is lost.
func (l *Ledger) Lock(ctx context.Context) (*Lock, error) {
	hold, err := l.engine.lock(ctx, l.db)
	var locked *LockedError
	switch {
	case errors.As(err, &locked):
		return nil, err
	case err != nil:
		return nil, l.annotate("lock", err)
	}
	lock := &Lock{ledger: l, hold: hold}
	l.actor.Store(lock)
	return lock, nil
}

// Until is the moment, by the monotonic clock, until which this process may send
// writes to Kiteworks unless the lock is renewed before; zero: there is no end to
// it. It lies in the past once the lock is lost.
func (k *Lock) Until() time.Time { return k.hold.until() }

// Release lets the next one lock at once. A lost lock has nothing to release.
func (k *Lock) Release() error {
	k.ledger.actor.CompareAndSwap(k, nil)
	return k.ledger.annotate("release the lock of", k.hold.release())
}

// lost is a *LostError if the lock is known to be lost; nil for no lock.
func (k *Lock) lost() error {
	if k == nil {
		return nil
	}
	if until := k.Until(); until.IsZero() || time.Now().Before(until) {
		return nil
	}
	return k.hold.lost()
}

// fenced runs a transaction of this Ledger that writes: in its turn, and only
// while the lock is ours, if we had it.
func (l *Ledger) fenced(ctx context.Context, f func(*sql.Tx) error) error {
	lock := l.actor.Load()
	if err := lock.lost(); err != nil {
		return err
	}
	err := transact(ctx, l.db, nil, func(tx *sql.Tx) error {
		if err := l.engine.queue(ctx, tx); err != nil {
			return err
		}
		if lock != nil {
			if err := lock.hold.check(ctx, tx); err != nil {
				return err
			}
		}
		return f(tx)
	})
	if err != nil {
		return errors.Join(err, lock.lost())
	}
	return nil
}

// Attended says whether a process is known to have the lock of the ledger of a
// configured state.
func Attended(ctx context.Context, state string) bool {
	_, held := Holder(ctx, state)
	return held
}

// Holder says who is known to have the lock of the ledger of a configured state; who
// may be "" where no more is known than that somebody has.
func Holder(ctx context.Context, state string) (who string, held bool) {
	e, err := newEngine(state)
	if err != nil {
		return "", false
	}
	return e.holder(ctx)
}
