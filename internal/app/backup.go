package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// Backup copies the ledger to a new file, beside a daemon that may be working.
func Backup(ctx context.Context, c *config.Config, file string) error {
	o, err := ledgerOptions(c)
	if err != nil {
		return err
	}
	book, err := ledger.OpenReader(ctx, o)
	if err != nil {
		return fmt.Errorf("open the ledger: %w", err)
	}
	return errors.Join(book.Backup(ctx, file), book.Close())
}
