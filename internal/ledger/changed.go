package ledger

import (
	"context"
	"errors"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// accountChanged records what has become of an account: in the link what is of our doing,
// which what was so already is not, and in the last known state what it is now.
func accountChanged(ctx context.Context, b *batch, c plan.Change, o plan.Outcome, now int64) error {
	if c.Account == "" {
		return errors.New("the intent lacks the account's id")
	}
	if err := linkChanged(ctx, b, c, o.Result == plan.Done); err != nil {
		return err
	}
	if c.Op == plan.Delete {
		if err := lastGrants(ctx, b, c.Account, now); err != nil {
			return err
		}
	}
	return accountIs(ctx, b, c, now)
}

func linkChanged(ctx context.Context, b *batch, c plan.Change, ours bool) (err error) {
	const update, where = `UPDATE links SET `, ` WHERE account = $1 AND source = $2 AND person_id = $3`
	args := []any{c.Account, c.Person.Source, c.Person.ID}
	switch {
	case c.Op == plan.Unsuspend: // whoever has done it
		_, err = b.exec(ctx, update+`suspended = FALSE`+where, args...)
	case !ours:
	case c.Op == plan.Suspend:
		_, err = b.exec(ctx, update+`suspended = TRUE`+where, args...)
	case c.Op == plan.SetName:
		_, err = b.exec(ctx, update+`name = $4`+where, append(args, c.To)...)
	case c.Op == plan.Delete:
		_, err = b.exec(ctx, update+`deleted = TRUE, suspended = FALSE, name = ''`+where, args...)
	}
	return err
}

// lastGrants ends what an account had, and what of it was ours.
func lastGrants(ctx context.Context, b *batch, account string, now int64) error {
	id, known, err := b.known(ctx, account)
	if err != nil || !known {
		return err
	}
	rows, err := knownGrants(ctx, b, ``, id)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := endGrant(ctx, b, r, max(now, r.since)); err != nil {
			return err
		}
	}
	_, err = b.exec(ctx, `DELETE FROM owned WHERE account = $1`, id)
	return err
}

// accountIs keeps in the last known state what an account is now. One that was never seen
// stays unknown.
func accountIs(ctx context.Context, b *batch, c plan.Change, now int64) error {
	id, found, err := b.known(ctx, c.Account)
	if err != nil || !found {
		return err
	}
	have := map[int64]known[accountRow]{}
	if err := readAccounts(ctx, b, have, ` AND account = $1`, id); err != nil {
		return err
	}
	before, there := have[id]
	if !there {
		return nil
	}
	want, err := before.row.after(ctx, b, c)
	if err != nil {
		return err
	}
	in := b.inserter(insertAccounts, 8)
	if err := putAccount(ctx, b, in, before, true, want, now); err != nil {
		return err
	}
	return in.flush(ctx)
}

// after is an account as a change leaves it.
func (r accountRow) after(ctx context.Context, b *batch, c plan.Change) (_ accountRow, err error) {
	switch c.Op {
	case plan.Suspend:
		r.status = int64(access.Suspended)
	case plan.Unsuspend:
		if r.status == int64(access.Suspended) {
			r.status = int64(access.Live)
		}
	case plan.Delete:
		r.status = int64(access.Deleted)
	case plan.Rename:
		r.email = c.To
	case plan.SetName:
		r.name = c.To
	case plan.SetProfile:
		r.profile, err = b.id(ctx, c.To)
	}
	return r, err
}
