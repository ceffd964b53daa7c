package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Recall returns what is remembered, as of one moment: of everybody if of is
// nil, and then also when the last full run was. Else the links are those of the
// scope's people and of whoever has the account of one of its addresses, the grants
// and leavers those of its people. Pins are always all there are.
func (r *Reader) Recall(ctx context.Context, of *plan.Scope) (plan.Memory, error) {
	m := plan.NewMemory()
	if r.db == nil {
		return m, nil
	}
	err := r.look(ctx, "recall", func(b *batch) error {
		in := recalling{newWords(b), &m}
		recall := in.everybody
		if of != nil {
			recall = func(ctx context.Context) error { return in.scope(ctx, of) }
		}
		if err := recall(ctx); err != nil {
			return err
		}
		if err := in.folders(ctx); err != nil {
			return err
		}
		return in.groups(ctx)
	})
	if err != nil {
		return plan.Memory{}, err
	}
	return m, nil
}

// ofPerson finds a person in a table that holds its ids in words.
const ofPerson = ` WHERE source = $1 AND person_id = $2`

// recalling fills a memory.
type recalling struct {
	*words
	memory *plan.Memory
}

func (in recalling) everybody(ctx context.Context) error {
	if err := in.readAll(ctx); err != nil {
		return err
	}
	if err := in.links(ctx, ``); err != nil {
		return err
	}
	if err := in.leaving(ctx, ``); err != nil {
		return err
	}
	last, _, err := lastFull(ctx, in.batch)
	if err != nil {
		return err
	}
	in.memory.Full = last.Started
	var n int
	if _, err := in.batch.find(ctx, `SELECT COUNT(*) FROM owned`, nil, &n); err != nil {
		return err
	}
	in.memory.Owned = make(map[plan.GrantKey]access.Owned, n) // with room for all: to grow costs as much as to fill
	rules := map[int64][]access.Cause{}
	return in.batch.each(ctx, selectOwned, nil, func(rows *sql.Rows) error {
		row, err := scanOwned(rows)
		if err != nil {
			return err
		}
		return in.keep(ctx, row, rules)
	})
}

func (in recalling) scope(ctx context.Context, of *plan.Scope) error {
	rules := map[int64][]access.Cause{}
	for _, p := range of.People {
		if err := in.links(ctx, ofPerson, p.Source, p.ID); err != nil {
			return err
		}
		if err := in.leaving(ctx, ofPerson, p.Source, p.ID); err != nil {
			return err
		}
		if err := in.owned(ctx, p, rules); err != nil {
			return err
		}
	}
	for _, email := range of.Emails {
		const having = ` WHERE account IN (SELECT texts.text FROM accounts JOIN texts ON texts.id = accounts.account
			WHERE accounts.email = $1 AND accounts.until = 0)`
		if err := in.links(ctx, having, string(email)); err != nil {
			return err
		}
	}
	return nil
}

func (in recalling) links(ctx context.Context, where string, args ...any) error {
	const query = `SELECT source, person_id, account, created, suspended, deleted, name, heirs FROM links`
	return in.batch.each(ctx, query+where, args, func(rows *sql.Rows) error {
		var (
			l     plan.Link
			heirs string
		)
		err := rows.Scan(&l.Person.Source, &l.Person.ID, &l.Account, &l.Created, &l.Suspended, &l.Deleted, &l.Name, &heirs)
		if err != nil {
			return err
		}
		l.Heirs, err = decodeHeirs(heirs, l.Person)
		in.memory.Links[l.Person] = l
		return err
	})
}

// owned reads one person's grants.
func (in recalling) owned(ctx context.Context, p access.PersonID, rules map[int64][]access.Cause) error {
	const byNumber = ` WHERE person_id = (SELECT id FROM texts WHERE text = $1) AND source = (SELECT id FROM texts WHERE text = $2)`
	var found []ownedRow
	err := in.batch.each(ctx, selectOwned+byNumber, []any{p.ID, p.Source}, func(rows *sql.Rows) error {
		row, err := scanOwned(rows)
		found = append(found, row)
		return err
	})
	if err != nil {
		return err
	}
	for _, row := range found {
		if err := in.keep(ctx, row, rules); err != nil {
			return err
		}
	}
	return nil
}

// ownedRow is a grant of ours in numbers.
type ownedRow struct {
	account, folder, source, person, identity, role, floor, sharedBy, rules, lost int64
	created                                                                       int64
}

const selectOwned = `SELECT account, folder, source, person_id, identity, role, floor, shared_by, created, rules, lost FROM owned`

func scanOwned(rows *sql.Rows) (r ownedRow, err error) {
	err = rows.Scan(&r.account, &r.folder, &r.source, &r.person, &r.identity, &r.role, &r.floor, &r.sharedBy,
		&r.created, &r.rules, &r.lost)
	return r, err
}

// keep remembers a grant of ours; rules are the lists read so far, which grants share.
func (in recalling) keep(ctx context.Context, r ownedRow, rules map[int64][]access.Cause) error {
	o := access.Owned{Created: moment(r.created)}
	err := in.fill(ctx,
		[]int64{r.account, r.folder, r.source, r.person, r.identity, r.role, r.floor, r.sharedBy, r.lost},
		&o.Account, &o.Folder, &o.Person.Source, &o.Person.ID, &o.As, &o.Role, &o.Floor, &o.SharedBy, &o.Lost)
	if err != nil {
		return err
	}
	names, ok := rules[r.rules]
	if !ok {
		text, err := in.word(ctx, r.rules)
		if err != nil {
			return err
		}
		if names, err = decodeCauses(text); err != nil {
			return fmt.Errorf("read the rules of the grant of account %s on folder %s: %w", o.Account, o.Folder, err)
		}
		rules[r.rules] = names
	}
	o.Causes = names
	in.memory.Owned[plan.GrantKey{Account: o.Account, Folder: o.Folder}] = o
	return nil
}

func (in recalling) folders(ctx context.Context) error {
	return in.batch.each(ctx, `SELECT identity, path, named, folder FROM folder_pins`, nil, func(rows *sql.Rows) error {
		var (
			p  access.Place
			id string
		)
		err := rows.Scan(&p.As, &p.Path, &p.FolderID, &id)
		in.memory.Folders[p] = id
		return err
	})
}

func (in recalling) groups(ctx context.Context) error {
	return in.batch.each(ctx, `SELECT ref, source, group_id FROM group_pins`, nil, func(rows *sql.Rows) error {
		var (
			ref string
			id  access.GroupID
		)
		err := rows.Scan(&ref, &id.Source, &id.ID)
		in.memory.Groups[ref] = id
		return err
	})
}
