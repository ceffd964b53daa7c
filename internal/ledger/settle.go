package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Settle commits how intents ended and what follows from it: links, pins, what we have
// done to an account and, for a grant or raise that is Done, ownership, which what ends
// the role takes away. Already gives no ownership.
// Unknown leaves the intent open and keeps its reason; every other result
// closes it. A key of which no intent is open is an error, and then none of the
// outcomes is settled.
func (l *Ledger) Settle(ctx context.Context, outcomes []plan.Outcome) error {
	return l.batch(ctx, "settle in", func(b *batch) error {
		now := time.Now()
		for _, o := range outcomes {
			if err := settle(ctx, b, o, now); err != nil {
				return fmt.Errorf("change %s: %w", o.Key, err)
			}
		}
		return nil
	})
}

func settle(ctx context.Context, b *batch, o plan.Outcome, now time.Time) error {
	var text string
	found, err := b.find(ctx, `SELECT payload FROM changes WHERE change_key = $1 AND result IS NULL`, []any{string(o.Key)}, &text)
	if err != nil {
		return err
	}
	if !found {
		return errors.New("no intent is open: it was never intended, or is settled")
	}
	c, err := decode(text)
	if err != nil {
		return err
	}
	c.Account, c.Folder = cmp.Or(o.Account, c.Account), cmp.Or(o.Folder, c.Folder)
	if err := follow(ctx, b, c, o, epoch(now)); err != nil {
		return err
	}
	return closeIntent(ctx, b, c, o, epoch(now))
}

// closeIntent keeps the account that a change has made: its intent did not know it.
func closeIntent(ctx context.Context, b *batch, c plan.Change, o plan.Outcome, now int64) error {
	if o.Result == plan.Unknown {
		_, err := b.exec(ctx, `UPDATE changes SET why = $2 WHERE change_key = $1 AND result IS NULL`, string(o.Key), o.Why)
		return err
	}
	const update = `UPDATE changes SET result = $2, why = $3, settled_at = CASE WHEN $4 < intended_at THEN intended_at ELSE $4 END, account = $5 WHERE change_key = $1 AND result IS NULL`
	_, err := b.exec(ctx, update, string(o.Key), o.Result.String(), o.Why, now, c.Account)
	return err
}

// follow applies what an outcome means for the memory and for the last known state.
func follow(ctx context.Context, b *batch, c plan.Change, o plan.Outcome, now int64) error {
	switch o.Result {
	case plan.Refused, plan.Unknown, plan.Skipped:
		return nil
	case plan.Done, plan.Already:
	default:
		return fmt.Errorf("%d is no result", o.Result)
	}
	switch c.Op {
	case plan.CreateAccount:
		return linkCreated(ctx, b, c, o, now)
	case plan.CreateFolder:
		return pinCreated(ctx, b, c)
	case plan.Grant, plan.Raise:
		return grantGiven(ctx, b, c, o, now)
	case plan.Lower, plan.Revoke:
		return roleEnded(ctx, b, c, o, now)
	case plan.Suspend, plan.Unsuspend, plan.Rename, plan.SetName, plan.SetProfile, plan.Delete:
		return accountChanged(ctx, b, c, o, now)
	}
	return fmt.Errorf("the ledger does not know what follows from %q", c.Op)
}

func linkCreated(ctx context.Context, b *batch, c plan.Change, o plan.Outcome, now int64) error {
	if c.Account == "" {
		return errors.New("the outcome lacks the account's id")
	}
	l := plan.Link{Person: c.Person, Account: c.Account, Created: o.Result == plan.Done}
	if l.Created {
		l.Name = c.Name
	}
	linked, err := link(ctx, b, l)
	if err != nil {
		return err
	}
	if linked != c.Account {
		return fmt.Errorf("account %s was made for %s, whose account is %s: decide with `kw-onboarder link`", c.Account, c.Person, linked)
	}
	return accountMade(ctx, b, c, now)
}

func pinCreated(ctx context.Context, b *batch, c plan.Change) error {
	if c.Folder == "" {
		return errors.New("the outcome lacks the folder's id")
	}
	pinned, err := pinFolder(ctx, b, access.Place{As: c.As, Path: c.Path}, c.Folder)
	if err != nil {
		return err
	}
	if pinned != c.Folder {
		return fmt.Errorf("folder %s was made for %s, which means folder %s: remove one of them", c.Folder, c.Path, pinned)
	}
	return folderMade(ctx, b, access.Folder{ID: c.Folder, Parent: c.Parent, As: c.As, Path: c.Path})
}

// grantGiven records a role that is held now, and that it is ours if we gave it.
func grantGiven(ctx context.Context, b *batch, c plan.Change, o plan.Outcome, now int64) error {
	if c.Account == "" || c.Folder == "" {
		if o.Result == plan.Already {
			return nil
		}
		return errors.New("neither the intent nor the outcome has the ids of account and folder")
	}
	if err := roleHeld(ctx, b, c, o, now); err != nil || o.Result == plan.Already {
		return err
	}
	row, err := ownedRowOf(ctx, b, access.Owned{
		Person: c.Person, Account: c.Account, Folder: c.Folder, As: c.As, Role: c.To, Floor: c.From,
		SharedBy: o.SharedBy, Created: o.Created, Causes: c.Why(),
	})
	if err != nil {
		return err
	}
	_, err = b.exec(ctx, own, row...)
	return err
}

// own records that a grant is ours. If it was ours already, and no human has
// touched the role since, the floor stays what it was before us.
const own = insertOwned + ` VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)` + `
	ON CONFLICT (account, folder) DO UPDATE SET
		source = excluded.source, person_id = excluded.person_id, identity = excluded.identity,
		role = excluded.role, shared_by = excluded.shared_by, created = excluded.created, rules = excluded.rules,
		lost = excluded.lost,
		floor = CASE WHEN owned.role = excluded.floor AND owned.lost = 0 THEN owned.floor ELSE excluded.floor END`

const insertOwned = `INSERT INTO owned
	(account, folder, source, person_id, identity, role, floor, shared_by, created, rules, lost)`

// ownedRowOf is a grant of ours as insertOwned wants it.
func ownedRowOf(ctx context.Context, b *batch, o access.Owned) ([]any, error) {
	rules, err := encodeCauses(o.Causes)
	if err != nil {
		return nil, err
	}
	words := []string{
		o.Account, o.Folder, o.Person.Source, o.Person.ID, o.As, o.Role, o.Floor, o.SharedBy, string(rules), o.Lost,
	}
	ids := make([]any, len(words))
	for i, word := range words {
		if ids[i], err = b.id(ctx, word); err != nil {
			return nil, err
		}
	}
	const beforeRules = 8
	return slices.Insert(ids, beforeRules, any(epoch(o.Created))), nil
}
