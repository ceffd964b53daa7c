package ledger

import (
	"context"
	"database/sql"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Names is what names somebody in the ledger: what Forget would remove.
type Names struct {
	Names    []string // addresses and display names, sorted
	Accounts int      // versions of the account, as it is and was known
	Changes  int      // of the history, and parked
	Present  bool     // the account is there in the last known state
}

// Names returns what Forget would remove, and removes nothing.
func (r *Reader) Names(ctx context.Context, of Subject) (n Names, err error) {
	if r.db == nil {
		return n, nil
	}
	err = r.look(ctx, "look for names in", func(b *batch) error {
		f := &forgetting{batch: b, of: of, names: map[string]bool{}}
		if err := f.complete(ctx); err != nil {
			return err
		}
		return n.count(ctx, f)
	})
	slices.Sort(n.Names)
	return n, err
}

func (n *Names) count(ctx context.Context, f *forgetting) error {
	id, found, err := f.batch.known(ctx, f.of.Account)
	if err != nil {
		return err
	}
	if found && id != 0 {
		if err := n.accounts(ctx, f, id); err != nil {
			return err
		}
	}
	if err := f.linkName(ctx); err != nil {
		return err
	}
	records, err := readRecords(ctx, f.batch, ofSubject, []any{f.of.Account, f.of.Person.ID, f.of.Person.Source}, f.of.concerns)
	if err != nil {
		return err
	}
	for _, r := range records {
		n.change(f, r.Change)
	}
	parked, err := f.findParked(ctx)
	if err != nil {
		return err
	}
	for _, changes := range parked {
		for _, c := range changes {
			n.change(f, c)
		}
	}
	for name := range f.names {
		n.Names = append(n.Names, name)
	}
	return nil
}

func (n *Names) change(f *forgetting, c plan.Change) {
	if c.Email == "" && c.Name == "" {
		return
	}
	n.Changes++
	f.name(string(c.Email), c.Name)
	if renames(c.Op) {
		f.name(c.From, c.To)
	}
}

func (n *Names) accounts(ctx context.Context, f *forgetting, id int64) error {
	const query = `SELECT email, name, until FROM accounts WHERE account = $1`
	return f.batch.each(ctx, query, []any{id}, func(rows *sql.Rows) error {
		var (
			email, name string
			until       int64
		)
		err := rows.Scan(&email, &name, &until)
		n.Present = n.Present || until == 0
		if email+name != "" {
			n.Accounts++
		}
		f.name(email, name)
		return err
	})
}
