package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// Tie is a person and the account that is to be theirs.
type Tie struct {
	Who     kwsync.Identified
	Account access.Account
	Owner   access.PersonID // whose it is so far, if another's
}

// FindTie finds the person and the account whom two names mean, and whose it is so far. Only
// the directory and Kiteworks are read.
func FindTie(ctx context.Context, c *config.Config, s Settings, person, account string) (t Tie, err error) {
	p, closePlanner, err := OpenPlanner(ctx, c, s)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, closePlanner()) }()
	book := p.Recall.(*ledger.Reader)
	if t.Who, err = p.Identify(ctx, book, person); err != nil {
		return t, err
	}
	if t.Account, err = p.Account(ctx, account); err != nil {
		return t, err
	}
	m, err := book.Recall(ctx, nil)
	for id, link := range m.Links {
		if link.Account == t.Account.ID && id != t.Who.Person {
			t.Owner = id
		}
	}
	return t, err
}

// Link ties a person to an account, whosever it was before.
func Link(ctx context.Context, c *config.Config, t Tie, reason string) error {
	return write(ctx, c, func(book *ledger.Ledger) error {
		_, err := book.Relink(ctx, t.Who.Person, t.Account.ID, asker(reason), time.Now())
		return err
	})
}

// FindRebuilt compares a snapshot of before with the directories as they are now: who has
// another id by now, by the address.
func FindRebuilt(ctx context.Context, c *config.Config, s Settings, before *access.Snapshot) (r kwsync.Rebuilt, err error) {
	p, closePlanner, err := OpenPlanner(ctx, c, s)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closePlanner()) }()
	m, err := p.Recall.Recall(ctx, nil)
	if err != nil {
		return r, fmt.Errorf("read the ledger: %w", err)
	}
	now, _, err := p.Directory.Refresh(ctx, true)
	if err != nil {
		return r, fmt.Errorf("read the directory: %w", err)
	}
	return kwsync.Compare(before, now, m), nil
}

// Rekey gives those people, and groups, their new ids wherever the ledger names them. Nobody
// else may act meanwhile.
func Rekey(ctx context.Context, c *config.Config, r kwsync.Rebuilt, reason string) (err error) {
	return write(ctx, c, func(book *ledger.Ledger) error {
		lease, err := book.Lock(ctx)
		if err != nil {
			return fmt.Errorf("stop the daemon first: %w", err)
		}
		people := make([]ledger.Rekeyed, len(r.People))
		for i, x := range r.People {
			people[i] = ledger.Rekeyed{Was: x.Was, Is: x.Is}
		}
		groups := make([]ledger.Regrouped, len(r.Groups))
		for i, x := range r.Groups {
			groups[i] = ledger.Regrouped{Was: x.Was, Is: x.Is}
		}
		_, err = book.Rekey(ctx, people, groups, asker(reason))
		return errors.Join(err, lease.Release())
	})
}
