package app

import (
	"context"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// Backup copies the ledger to a new file, beside a daemon that may be working.
func Backup(ctx context.Context, c *config.Config, file string) error {
	return read(ctx, c, func(book *ledger.Reader) error { return book.Backup(ctx, file) })
}
