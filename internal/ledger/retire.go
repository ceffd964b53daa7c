package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Bound names the directories of which the ledger of a configured state speaks, whatever the
// configuration names by now; none if there is no ledger yet.
func Bound(ctx context.Context, state string) ([]string, error) {
	e, err := newEngine(state)
	if err != nil {
		return nil, err
	}
	var b binding
	r, err := openReader(ctx, e, func(tx *sql.Tx, have int) (err error) {
		if err := checkCurrent(have); err != nil {
			return err
		}
		b, err = loadBinding(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return b.directories, r.Close()
}

// Retire gives up all that is ours of the people of a directory, as Disown does, forgets
// which accounts are theirs, and lets the ledger speak of the directory no more. Their history
// stays. While a change for one of them has no outcome it is an error.
func (l *Ledger) Retire(ctx context.Context, by Actor, directory string) error {
	return l.batch(ctx, "give up a directory in", func(b *batch) error {
		if err := settled(ctx, b, directory); err != nil {
			return err
		}
		keys, accounts, err := oursOf(ctx, b, directory)
		if err != nil {
			return err
		}
		for _, remove := range []string{
			`DELETE FROM owned WHERE source = (SELECT id FROM texts WHERE text = $1)`,
			`DELETE FROM links WHERE source = $1`,
			`DELETE FROM leaving WHERE source = $1`,
			`DELETE FROM due WHERE source = $1`,
			`DELETE FROM group_pins WHERE source = $1`,
			`DELETE FROM binding WHERE kind = 'directory' AND name = $1`,
		} {
			if _, err := b.exec(ctx, remove, directory); err != nil {
				return err
			}
		}
		if err := unknowHeirs(ctx, b, directory); err != nil {
			return err
		}
		return decree(ctx, b, disowned, by, gave{keys, accounts})
	})
}

// unknowHeirs keeps of heirs from a directory their addresses only.
func unknowHeirs(ctx context.Context, b *batch, directory string) error {
	return eachHeirs(ctx, b, func(heirs []access.Heir) (now []access.Heir, changed bool) {
		for _, h := range heirs {
			if h.Person.Source == directory {
				h.Person, changed = access.PersonID{}, true
			}
			if h.Email != "" || h.Person != (access.PersonID{}) {
				now = append(now, h)
			}
		}
		return now, changed
	})
}

// settled is an error while nobody knows of a change for a directory's people whether it happened.
func settled(ctx context.Context, b *batch, directory string) error {
	var open int
	_, err := b.find(ctx, `SELECT COUNT(*) FROM changes WHERE result IS NULL AND source = $1`, []any{directory}, &open)
	if err == nil && open > 0 {
		err = fmt.Errorf("changes for people of the directory %q have no outcome yet (%d): let a run settle them, with the directory in the configuration",
			directory, open)
	}
	return err
}

// oursOf is what Retire gives up: grants, and accounts that we made.
func oursOf(ctx context.Context, b *batch, directory string) (keys []plan.GrantKey, accounts []string, err error) {
	const grants = `SELECT account.text, folder.text FROM owned
		JOIN texts AS account ON account.id = owned.account
		JOIN texts AS folder ON folder.id = owned.folder
		JOIN texts AS source ON source.id = owned.source
		WHERE source.text = $1 AND owned.lost = 0 ORDER BY 1, 2`
	err = b.each(ctx, grants, []any{directory}, func(rows *sql.Rows) error {
		var key plan.GrantKey
		err := rows.Scan(&key.Account, &key.Folder)
		keys = append(keys, key)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	const made = `SELECT account FROM links WHERE source = $1 AND created AND NOT deleted ORDER BY 1`
	err = b.each(ctx, made, []any{directory}, func(rows *sql.Rows) error {
		var account string
		err := rows.Scan(&account)
		accounts = append(accounts, account)
		return err
	})
	return keys, accounts, err
}
