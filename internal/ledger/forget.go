package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Forget removes what names a person: addresses and display names, from the
// accounts as they are and were known, from the changes of the history, and
// from the requests that name them. It keeps ids: of the person, the account and
// the folders, with the link, what is ours, and when it changed, since without
// them nobody could take back what was given. Who still has an account at
// Kiteworks is known again with the next full run. An open intent needs its
// address: while there is one it is an error, and nothing is forgotten.
func (l *Ledger) Forget(ctx context.Context, of Subject) error {
	return l.batch(ctx, "forget somebody in", func(b *batch) error {
		f := &forgetting{batch: b, of: of, names: map[string]bool{}}
		for _, step := range []func(context.Context) error{f.complete, f.accounts, f.changes, f.texts} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// forgetting gathers the names of a person while it removes them.
type forgetting struct {
	batch *batch
	of    Subject
	names map[string]bool
}

// complete finds the account of the person, or the person of the account.
func (f *forgetting) complete(ctx context.Context) error {
	if f.of.Account == "" {
		const query = `SELECT account FROM links WHERE source = $1 AND person_id = $2`
		_, err := f.batch.find(ctx, query, []any{f.of.Person.Source, f.of.Person.ID}, &f.of.Account)
		return err
	}
	const query = `SELECT source, person_id FROM links WHERE account = $1`
	_, err := f.batch.find(ctx, query, []any{f.of.Account}, &f.of.Person.Source, &f.of.Person.ID)
	return err
}

func (f *forgetting) accounts(ctx context.Context) error {
	id, found, err := f.batch.known(ctx, f.of.Account)
	if err != nil || !found || f.of.Account == "" {
		return err
	}
	err = f.batch.each(ctx, `SELECT email, name FROM accounts WHERE account = $1`, []any{id}, func(rows *sql.Rows) error {
		var email, name string
		err := rows.Scan(&email, &name)
		f.name(email, name)
		return err
	})
	if err != nil {
		return err
	}
	_, err = f.batch.exec(ctx, `UPDATE accounts SET email = '', name = '' WHERE account = $1`, id)
	return err
}

func (f *forgetting) name(names ...string) {
	for _, n := range names {
		if n != "" {
			f.names[n] = true
		}
	}
}

func (f *forgetting) changes(ctx context.Context) error {
	records, err := readRecords(ctx, f.batch.tx, ofSubject, []any{f.of.Account, f.of.Person.ID, f.of.Person.Source}, f.of.concerns)
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.Result == "" {
			return errors.New("an intent for this person has no outcome yet: let the next run settle it, then ask again")
		}
		c := r.Change
		f.name(string(c.Email), c.Name)
		c.Email, c.Name = "", ""
		if c.Op == plan.Rename {
			f.name(c.From, c.To)
			c.From, c.To = "", ""
		}
		text, err := encode(c)
		if err != nil {
			return err
		}
		if _, err := f.batch.exec(ctx, `UPDATE changes SET payload = $3 WHERE run = $1 AND seq = $2`, r.Run, r.Seq, text); err != nil {
			return err
		}
	}
	return nil
}

// texts removes the names where they stand in the midst of others' words.
func (f *forgetting) texts(ctx context.Context) error {
	for _, place := range []struct{ query, update string }{
		{`SELECT id, args, reason, answer FROM inbox`, `UPDATE inbox SET args = $2, reason = $3, answer = $4 WHERE id = $1`},
		{`SELECT id, COALESCE(summary, ''), reason, '' FROM runs`, `UPDATE runs SET summary = $2, reason = $3 WHERE id = $1 AND $4 = ''`},
	} {
		if err := f.replace(ctx, place.query, place.update); err != nil {
			return err
		}
	}
	return nil
}

func (f *forgetting) replace(ctx context.Context, query, update string) error {
	type row struct {
		id    int64
		texts [3]string
	}
	var named []row
	forget := f.replacer()
	err := f.batch.each(ctx, query, nil, func(rows *sql.Rows) error {
		var r row
		if err := rows.Scan(&r.id, &r.texts[0], &r.texts[1], &r.texts[2]); err != nil {
			return err
		}
		before := r.texts
		for i := range r.texts {
			r.texts[i] = forget.Replace(r.texts[i])
		}
		if r.texts != before {
			named = append(named, r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range named {
		if _, err := f.batch.exec(ctx, update, r.id, r.texts[0], r.texts[1], r.texts[2]); err != nil {
			return err
		}
	}
	return nil
}

// replacer turns each name, also as JSON writes it, into a word that says so.
func (f *forgetting) replacer() *strings.Replacer {
	const forgotten = "(forgotten)"
	var pairs []string
	for name := range f.names {
		quoted, err := json.Marshal(name)
		if err == nil {
			pairs = append(pairs, strings.Trim(string(quoted), `"`), forgotten)
		}
		pairs = append(pairs, name, forgotten)
	}
	return strings.NewReplacer(pairs...)
}
