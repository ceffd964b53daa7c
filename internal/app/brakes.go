package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// What the brakes remember, for commands to show.
type (
	ParkedItem = ledger.Parked
	Hold       = ledger.Hold
	Failing    = ledger.Failing
)

// Parked lists what is parked, and what was rejected and is held since, without the changes.
func Parked(ctx context.Context, c *config.Config) (items []ParkedItem, err error) {
	err = read(ctx, c, func(book *ledger.Reader) error {
		items, err = history.Book{Ledger: book}.Parked(ctx, time.Now())
		return err
	})
	return items, err
}

// ParkedChanges returns one item with its changes.
func ParkedChanges(ctx context.Context, c *config.Config, id int64) (item ParkedItem, err error) {
	err = read(ctx, c, func(book *ledger.Reader) error {
		item, err = book.ParkedItem(ctx, id)
		return err
	})
	return item, err
}

// Approve approves a parked item and asks the daemon, if one acts, for a run that applies
// what of it still holds. request is its number in the inbox; 0: no daemon acts.
func Approve(ctx context.Context, c *config.Config, id int64, reason string) (item ParkedItem, request int64, err error) {
	err = write(ctx, c, func(book *ledger.Ledger) error {
		if item, err = book.Decide(ctx, id, true, asker(reason), time.Now()); err != nil {
			return err
		}
		if request, err = askForRun(ctx, c, book, reason); err != nil {
			err = fmt.Errorf("item %d is approved, and the daemon could not be asked to apply it: %w", id, err)
		}
		return err
	})
	return item, request, err
}

// askForRun asks the daemon for a full run, if one acts.
func askForRun(ctx context.Context, c *config.Config, book *ledger.Ledger, reason string) (id int64, err error) {
	state, err := c.State.Resolve()
	if err != nil || !ledger.Attended(ctx, state) {
		return 0, err
	}
	r, err := request(c, kwsync.Trigger{Name: VerbApply, Full: true}, reason)
	if err != nil {
		return 0, fmt.Errorf("encode the request: %w", err)
	}
	return book.File(ctx, r)
}

// Reject rejects a parked item: its changes are held until Readmit.
func Reject(ctx context.Context, c *config.Config, id int64, reason string) (item ParkedItem, err error) {
	err = write(ctx, c, func(book *ledger.Ledger) error {
		item, err = book.Decide(ctx, id, false, asker(reason), time.Now())
		return err
	})
	return item, err
}

// Readmit takes the rejection of an item back and returns how many changes it has held.
func Readmit(ctx context.Context, c *config.Config, id int64, reason string) (n int, err error) {
	err = write(ctx, c, func(book *ledger.Ledger) error {
		n, err = book.Readmit(ctx, id, asker(reason), time.Now())
		return err
	})
	return n, err
}

// Allow widens the budget of a kind by n changes for a time, and returns when that ends.
func Allow(ctx context.Context, c *config.Config, kind string, n int, length time.Duration, reason string) (until time.Time, err error) {
	now := time.Now()
	until = now.Add(length)
	err = write(ctx, c, func(book *ledger.Ledger) error {
		return book.Allow(ctx, kind, n, until, asker(reason), now)
	})
	return until, err
}

// Pause stops every change, or what narrows, for a time.
func Pause(ctx context.Context, c *config.Config, narrowing bool, length time.Duration, reason string) (h Hold, err error) {
	now := time.Now()
	h = Hold{Scope: ledger.HoldAll, Why: "paused", Since: now, Until: now.Add(length), By: asker(reason)}
	if narrowing {
		h.Scope = ledger.HoldNarrowing
	}
	err = write(ctx, c, func(book *ledger.Ledger) error {
		h.ID, err = book.AddHold(ctx, h)
		return err
	})
	return h, err
}

// Resume ends every pause, and returns those that it has ended.
func Resume(ctx context.Context, c *config.Config, reason string) (ended []Hold, err error) {
	err = write(ctx, c, func(book *ledger.Ledger) error {
		now := time.Now()
		holds, err := book.Holds(ctx, now)
		if err != nil {
			return err
		}
		for _, h := range holds {
			if h.Scope != ledger.HoldAll && h.Scope != ledger.HoldNarrowing {
				continue
			}
			if err := book.EndHold(ctx, h.ID, asker(reason), now); err != nil {
				return err
			}
			ended = append(ended, h)
		}
		return nil
	})
	return ended, err
}

// Quarantine lists what fails, and is left alone for a while.
func Quarantine(ctx context.Context, c *config.Config) (failing []Failing, err error) {
	err = read(ctx, c, func(book *ledger.Reader) error {
		failing, err = book.Failing(ctx)
		return err
	})
	return failing, err
}

// Retry lets the next run try what is left alone.
func Retry(ctx context.Context, c *config.Config, ids ...int64) error {
	return write(ctx, c, func(book *ledger.Ledger) error { return book.Retry(ctx, time.Now(), ids...) })
}

// read opens the ledger to look into it, beside a daemon that may be working.
func read(ctx context.Context, c *config.Config, look func(*ledger.Reader) error) error {
	o, err := ledgerOptions(c)
	if err != nil {
		return err
	}
	book, err := ledger.OpenReader(ctx, o)
	if err != nil {
		return fmt.Errorf("open the ledger: %w", err)
	}
	return errors.Join(look(book), book.Close())
}

// HoldPath is the file that stops every change while it is there: HOLD beside the ledger,
// or, where that is in a database, beside the configuration.
func HoldPath(c *config.Config) string {
	beside := c.State.File()
	if beside == "" {
		beside = c.File
	}
	return filepath.Join(filepath.Dir(beside), "HOLD")
}

// HoldFile says whether the file of HoldPath is there, and since when; zero: that is not
// known. One that cannot be looked at counts as there: the brake holds in doubt.
func HoldFile(c *config.Config) (present bool, since time.Time) {
	info, err := os.Lstat(HoldPath(c))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, time.Time{}
	case err != nil:
		return true, time.Time{}
	}
	return true, info.ModTime()
}
