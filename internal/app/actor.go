package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// actor is what makes a daemon the one that acts: the ledger, and the right to write
// to Kiteworks for it. It belongs to the daemon and outlives each configuration.
type actor struct {
	mu      sync.Mutex // a reload may come while a run begins
	options ledger.Options
	book    *ledger.Ledger // nil: it could not be opened yet
	lease   *ledger.Lock   // nil: another process has it, or we have lost it
}

// ready opens the ledger if it is not open and takes the lease if it is free. The
// error is a *ledger.LockedError where another process acts. What is wrong with the
// ledger may be mended while the daemon lives, so it is tried each time.
func (a *actor) ready(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.book == nil {
		book, err := ledger.Open(ctx, a.options)
		if err != nil {
			return fmt.Errorf("open the ledger: %w", err)
		}
		a.book = book
	}
	if a.holds() {
		return nil
	}
	a.yield()
	lease, err := a.book.Lock(ctx)
	if err != nil {
		return err
	}
	a.lease = lease
	return nil
}

// acting says whether the lease is ours, and still good.
func (a *actor) acting() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.holds()
}

func (a *actor) holds() bool {
	if a.lease == nil {
		return false
	}
	until := a.lease.Until()
	return until.IsZero() || time.Now().Before(until)
}

// yield gives the lease back, so that another process has it at once.
func (a *actor) yield() {
	if a.lease != nil {
		_ = a.lease.Release() // what cannot be given back ends by itself
		a.lease = nil
	}
}

// rebind lets the ledger speak of what the configuration now names. A ledger that
// is not open yet is bound when it is opened.
func (a *actor) rebind(ctx context.Context, o ledger.Options) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if o.State != a.options.State {
		return errors.New("state changed, which takes a restart")
	}
	if a.book != nil {
		if err := a.book.Bind(ctx, o); err != nil {
			return err
		}
	}
	a.options = o
	return nil
}

func (a *actor) close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.yield()
	if a.book == nil {
		return nil
	}
	return a.book.Close()
}
