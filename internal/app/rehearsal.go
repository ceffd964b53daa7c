package app

import (
	"context"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// Rehearsal makes plans with the brakes and the ledger as they are, for directories that
// are not so. Neither the directories nor Kiteworks are asked, and nothing is written.
type Rehearsal struct {
	config  *config.Config
	book    *ledger.Reader
	further *access.Catalog
	mode    guard.Mode
}

// OpenRehearsal opens the ledger to look into it; further is what else is known of
// Kiteworks. Close it after use.
func OpenRehearsal(ctx context.Context, c *config.Config, further *access.Catalog) (*Rehearsal, error) {
	o, err := ledgerOptions(c)
	if err != nil {
		return nil, err
	}
	book, err := ledger.OpenReader(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	// In mode observe nothing would get as far as the other brakes.
	return &Rehearsal{c, book, further, max(c.Mode, guard.CreateOnly)}, nil
}

// Mode is in which mode it plans: the configured one, but create-only for observe.
func (r *Rehearsal) Mode() guard.Mode { return r.mode }

// Close closes the ledger.
func (r *Rehearsal) Close() error { return r.book.Close() }

// Plan says what a run would do that finds this directory; first: if it were the first run
// on the tenant, of which nothing is remembered.
func (r *Rehearsal) Plan(ctx context.Context, d kwsync.Directory, first bool) (kwsync.Report, error) {
	known := kwsync.Recollection{Memory: r.book, Further: r.further}
	p, err := planner(r.config, Settings{}, d, known, r.book)
	if err != nil {
		return kwsync.Report{}, err
	}
	p.Limits.Mode = r.mode
	p.Brakes = newBrakes(r.config, p, r.book)
	if first {
		p.Recall, p.Brakes = nothing{}, nil
	}
	return p.Plan(ctx)
}

// nothing is what is remembered before the first run.
type nothing struct{}

func (nothing) Recall(context.Context, *plan.Scope) (plan.Memory, error) {
	return plan.NewMemory(), nil
}
