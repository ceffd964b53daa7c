package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Forget removes what names a person: the address and the name from the account
// as it is and was known and from the changes of the history and those that are parked; the address and a
// name of several words from the reasons and summaries in which they stand; and
// all words of the answered requests that hold them. It keeps ids: of the person,
// the account and the folders, with the link, what is ours, and when it changed,
// since without them nobody could take back what was given, and how somebody has left,
// without the reason, until the account is deleted: who was offboarded would get all of it back.
// Where the person inherits data, the id stays and the address goes. Whoever still has an
// account at Kiteworks is known again with the next full run. A change without
// outcome needs its address: while there is one, it is an error and nothing is
// forgotten. A request that waits keeps its words. A file holds them nowhere then; of
// PostgreSQL's the server keeps old rows until it vacuums.
func (l *Ledger) Forget(ctx context.Context, of Subject) error {
	const what = "forget somebody in"
	err := l.batch(ctx, what, func(b *batch) error {
		f := &forgetting{batch: b, of: of, names: map[string]bool{}}
		for _, step := range []func(context.Context) error{f.complete, f.accounts, f.link, f.leaving, f.changes, f.deletions, f.parked, f.texts, f.heirs} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return l.annotate(what, l.engine.scrub(ctx, l.db))
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
		const query = `SELECT account FROM links` + ofPerson
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
	records, err := readRecords(ctx, f.batch, ofSubject, []any{f.of.Account, f.of.Person.ID, f.of.Person.Source}, f.of.concerns)
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.Result == "" {
			return errors.New("an intent for this person has no outcome yet: let the next run settle it, then ask again")
		}
		text, err := f.strip(r.Change)
		if err != nil {
			return err
		}
		if _, err := f.batch.exec(ctx, `UPDATE changes SET payload = $3 WHERE run = $1 AND seq = $2`, r.Run, r.Seq, text); err != nil {
			return err
		}
	}
	return nil
}

// strip is a change without the names that it holds.
func (f *forgetting) strip(c plan.Change) (string, error) {
	f.name(string(c.Email), c.Name)
	c.Email, c.Name = "", ""
	if renames(c.Op) {
		f.name(c.From, c.To)
		c.From, c.To = "", ""
	}
	return encode(c)
}

// renames says whether an operation leads from a name of somebody to another.
func renames(op plan.Op) bool { return op == plan.Rename || op == plan.SetName }

// parked strips what waits for a decision, or had one. An approval of it lapses by that.
func (f *forgetting) parked(ctx context.Context) error {
	found, err := f.findParked(ctx)
	if err != nil {
		return err
	}
	for item, changes := range found {
		for _, c := range changes {
			text, err := f.strip(c)
			if err != nil {
				return err
			}
			const update = `UPDATE parked_changes SET payload = $3 WHERE item = $1 AND change_key = $2`
			if _, err := f.batch.exec(ctx, update, item, string(c.Key), text); err != nil {
				return err
			}
		}
	}
	return nil
}

// findParked are the parked changes that concern the person, by their item.
func (f *forgetting) findParked(ctx context.Context) (map[int64][]plan.Change, error) {
	found := map[int64][]plan.Change{}
	err := f.batch.each(ctx, `SELECT payload, item FROM parked_changes`, nil, func(rows *sql.Rows) error {
		var item int64
		c, err := scanChange(rows, &item)
		if f.of.concerns(c) {
			found[item] = append(found[item], c)
		}
		return err
	})
	return found, err
}

// texts removes the names where they stand in the midst of other words. A name
// of a single word is not looked for there: it may be any word.
func (f *forgetting) texts(ctx context.Context) error {
	for _, name := range slices.Collect(maps.Keys(f.names)) {
		if !strings.ContainsAny(name, "@ ") {
			delete(f.names, name)
			continue
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return err
		}
		f.name(strings.Trim(string(quoted), `"`))
	}
	for _, at := range []struct{ table, column string }{
		{"changes", "why"},
		{"runs", "summary"},
		{"runs", "reason"},
		{"parked", "why"},
		{"parked", "reason"},
		{"holds", "why"},
		{"holds", "reason"},
		{"holds", "ended_reason"},
		{"allowances", "reason"},
		{"failing", "why"},
		{"leaving", "reason"},
	} {
		update := fmt.Sprintf(`UPDATE %[1]s SET %[2]s = REPLACE(%[2]s, $1, '(forgotten)') WHERE REPLACE(%[2]s, $1, '') <> %[2]s`,
			at.table, at.column)
		for name := range f.names {
			if _, err := f.batch.exec(ctx, update, name); err != nil {
				return err
			}
		}
	}
	return f.requests(ctx)
}

// requests empties those that name the person, however they spell it.
func (f *forgetting) requests(ctx context.Context) error {
	var named []int64
	const query = `SELECT id, args, reason, answer FROM inbox WHERE answered <> 0`
	err := f.batch.each(ctx, query, nil, func(rows *sql.Rows) error {
		var (
			id                   int64
			args, reason, answer string
		)
		err := rows.Scan(&id, &args, &reason, &answer)
		text := strings.ToLower(args + reason + answer)
		for name := range f.names {
			if strings.Contains(text, strings.ToLower(name)) {
				named = append(named, id)
				break
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range named {
		if _, err := f.batch.exec(ctx, `UPDATE inbox SET args = '{}', reason = '', answer = '' WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}
