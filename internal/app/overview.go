package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// OpenHistory opens the ledger to be asked about the past: neither a directory nor
// Kiteworks is asked, and no secret of theirs is read. Close it after use.
func OpenHistory(ctx context.Context, c *config.Config) (history.Book, func() error, error) {
	o, err := ledgerOptions(c)
	if err != nil {
		return history.Book{}, nil, err
	}
	reader, err := ledger.OpenReader(ctx, o)
	if err != nil {
		return history.Book{}, nil, fmt.Errorf("open the ledger: %w", err)
	}
	_, acting := ledger.Holder(ctx, o.State)
	return history.Book{Ledger: reader, Acting: acting, Location: c.Location}, reader.Close, nil
}

// Standing looks how things stand. A ledger that cannot be read is part of the answer.
func Standing(ctx context.Context, c *config.Config, now time.Time) history.Standing {
	s := stand(ctx, c, now)
	book, closeBook, err := OpenHistory(ctx, c)
	if err != nil {
		s.Err = err
		return s
	}
	s.Err = errors.Join(s.Look(ctx, book), closeBook())
	return s
}

// Forget removes what names somebody from the history; the daemon may be running.
func Forget(ctx context.Context, c *config.Config, of ledger.Subject) error {
	return write(ctx, c, func(book *ledger.Ledger) error { return book.Forget(ctx, of) })
}
