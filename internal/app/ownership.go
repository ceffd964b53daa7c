package app

import (
	"context"
	"errors"
	"os"
	"os/user"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Adopt takes grants and accounts into ownership. Who runs this process is kept
// with the reason. Only the ledger is written: Kiteworks stays as it is.
func Adopt(ctx context.Context, c *config.Config, reason string, a plan.Adoption) error {
	return write(ctx, c, func(book *ledger.Ledger) error {
		var accounts []string
		for _, l := range a.Accounts {
			accounts = append(accounts, l.Account)
		}
		return book.Adopt(ctx, asker(reason), a.Grants, accounts)
	})
}

// Doubt is why the ledger may have forgotten what was done: it was restored. "": it can be
// relied on.
func Doubt(ctx context.Context, c *config.Config) (why string, err error) {
	err = read(ctx, c, func(book *ledger.Reader) error {
		_, why, err = book.Restored(ctx)
		return err
	})
	return why, err
}

// Trust says that an administrator has seen what a restored ledger may have forgotten,
// and returns the Doubt that has ended by that.
func Trust(ctx context.Context, c *config.Config) (why string, err error) {
	err = write(ctx, c, func(book *ledger.Ledger) error {
		if _, why, err = book.Restored(ctx); err != nil || why == "" {
			return err
		}
		return book.Trust(ctx)
	})
	return why, err
}

// Disown gives up grants and accounts, likewise.
func Disown(ctx context.Context, c *config.Config, reason string, a plan.Adoption) error {
	return write(ctx, c, func(book *ledger.Ledger) error {
		var (
			keys     []plan.GrantKey
			accounts []string
		)
		for _, o := range a.Grants {
			keys = append(keys, plan.GrantKey{Account: o.Account, Folder: o.Folder})
		}
		for _, l := range a.Accounts {
			accounts = append(accounts, l.Account)
		}
		return book.Disown(ctx, asker(reason), keys, accounts)
	})
}

// write opens the ledger for one decision of an administrator.
func write(ctx context.Context, c *config.Config, decide func(*ledger.Ledger) error) error {
	book, err := openLedger(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(decide(book), book.Close())
}

// asker is the system's user that runs this process. One without a name is known
// by its number alone.
func asker(reason string) ledger.Actor {
	a := ledger.Actor{UID: os.Getuid(), Reason: reason}
	if u, err := user.Current(); err == nil {
		a.User = u.Username
	}
	return a
}
