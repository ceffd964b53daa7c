package app

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// brakes is what the ledger, and the file HOLD, say to the brakes.
type brakes struct {
	config *config.Config
	limits guard.Limits
	rules  map[string]string // digests of what they mean, by name
	book   *ledger.Reader
}

var _ kwsync.Brakes = brakes{}

func newBrakes(c *config.Config, p *kwsync.Planner, book *ledger.Reader) brakes {
	return brakes{c, p.Limits, p.Rules.Digests(), book}
}

// Load implements kwsync.Brakes.
func (b brakes) Load(ctx context.Context, now time.Time) (u guard.Usage, holds []guard.Hold, failing []guard.Failing, err error) {
	if u, err = b.usage(ctx, now); err != nil {
		return u, nil, nil, err
	}
	holds, failing, err = b.stops(ctx, now)
	return u, holds, failing, err
}

// stops is what is held, and what is failing.
func (b brakes) stops(ctx context.Context, now time.Time) (holds []guard.Hold, failing []guard.Failing, err error) {
	kept, err := b.book.Holds(ctx, now)
	if err != nil {
		return nil, nil, err
	}
	for _, h := range kept {
		holds = append(holds, guard.Hold{ID: h.ID, Scope: guard.Scope(h.Scope), Key: h.Key, Why: said(h), Until: h.Until, By: h.By.User})
	}
	if present, _ := HoldFile(b.config); present {
		holds = append(holds, guard.Hold{Scope: guard.HoldAll, Why: "the file " + HoldPath(b.config) + " is there: remove it to go on"})
	}
	tried, err := b.book.Failing(ctx)
	for _, f := range tried {
		failing = append(failing, guard.Failing{
			Scope: guard.Scope(f.Scope), Key: f.Key, Failures: f.Failures, Since: f.Since, Until: f.Until, Why: f.Why,
		})
	}
	return holds, failing, err
}

// Halted implements kwsync.Brakes.
func (b brakes) Halted(ctx context.Context, now time.Time) (all, narrowing string, err error) {
	if present, _ := HoldFile(b.config); present {
		return "stopped by the file " + HoldPath(b.config), "", nil
	}
	holds, err := b.book.Holds(ctx, now)
	for _, h := range holds {
		switch h.Scope {
		case ledger.HoldAll:
			all = cmp.Or(all, said(h))
		case ledger.HoldNarrowing:
			narrowing = cmp.Or(narrowing, said(h))
		}
	}
	return all, narrowing, err
}

// said is why a hold is there, and the reason that was given.
func said(h ledger.Hold) string {
	if h.By.Reason == "" {
		return h.Why
	}
	return fmt.Sprintf("%s: %s", h.Why, h.By.Reason)
}

func (b brakes) usage(ctx context.Context, now time.Time) (u guard.Usage, err error) {
	u = guard.Usage{Used: map[guard.Kind]int{}, Extra: map[guard.Kind]int{}}
	for kind, budget := range b.limits.Budgets {
		if budget.Unlimited {
			continue
		}
		if u.Used[kind], err = b.book.Used(ctx, kind.Ops(), kind == guard.Expire, now.Add(-budget.Per)); err != nil {
			return u, err
		}
	}
	extra, err := b.book.Allowed(ctx, now)
	if err != nil {
		return u, err
	}
	for kind, n := range extra {
		u.Extra[guard.Kind(kind)] = n
	}
	counts, err := b.book.Counts(ctx)
	if err != nil {
		return u, err
	}
	u.Base = map[guard.Base]int{guard.People: counts.People, guard.Accounts: counts.Links, guard.OwnedGrants: counts.Owned}
	u.OwnedByRule, u.People, u.Seats = counts.OwnedByRule, counts.People, counts.Seats
	if u.Excluded, err = b.book.Excluded(ctx); err != nil {
		return u, err
	}
	if u.Changed, err = b.changed(ctx, counts.OwnedByRule); err != nil {
		return u, err
	}
	u.Approved, err = b.book.Approved(ctx, now)
	return u, err
}

// changed are the rules that mean something else than when they gave what is ours, or that
// are gone. Where nobody knows what one meant, as behind an older version, it counts as such.
func (b brakes) changed(ctx context.Context, owned map[string]int) (map[string]bool, error) {
	before, err := b.book.RuleDigests(ctx)
	if err != nil {
		return nil, err
	}
	changed := map[string]bool{}
	for rule, was := range before {
		if b.rules[rule] != was {
			changed[rule] = true
		}
	}
	for rule := range owned {
		if _, known := before[rule]; !known {
			changed[rule] = true
		}
	}
	return changed, nil
}

// parking is where runs leave what waits, what fails and what the rules meant.
type parking struct{ book *ledger.Ledger }

var _ kwsync.Parking = parking{}

// Park implements kwsync.Parking.
func (p parking) Park(ctx context.Context, run int64, items []guard.Parked, whole bool, now time.Time) error {
	kept := make([]ledger.Parked, len(items))
	for i, item := range items {
		kept[i] = ledger.Parked{Cause: item.Key, Kind: string(item.Kind), Rule: item.Rule, Why: item.Why, Changes: item.Changes}
	}
	return p.book.Park(ctx, run, kept, whole, now)
}

// Quarantine implements kwsync.Parking.
func (p parking) Quarantine(ctx context.Context, failing []guard.Failing) error {
	all := make([]ledger.Failing, len(failing))
	for i, f := range failing {
		all[i] = ledger.Failing{
			Scope: ledger.HoldScope(f.Scope), Key: f.Key, Failures: f.Failures, Since: f.Since, Until: f.Until, Why: f.Why,
		}
	}
	return p.book.SaveFailing(ctx, all)
}

// HoldUndone implements kwsync.Parking.
func (p parking) HoldUndone(ctx context.Context, run int64, keys []plan.Key, now time.Time) error {
	return p.book.HoldUndone(ctx, run, keys, ledger.Actor{}, now)
}

// KeepRules implements kwsync.Parking.
func (p parking) KeepRules(ctx context.Context, digests map[string]string, excluded map[string]int) error {
	return p.book.KeepRules(ctx, digests, excluded)
}
