package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Learn remembers what a run found out by reading. A person keeps the account
// that is linked already, a place and a group keep their pins, and what somebody
// else has changed or removed is no longer ours. Who was offboarded stays so, however
// else they are found to have left or to be there. An account that is linked to
// another person is an error, and then nothing is remembered.
func (l *Ledger) Learn(ctx context.Context, learned plan.Learned) error {
	return l.batch(ctx, "learn into", func(b *batch) error {
		for _, k := range learned.Links {
			k.Created, k.Name = false, "" // an account that was found is not of our making
			if _, err := link(ctx, b, k); err != nil {
				return err
			}
		}
		for place, id := range learned.Folders {
			if _, err := pinFolder(ctx, b, place, id); err != nil {
				return err
			}
		}
		for ref, id := range learned.Groups {
			if err := pinGroup(ctx, b, ref, id); err != nil {
				return err
			}
		}
		for _, learn := range []func() error{
			func() error { return lose(ctx, b, learned.Lost) },
			func() error { return because(ctx, b, learned.Causes) },
			func() error { return inherit(ctx, b, learned.Heirs) },
			func() error { return left(ctx, b, learned.Leaving) },
			func() error { return returned(ctx, b, learned.Returned) },
			func() error { return lifted(ctx, b, learned.Lifted) },
		} {
			if err := learn(); err != nil {
				return err
			}
		}
		return nil
	})
}

// link ties a person to an account, unless the person has one that we have not deleted,
// and returns the account that the person then has.
func link(ctx context.Context, b *batch, l plan.Link) (account string, err error) {
	var other access.PersonID
	taken, err := b.find(ctx, `SELECT source, person_id FROM links WHERE account = $1`, []any{l.Account}, &other.Source, &other.ID)
	if err != nil {
		return "", err
	}
	if taken && other != l.Person { // whoever had one that we have deleted has none
		gone, err := b.exec(ctx, `DELETE FROM links`+ofPerson+` AND deleted`, other.Source, other.ID)
		if err != nil {
			return "", err
		}
		taken = gone == 0
	}
	if taken && other != l.Person {
		return "", fmt.Errorf("link %s: account %s is linked to %s already: decide whose it is with `kw-onboarder link`",
			l.Person, l.Account, other)
	}
	const insert = `INSERT INTO links (source, person_id, account, created, name) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (source, person_id) DO UPDATE SET account = excluded.account, created = excluded.created,
			name = excluded.name, suspended = FALSE, deleted = FALSE
		WHERE links.deleted`
	if _, err := b.exec(ctx, insert, l.Person.Source, l.Person.ID, l.Account, l.Created, l.Name); err != nil {
		return "", err
	}
	_, err = b.find(ctx, `SELECT account FROM links`+ofPerson,
		[]any{l.Person.Source, l.Person.ID}, &account)
	return account, err
}

// pinFolder pins a place to a folder, unless it is pinned, and returns the
// folder that the place then has.
func pinFolder(ctx context.Context, b *batch, p access.Place, id string) (folder string, err error) {
	const insert = `INSERT INTO folder_pins (identity, path, named, folder) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	if _, err := b.exec(ctx, insert, p.As, string(p.Path), p.FolderID, id); err != nil {
		return "", err
	}
	_, err = b.find(ctx, `SELECT folder FROM folder_pins WHERE identity = $1 AND path = $2 AND named = $3`,
		[]any{p.As, string(p.Path), p.FolderID}, &folder)
	return folder, err
}

func pinGroup(ctx context.Context, b *batch, ref string, id access.GroupID) error {
	const insert = `INSERT INTO group_pins (ref, source, group_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	_, err := b.exec(ctx, insert, ref, id.Source, id.ID)
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
