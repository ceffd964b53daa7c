package ledger

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// roleEnded records that a role has become a weaker one, or none, and what of it is ours
// still: nothing once it is what it was before us, or if somebody else has done it.
func roleEnded(ctx context.Context, b *batch, c plan.Change, o plan.Outcome, now int64) error {
	if c.Account == "" || c.Folder == "" {
		return errors.New("the intent lacks the ids of account and folder")
	}
	if err := roleLessened(ctx, b, c, o, now); err != nil {
		return err
	}
	account, folder, known, err := numbers(ctx, b, plan.GrantKey{Account: c.Account, Folder: c.Folder})
	if err != nil || !known {
		return err
	}
	keeps, err := keepsOurs(ctx, b, c, account, folder)
	if err != nil {
		return err
	}
	if !keeps || o.Result == plan.Already {
		_, err = b.exec(ctx, `DELETE FROM owned WHERE account = $1 AND folder = $2`, account, folder)
		return err
	}
	return ownLess(ctx, b, c, o, account, folder)
}

// keepsOurs says whether a role is more than what was there before us.
func keepsOurs(ctx context.Context, b *batch, c plan.Change, account, folder int64) (bool, error) {
	if c.Op == plan.Revoke || c.To == "" {
		return false, nil
	}
	var floor string
	const query = `SELECT texts.text FROM owned JOIN texts ON texts.id = owned.floor WHERE owned.account = $1 AND owned.folder = $2`
	found, err := b.find(ctx, query, []any{account, folder}, &floor)
	if err != nil || !found || floor == "" {
		return found, err
	}
	return stronger(ctx, b, c.To, floor)
}

// stronger says whether a role is more than another, by the catalog. Of roles that are not
// in it nobody knows: then one with another name is.
func stronger(ctx context.Context, b *batch, role, than string) (bool, error) {
	role, than = access.FoldName(role), access.FoldName(than)
	if role == than {
		return false, nil
	}
	have, err := loadItems(ctx, b, ` WHERE kind = 'role'`)
	if err != nil {
		return false, err
	}
	c, err := have.catalog()
	if err != nil {
		return false, err
	}
	find := func(name string) int {
		return slices.IndexFunc(c.Roles, func(r access.Role) bool { return access.FoldName(r.Name) == name })
	}
	r, t := find(role), find(than)
	return r < 0 || t < 0 || c.Roles[r].Rank > c.Roles[t].Rank, nil
}

// ownLess keeps a weaker role as ours. Where the server does not say anew who gave it, and
// when, that stays.
func ownLess(ctx context.Context, b *batch, c plan.Change, o plan.Outcome, account, folder int64) error {
	role, err := b.id(ctx, c.To)
	if err != nil {
		return err
	}
	if o.SharedBy == "" {
		_, err = b.exec(ctx, `UPDATE owned SET role = $3 WHERE account = $1 AND folder = $2`, account, folder, role)
		return err
	}
	giver, err := b.id(ctx, o.SharedBy)
	if err != nil {
		return err
	}
	const update = `UPDATE owned SET role = $3, shared_by = $4, created = $5 WHERE account = $1 AND folder = $2`
	_, err = b.exec(ctx, update, account, folder, role, giver, epoch(o.Created))
	return err
}

// roleLessened brings the last known state up to a role that has ended or become weaker,
// and to what of it reached into folders below.
func roleLessened(ctx context.Context, b *batch, c plan.Change, o plan.Outcome, now int64) error {
	account, folder, known, err := numbers(ctx, b, plan.GrantKey{Account: c.Account, Folder: c.Folder})
	if err != nil || !known {
		return err
	}
	rows, err := knownGrants(ctx, b, ` AND (folder = $2 AND origin = 0 OR origin = $2)`, account, folder)
	if err != nil {
		return err
	}
	in := b.inserter(insertGrants, 8)
	for _, before := range rows {
		want := before.row
		if want.role, err = b.id(ctx, c.To); err != nil {
			return err
		}
		if c.To == "" {
			err = endGrant(ctx, b, before, max(now, before.since))
		} else {
			err = putGrant(ctx, b, in, before, true, want, now)
		}
		if err != nil {
			return err
		}
	}
	return in.flush(ctx)
}

// knownGrants are grants of an account in the last known state.
func knownGrants(ctx context.Context, b *batch, where string, args ...any) (rows []known[grantRow], err error) {
	err = b.each(ctx, knownNow+` AND account = $1`+where, args, func(r *sql.Rows) error {
		k, err := scanKnownGrant(r)
		rows = append(rows, k)
		return err
	})
	return rows, err
}
