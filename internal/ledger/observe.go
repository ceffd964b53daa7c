package ledger

import (
	"context"
	"database/sql"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Observe remembers what was seen at Kiteworks at a moment. If st has looked at
// all accounts, it has all there are and c is the whole catalog: an account that
// is missing is gone, a folder that is missing is no longer observed. Else c is
// merged into the catalog. The grants of each folder in st.Of.Folders are all there
// are; what was not looked at stays as it is known. Only what differs is
// written, and what was before stays as history.
func (l *Ledger) Observe(ctx context.Context, at time.Time, c *access.Catalog, st access.State) error {
	return l.batch(ctx, "remember what was observed in", func(b *batch) error {
		if err := b.intern(ctx, textsOf(st)); err != nil {
			return err
		}
		now := epoch(at)
		for _, observe := range []func() error{
			func() error { return keepCatalog(ctx, b, c, st.Of.Accounts) },
			func() error { return observeAccounts(ctx, b, st, now) },
			func() error { return observeGrants(ctx, b, st, now) },
			func() error { return watch(ctx, b, st.Of, c, now) },
		} {
			if err := observe(); err != nil {
				return err
			}
		}
		return nil
	})
}

// textsOf are the texts of a state that are kept by number.
func textsOf(st access.State) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, f := range st.Of.Folders {
			if !yield(f) {
				return
			}
		}
		for i := range st.Accounts {
			if a := &st.Accounts[i]; !yield(a.ID) || !yield(a.Profile) {
				return
			}
		}
		for i := range st.Grants {
			g := &st.Grants[i]
			if !yield(g.Folder) || !yield(g.Account) || !yield(g.Role) || !yield(g.Origin) || !yield(g.SharedBy) {
				return
			}
		}
	}
}

// account is a row of the table accounts as of now.
type accountRow struct {
	account, profile, kind, status int64
	email, name                    string
}

const (
	selectAccounts = `SELECT account, email, name, profile, kind, status, since FROM accounts WHERE until = 0`
	insertAccounts = `INSERT INTO accounts (account, email, name, profile, kind, status, since, until)`
)

// known is what holds now, and since when.
type known[R comparable] struct {
	row   R
	since int64
}

func observeAccounts(ctx context.Context, b *batch, st access.State, now int64) error {
	have := map[int64]known[accountRow]{}
	if st.Of.Accounts {
		if err := readAccounts(ctx, b, have, ``); err != nil {
			return err
		}
	}
	in := b.inserter(insertAccounts, 8)
	for _, a := range st.Accounts {
		want, err := accountOf(ctx, b, a)
		if err != nil {
			return err
		}
		if !st.Of.Accounts {
			if err := readAccounts(ctx, b, have, ` AND account = $1`, want.account); err != nil {
				return err
			}
		}
		before, there := have[want.account]
		delete(have, want.account)
		if err := putAccount(ctx, b, in, before, there, want, now); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(have)) {
		if err := endAccount(ctx, b, id, have[id].since, now); err != nil {
			return err
		}
	}
	return in.flush(ctx)
}

func readAccounts(ctx context.Context, b *batch, have map[int64]known[accountRow], where string, args ...any) error {
	return b.each(ctx, selectAccounts+where, args, func(rows *sql.Rows) error {
		var k known[accountRow]
		err := rows.Scan(&k.row.account, &k.row.email, &k.row.name, &k.row.profile, &k.row.kind, &k.row.status, &k.since)
		have[k.row.account] = k
		return err
	})
}

func accountOf(ctx context.Context, b *batch, a access.Account) (r accountRow, err error) {
	r = accountRow{email: string(a.Email), name: a.Name, kind: int64(a.Kind), status: int64(a.Status)}
	if r.account, err = b.id(ctx, a.ID); err == nil {
		r.profile, err = b.id(ctx, a.Profile)
	}
	return r, err
}

// putAccount makes a row the one that holds from now on, unless it does already.
// A clock that was set back does not turn the order of what was known around.
func putAccount(ctx context.Context, b *batch, in *inserter, before known[accountRow], there bool, r accountRow, now int64) error {
	if there {
		if before.row == r {
			return nil
		}
		now = max(now, before.since)
		if err := endAccount(ctx, b, r.account, before.since, now); err != nil {
			return err
		}
	}
	return in.add(ctx, r.account, r.email, r.name, r.profile, r.kind, r.status, now, 0)
}

// endAccount ends a row. What was never so for any time leaves no trace.
func endAccount(ctx context.Context, b *batch, account, since, now int64) error {
	if since >= now {
		_, err := b.exec(ctx, `DELETE FROM accounts WHERE account = $1 AND since = $2`, account, since)
		return err
	}
	_, err := b.exec(ctx, `UPDATE accounts SET until = $3 WHERE account = $1 AND since = $2`, account, since, now)
	return err
}

// grantRow is a row of the table grants as of now.
type grantRow struct{ folder, account, role, origin, sharedBy, created int64 }

const (
	selectGrants = `SELECT folder, account, role, origin, shared_by, created, since FROM grants WHERE folder = $1 AND until = 0`
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
		var k known[grantRow]
		err := rows.Scan(&k.row.folder, &k.row.account, &k.row.role, &k.row.origin, &k.row.sharedBy, &k.row.created, &k.since)
		have[k.row.account] = k
		return err
	})
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
