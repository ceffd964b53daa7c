package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Leaving is what is ours of the people of a directory that is gone from the configuration.
// Neither a directory nor Kiteworks is asked.
func Leaving(ctx context.Context, c *config.Config, directory string) (a plan.Adoption, err error) {
	o, err := retiring(ctx, c, directory)
	if err != nil {
		return a, err
	}
	book, err := ledger.OpenReader(ctx, o)
	if err != nil {
		return a, fmt.Errorf("open the ledger: %w", err)
	}
	memory, err := book.Recall(ctx, nil)
	if err := errors.Join(err, book.Close()); err != nil {
		return a, err
	}
	a = plan.Ours(memory)
	a.Grants = slices.DeleteFunc(a.Grants, func(g access.Owned) bool { return g.Person.Source != directory })
	a.Accounts = slices.DeleteFunc(a.Accounts, func(l plan.Link) bool { return l.Person.Source != directory })
	return a, nil
}

// Retire gives that up and lets the ledger speak of the directory no more. Nobody else may
// act meanwhile: a daemon with the configuration of before would give it all anew.
func Retire(ctx context.Context, c *config.Config, reason, directory string) error {
	o, err := retiring(ctx, c, directory)
	if err != nil {
		return err
	}
	book, err := ledger.Open(ctx, o)
	if err != nil {
		return fmt.Errorf("open the ledger: %w", err)
	}
	return errors.Join(retire(ctx, book, reason, directory), book.Close())
}

func retire(ctx context.Context, book *ledger.Ledger, reason, directory string) error {
	lease, err := book.Lock(ctx)
	if err != nil {
		return fmt.Errorf("stop the daemon first: %w", err)
	}
	return errors.Join(book.Retire(ctx, asker(reason), directory), lease.Release())
}

// retiring are options with which the ledger opens although directories are gone from the
// configuration. One that is there still, or that the ledger does not know, is an error.
func retiring(ctx context.Context, c *config.Config, directory string) (ledger.Options, error) {
	o, err := ledgerOptions(c)
	if err != nil {
		return o, err
	}
	if slices.Contains(o.Directories, directory) {
		return o, fmt.Errorf("the directory %q is in the configuration: take it out there first, or its people are given everything anew", directory)
	}
	bound, err := ledger.Bound(ctx, o.State)
	if err != nil {
		return o, fmt.Errorf("open the ledger: %w", err)
	}
	if !slices.Contains(bound, directory) {
		return o, fmt.Errorf("the ledger knows no directory %q: it speaks of %q", directory, bound)
	}
	o.Directories = bound // and none besides, of which it would speak even if this is refused
	return o, nil
}
