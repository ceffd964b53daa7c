package ledger

import (
	"context"
	"database/sql"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// parked gives people their new ids in what waits for a decision, or had one. What is parked
// for a new id already makes way.
func (k *rekeying) parked(ctx context.Context) error {
	type parked struct {
		item   int64
		change plan.Change
	}
	var all []parked
	err := k.batch.each(ctx, `SELECT payload, item FROM parked_changes`, nil, func(rows *sql.Rows) error {
		var p parked
		var err error
		p.change, err = scanChange(rows, &p.item)
		all = append(all, p)
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range all {
		before := p.change.Key
		c, changed := k.change(p.change)
		if !changed {
			continue
		}
		if _, err := k.batch.exec(ctx, `DELETE FROM parked_changes WHERE item = $1 AND change_key = $2`, p.item, string(before)); err != nil {
			return err
		}
		if err := (&parking{batch: k.batch}).put(ctx, p.item, []plan.Change{c}); err != nil {
			return err
		}
	}
	return nil
}

// subjects gives people their new ids in what is held, failing and parked for them.
func (k *rekeying) subjects(ctx context.Context) error {
	for _, at := range []struct{ table, column, unless string }{
		{"holds", "subject", ``},
		{"failing", "subject", `DELETE FROM failing WHERE subject = $1`},
		{"parked", "cause", `UPDATE parked SET closed = updated WHERE cause = $1 AND closed = 0`},
	} {
		if err := k.column(ctx, at.table, at.column, at.unless); err != nil {
			return err
		}
	}
	return nil
}

// column rekeys one column of a table; unless makes way for a key where it may be once only.
func (k *rekeying) column(ctx context.Context, table, column, unless string) error {
	keys := map[string]string{}
	err := k.batch.each(ctx, `SELECT DISTINCT `+column+` FROM `+table, nil, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		if now := k.key(key); now != key {
			keys[key] = now
		}
		return err
	})
	if err != nil {
		return err
	}
	for before, now := range keys {
		if unless != "" {
			if _, err := k.batch.exec(ctx, unless, now); err != nil {
				return err
			}
		}
		if _, err := k.batch.exec(ctx, `UPDATE `+table+` SET `+column+` = $2 WHERE `+column+` = $1`, before, now); err != nil {
			return err
		}
	}
	return nil
}
