package ledger

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// accountRow is a row of the table accounts as of now.
type accountRow struct {
	account, profile, kind, status int64
	email, name                    string
}

const (
	selectAccounts = `SELECT account, email, name, profile, kind, status, since FROM accounts WHERE until = 0`
	insertAccounts = `INSERT INTO accounts (account, email, name, profile, kind, status, since, until)`
)

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
