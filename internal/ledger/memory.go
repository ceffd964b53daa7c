package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Recall returns all that is remembered, as of one moment.
func (r *Reader) Recall(ctx context.Context) (plan.Memory, error) {
	m := plan.NewMemory()
	if r.db == nil {
		return m, nil
	}
	err := r.read(ctx, "recall", func(tx *sql.Tx) error {
		for _, recall := range []func(context.Context, *sql.Tx, plan.Memory) error{
			recallLinks, recallOwned, recallFolders, recallGroups,
		} {
			if err := recall(ctx, tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return plan.Memory{}, err
	}
	return m, nil
}

func recallLinks(ctx context.Context, tx *sql.Tx, m plan.Memory) error {
	return each(ctx, tx, `SELECT source, person_id, account, created FROM links`, func(rows *sql.Rows) error {
		var l plan.Link
		err := rows.Scan(&l.Person.Source, &l.Person.ID, &l.Account, &l.Created)
		m.Links[l.Person] = l
		return err
	})
}

func recallOwned(ctx context.Context, tx *sql.Tx, m plan.Memory) error {
	const query = `SELECT account, folder, source, person_id, identity, role, floor, shared_by, created, rules FROM owned`
	return each(ctx, tx, query, func(rows *sql.Rows) error {
		var (
			o       access.Owned
			created int64
			rules   []byte
		)
		if err := rows.Scan(&o.Account, &o.Folder, &o.Person.Source, &o.Person.ID, &o.As,
			&o.Role, &o.Floor, &o.SharedBy, &created, &rules); err != nil {
			return err
		}
		o.Created = moment(created)
		if err := json.Unmarshal(rules, &o.Rules); err != nil {
			return fmt.Errorf("read the rules of the grant of account %s on folder %s: %w", o.Account, o.Folder, err)
		}
		m.Owned[plan.GrantKey{Account: o.Account, Folder: o.Folder}] = o
		return nil
	})
}

func recallFolders(ctx context.Context, tx *sql.Tx, m plan.Memory) error {
	return each(ctx, tx, `SELECT identity, path, named, folder FROM folder_pins`, func(rows *sql.Rows) error {
		var (
			p  access.Place
			id string
		)
		err := rows.Scan(&p.As, &p.Path, &p.FolderID, &id)
		m.Folders[p] = id
		return err
	})
}

func recallGroups(ctx context.Context, tx *sql.Tx, m plan.Memory) error {
	return each(ctx, tx, `SELECT ref, source, group_id FROM group_pins`, func(rows *sql.Rows) error {
		var (
			ref string
			id  access.GroupID
		)
		err := rows.Scan(&ref, &id.Source, &id.ID)
		m.Groups[ref] = id
		return err
	})
}

// Learn remembers what a run found out by reading. A person keeps the account
// that is linked already, a place and a group keep their pins. An account that
// is linked to another person is an error, and then nothing is remembered.
func (l *Ledger) Learn(ctx context.Context, learned plan.Learned) error {
	return l.write(ctx, "learn into", func(tx *sql.Tx) error {
		for _, k := range learned.Links {
			k.Created = false // an account that was found is not of our making
			if _, err := link(ctx, tx, k); err != nil {
				return err
			}
		}
		for place, id := range learned.Folders {
			if _, err := pinFolder(ctx, tx, place, id); err != nil {
				return err
			}
		}
		for ref, id := range learned.Groups {
			if err := pinGroup(ctx, tx, ref, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// link ties a person to an account, unless the person has one, and returns the
// account that the person then has.
func link(ctx context.Context, tx *sql.Tx, l plan.Link) (account string, err error) {
	var other access.PersonID
	err = tx.QueryRowContext(ctx, `SELECT source, person_id FROM links WHERE account = $1`, l.Account).
		Scan(&other.Source, &other.ID)
	switch {
	case err == nil && other != l.Person:
		return "", fmt.Errorf("link %s: account %s is linked to %s already: decide whose it is with `kw-onboarder link`",
			l.Person, l.Account, other)
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return "", err
	}
	const insert = `INSERT INTO links (source, person_id, account, created) VALUES ($1, $2, $3, $4)
		ON CONFLICT (source, person_id) DO NOTHING`
	if _, err := tx.ExecContext(ctx, insert, l.Person.Source, l.Person.ID, l.Account, l.Created); err != nil {
		return "", err
	}
	err = tx.QueryRowContext(ctx, `SELECT account FROM links WHERE source = $1 AND person_id = $2`,
		l.Person.Source, l.Person.ID).Scan(&account)
	return account, err
}

// pinFolder pins a place to a folder, unless it is pinned, and returns the
// folder that the place then has.
func pinFolder(ctx context.Context, tx *sql.Tx, p access.Place, id string) (folder string, err error) {
	const insert = `INSERT INTO folder_pins (identity, path, named, folder) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	if _, err := tx.ExecContext(ctx, insert, p.As, string(p.Path), p.FolderID, id); err != nil {
		return "", err
	}
	err = tx.QueryRowContext(ctx, `SELECT folder FROM folder_pins WHERE identity = $1 AND path = $2 AND named = $3`,
		p.As, string(p.Path), p.FolderID).Scan(&folder)
	return folder, err
}

func pinGroup(ctx context.Context, tx *sql.Tx, ref string, id access.GroupID) error {
	const insert = `INSERT INTO group_pins (ref, source, group_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	_, err := tx.ExecContext(ctx, insert, ref, id.Source, id.ID)
	return err
}

// epoch is a moment as the tables hold it: microseconds since 1970, 0 for none.
func epoch(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// moment is the reverse of epoch.
func moment(epoch int64) time.Time {
	if epoch == 0 {
		return time.Time{}
	}
	return time.UnixMicro(epoch).UTC()
}
