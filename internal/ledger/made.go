package ledger

import (
	"context"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// accountMade keeps in the last known state an account that is there now, made
// by us or found when we wanted to make it. What is known of it already stays.
func accountMade(ctx context.Context, b *batch, c plan.Change, now int64) error {
	want, err := accountOf(ctx, b, access.Account{
		ID: c.Account, Email: c.Email, Name: c.Name, Profile: c.Profile, Kind: access.User, Status: access.Live,
	})
	if err != nil {
		return err
	}
	have := map[int64]known[accountRow]{}
	if err := readAccounts(ctx, b, have, ` AND account = $1`, want.account); err != nil {
		return err
	}
	before, there := have[want.account]
	if there && before.row.email == want.email && before.row.kind == want.kind {
		return nil
	}
	in := b.inserter(insertAccounts, 8)
	if err := putAccount(ctx, b, in, before, there, want, now); err != nil {
		return err
	}
	return in.flush(ctx)
}

// folderMade keeps a new folder in the catalog. It is not observed by that: the
// server may have put somebody into it.
func folderMade(ctx context.Context, b *batch, f access.Folder) error {
	return keepFolder(ctx, b, f)
}

// roleHeld keeps a role that is held now. Of one that was there already it is
// not known who gave it: then what is known stays.
func roleHeld(ctx context.Context, b *batch, c plan.Change, o plan.Outcome, now int64) error {
	want, err := grantOf(ctx, b, access.Grant{
		Account: c.Account, Folder: c.Folder, Role: c.To, SharedBy: o.SharedBy, Created: o.Created,
	})
	if err != nil {
		return err
	}
	have := map[int64]known[grantRow]{}
	if err := readGrants(ctx, b, have, ` AND account = $2`, want.folder, want.account); err != nil {
		return err
	}
	before, there := have[want.account]
	if there && o.Result == plan.Already {
		return nil
	}
	in := b.inserter(insertGrants, 8)
	if err := putGrant(ctx, b, in, before, there, want, now); err != nil {
		return err
	}
	return in.flush(ctx)
}
