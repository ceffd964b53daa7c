package app

import (
	"context"
	"fmt"
	"slices"

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
// on the tenant, of which nothing is remembered. A fresh look at whoever is missing says
// that they are gone: that is the worst that it can say.
func (r *Rehearsal) Plan(ctx context.Context, d kwsync.Directory, first bool) (kwsync.Report, error) {
	known := kwsync.Recollection{Memory: r.book, Further: r.further}
	p, err := planner(r.config, Settings{}, d, known, r.book)
	if err != nil {
		return kwsync.Report{}, err
	}
	seen, _, err := d.Refresh(ctx, true)
	if err != nil {
		return kwsync.Report{}, fmt.Errorf("read the directory: %w", err)
	}
	p.Prove = func() kwsync.Prover { return beheld{seen} }
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

// beheld is a fresh look that sees what was seen already. Who is not in it is gone.
type beheld struct{ snapshot *access.Snapshot }

var _ kwsync.Prover = beheld{}

func (b beheld) person(id access.PersonID) (*access.Person, bool) {
	at, there := slices.BinarySearchFunc(b.snapshot.People, id, func(p access.Person, id access.PersonID) int { return p.ID.Compare(id) })
	if !there {
		return nil, false
	}
	return &b.snapshot.People[at], true
}

func (b beheld) Person(_ context.Context, id access.PersonID) (access.Proof, error) {
	p, there := b.person(id)
	if !there {
		return access.Proof{Standing: access.Gone}, nil
	}
	return access.Proof{Standing: p.Standing, DN: p.DN, Person: p}, nil
}

func (b beheld) Groups(_ context.Context, id access.PersonID) (all []access.GroupID, err error) {
	if p, there := b.person(id); there {
		for _, g := range p.Groups {
			all = append(all, b.snapshot.Groups[g].ID)
		}
	}
	return all, nil
}

func (b beheld) Group(_ context.Context, id access.GroupID) (access.Proof, error) {
	at := slices.IndexFunc(b.snapshot.Groups, func(g access.Group) bool { return g.ID == id })
	if at < 0 {
		return access.Proof{Standing: access.Gone}, nil
	}
	return access.Proof{Standing: access.Active, DN: b.snapshot.Groups[at].DN}, nil
}

func (beheld) Close() {}
