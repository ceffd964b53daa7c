package ledger

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// allAccounts stands in watches for the list of accounts.
const allAccounts = 0

// watch remembers since when something is observed. Who has looked at all
// accounts knows the whole catalog: a folder that it lacks is no longer observed.
func watch(ctx context.Context, b *batch, of access.Scope, c *access.Catalog, now int64) error {
	open, err := watched(ctx, b)
	if err != nil {
		return err
	}
	want := map[int64]bool{}
	if of.Accounts {
		want[allAccounts] = true
	}
	for _, f := range of.Folders {
		id, err := b.id(ctx, f)
		if err != nil {
			return err
		}
		want[id] = true
	}
	const insert = `INSERT INTO watches (folder, since, until) VALUES ($1, $2, 0)
		ON CONFLICT (folder, since) DO UPDATE SET until = 0`
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if _, there := open[id]; !there {
			if _, err := b.exec(ctx, insert, id, now); err != nil {
				return err
			}
		}
		delete(open, id)
	}
	if !of.Accounts || c == nil {
		return nil
	}
	for _, f := range c.Folders {
		if id, found, err := b.known(ctx, f.ID); err != nil {
			return err
		} else if found {
			delete(open, id)
		}
	}
	const end = `UPDATE watches SET until = $3 WHERE folder = $1 AND since = $2`
	for _, id := range slices.Sorted(maps.Keys(open)) {
		if _, err := b.exec(ctx, end, id, open[id], max(now, open[id])); err != nil {
			return err
		}
	}
	return nil
}

// watched is what is observed, and since when.
func watched(ctx context.Context, b *batch) (map[int64]int64, error) {
	open := map[int64]int64{}
	err := b.each(ctx, `SELECT folder, since FROM watches WHERE until = 0`, nil, func(rows *sql.Rows) error {
		var folder, since int64
		err := rows.Scan(&folder, &since)
		open[folder] = since
		return err
	})
	return open, err
}
