package ledger

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// grantRow is a row of the table grants as of now.
type grantRow struct{ folder, account, role, origin, sharedBy, created int64 }

const (
	knownNow     = `SELECT folder, account, role, origin, shared_by, created, since FROM grants WHERE until = 0`
	selectGrants = knownNow + ` AND folder = $1`
	insertGrants = `INSERT INTO grants (folder, account, role, origin, shared_by, created, since, until)`
)

// observeGrants goes folder by folder, so that it holds one folder's members at a time.
func observeGrants(ctx context.Context, b *batch, st access.State, now int64) error {
	whole := map[string]bool{}
	for _, f := range st.Of.Folders {
		whole[f] = true
	}
	byFolder := map[string][]access.Grant{}
	for rest := st.Grants; len(rest) > 0; {
		n := slices.IndexFunc(rest, func(g access.Grant) bool { return g.Folder != rest[0].Folder })
		if n < 0 {
			n = len(rest)
		}
		byFolder[rest[0].Folder] = append(slices.Clip(byFolder[rest[0].Folder]), rest[:n]...)
		rest = rest[n:]
	}
	in := b.inserter(insertGrants, 8)
	for _, f := range slices.Sorted(maps.Keys(whole)) {
		if err := observeFolder(ctx, b, in, f, byFolder[f], true, now); err != nil {
			return err
		}
		delete(byFolder, f)
	}
	for _, f := range slices.Sorted(maps.Keys(byFolder)) {
		if err := observeFolder(ctx, b, in, f, byFolder[f], false, now); err != nil {
			return err
		}
	}
	return in.flush(ctx)
}

// observeFolder compares a folder's grants with what is known; whole: they are all there are.
func observeFolder(ctx context.Context, b *batch, in *inserter, folder string, grants []access.Grant, whole bool, now int64) error {
	id, err := b.id(ctx, folder)
	if err != nil {
		return err
	}
	have := map[int64]known[grantRow]{}
	if err := readGrants(ctx, b, have, ``, id); err != nil {
		return err
	}
	want := make(map[int64]grantRow, len(grants))
	for _, g := range grants {
		r, err := grantOf(ctx, b, g)
		if err != nil {
			return err
		}
		want[r.account] = r
	}
	for _, account := range slices.Sorted(maps.Keys(want)) {
		before, there := have[account]
		delete(have, account)
		if err := putGrant(ctx, b, in, before, there, want[account], now); err != nil {
			return err
		}
	}
	if !whole {
		return nil
	}
	for _, account := range slices.Sorted(maps.Keys(have)) {
		if err := endGrant(ctx, b, have[account], now); err != nil {
			return err
		}
	}
	return nil
}

func readGrants(ctx context.Context, b *batch, have map[int64]known[grantRow], where string, args ...any) error {
	return b.each(ctx, selectGrants+where, args, func(rows *sql.Rows) error {
		k, err := scanKnownGrant(rows)
		have[k.row.account] = k
		return err
	})
}

func scanKnownGrant(rows *sql.Rows) (k known[grantRow], err error) {
	err = rows.Scan(&k.row.folder, &k.row.account, &k.row.role, &k.row.origin, &k.row.sharedBy, &k.row.created, &k.since)
	return k, err
}

func grantOf(ctx context.Context, b *batch, g access.Grant) (grantRow, error) {
	r := grantRow{created: epoch(g.Created)}
	for _, f := range []struct {
		text string
		into *int64
	}{{g.Folder, &r.folder}, {g.Account, &r.account}, {g.Role, &r.role}, {g.Origin, &r.origin}, {g.SharedBy, &r.sharedBy}} {
		id, err := b.id(ctx, f.text)
		if err != nil {
			return r, err
		}
		*f.into = id
	}
	return r, nil
}

// putGrant is putAccount for a grant.
func putGrant(ctx context.Context, b *batch, in *inserter, before known[grantRow], there bool, r grantRow, now int64) error {
	if there {
		if before.row == r {
			return nil
		}
		now = max(now, before.since)
		if err := endGrant(ctx, b, before, now); err != nil {
			return err
		}
	}
	return in.add(ctx, r.folder, r.account, r.role, r.origin, r.sharedBy, r.created, now, 0)
}

// endGrant is endAccount for a grant.
func endGrant(ctx context.Context, b *batch, g known[grantRow], now int64) error {
	key := []any{g.row.folder, g.row.account, g.since}
	if g.since >= now {
		_, err := b.exec(ctx, `DELETE FROM grants WHERE folder = $1 AND account = $2 AND since = $3`, key...)
		return err
	}
	_, err := b.exec(ctx, `UPDATE grants SET until = $4 WHERE folder = $1 AND account = $2 AND since = $3`, append(key, now)...)
	return err
}
