package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Stretch is a time in which a role was observed to be held.
type Stretch struct {
	Grant access.Grant
	Since time.Time // observed so for the first time
	Until time.Time // and no longer; zero: it is so now
}

// Stretches returns every role that is known to have been held on a folder, or, if
// it is "", by an account; sorted by folder, account and time.
func (r *Reader) Stretches(ctx context.Context, folder, account string) (all []Stretch, err error) {
	if r.db == nil {
		return nil, nil
	}
	where, key := ` WHERE folder = $1`, folder
	if folder == "" {
		where, key = ` WHERE account = $1`, account
	}
	err = r.look(ctx, "read who ever held what in", func(b *batch) error {
		w := newWords(b)
		id, found, err := w.batch.known(ctx, key)
		if err != nil || !found {
			return err
		}
		all, err = w.stretches(ctx, where, id)
		return err
	})
	slices.SortFunc(all, func(a, b Stretch) int {
		return cmp.Or(cmp.Compare(a.Grant.Folder, b.Grant.Folder), cmp.Compare(a.Grant.Account, b.Grant.Account), a.Since.Compare(b.Since))
	})
	return all, err
}

func (w *words) stretches(ctx context.Context, where string, id int64) ([]Stretch, error) {
	var rows []heldRow
	query := `SELECT folder, account, role, origin, shared_by, created, since, until FROM grants` + where
	err := w.batch.each(ctx, query, []any{id}, func(r *sql.Rows) error {
		var h heldRow
		err := r.Scan(&h.folder, &h.account, &h.role, &h.origin, &h.sharedBy, &h.created, &h.since, &h.until)
		rows = append(rows, h)
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make([]Stretch, len(rows))
	for i, row := range rows {
		g, err := w.grant(ctx, row.grantRow)
		if err != nil {
			return nil, err
		}
		all[i] = Stretch{Grant: g, Since: moment(row.since), Until: moment(row.until)}
	}
	return all, nil
}

// AccountsAt returns accounts as they were at a moment, by id; what is known only
// of an earlier or a later time is returned as it was nearest to it, and what is not
// known at all is missing.
func (r *Reader) AccountsAt(ctx context.Context, ids []string, at time.Time) (map[string]access.Account, error) {
	found := map[string]access.Account{}
	if r.db == nil {
		return found, nil
	}
	err := r.look(ctx, "read accounts of", func(b *batch) error {
		w := newWords(b)
		for _, id := range ids {
			if err := w.accountAt(ctx, id, epoch(at), found); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

func (w *words) accountAt(ctx context.Context, id string, at int64, into map[string]access.Account) error {
	n, known, err := w.batch.known(ctx, id)
	if err != nil || !known || id == "" {
		return err
	}
	const nearest = `SELECT account, email, name, profile, kind, status FROM accounts WHERE account = $1
		ORDER BY CASE WHEN since <= $2 THEN 0 ELSE 1 END, CASE WHEN since <= $2 THEN -since ELSE since END LIMIT 1`
	var row accountRow
	found, err := w.batch.find(ctx, nearest, []any{n, at}, &row.account, &row.email, &row.name, &row.profile, &row.kind, &row.status)
	if err != nil || !found {
		return err
	}
	into[id], err = w.account(ctx, row)
	return err
}

// Find returns, sorted, who is or was known by a name: the e-mail of an account at any
// time, the id of an account or of a person, with or without its directory. Who never
// had an account is found in the changes that were tried.
func (r *Reader) Find(ctx context.Context, name string) (found []Subject, err error) {
	if r.db == nil {
		return nil, nil
	}
	err = r.look(ctx, "look for somebody in", func(b *batch) error {
		found, err = find(ctx, b, name)
		return err
	})
	slices.SortFunc(found, func(a, b Subject) int {
		return cmp.Or(a.Person.Compare(b.Person), cmp.Compare(a.Account, b.Account))
	})
	return slices.Compact(found), err
}

func find(ctx context.Context, b *batch, name string) (found []Subject, err error) {
	add := func(rows *sql.Rows) error {
		var s Subject
		err := rows.Scan(&s.Person.Source, &s.Person.ID, &s.Account)
		found = append(found, s)
		return err
	}
	source, id, _ := strings.Cut(name, ":")
	const (
		linked = `SELECT source, person_id, account FROM links
			WHERE account = $1 OR person_id = $1 OR source = $2 AND person_id = $3`
		known = `SELECT COALESCE(links.source, ''), COALESCE(links.person_id, ''), texts.text FROM accounts
			JOIN texts ON texts.id = accounts.account LEFT JOIN links ON links.account = texts.text
			WHERE accounts.email = $1 OR texts.text = $2`
		tried = `SELECT DISTINCT source, person_id, '' FROM changes WHERE person_id <> ''
			AND (person_id = $1 OR source = $2 AND person_id = $3 OR payload LIKE $4 ESCAPE '\')`
	)
	if err := b.each(ctx, linked, []any{name, source, id}, add); err != nil {
		return nil, err
	}
	if err := b.each(ctx, known, []any{strings.ToLower(name), name}, add); err != nil || len(found) > 0 {
		return found, err
	}
	quoted, err := json.Marshal(strings.ToLower(name))
	if err != nil {
		return nil, err
	}
	literal := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(string(quoted))
	return found, b.each(ctx, tried, []any{name, source, id, `%"Email":` + literal + `,%`}, add)
}

// Looked says, by an *UnobservedError, that nothing is known of a folder, or, if it is
// "", of the accounts, at a moment.
func (r *Reader) Looked(ctx context.Context, folder string, at time.Time) error {
	if r.db == nil {
		return &UnobservedError{Folder: folder, At: at}
	}
	return r.look(ctx, "read what was observed in", func(b *batch) error {
		in := holders{newWords(b), epoch(at)}
		id, found, err := in.batch.known(ctx, folder)
		if err != nil {
			return err
		}
		return in.wasObserved(ctx, id, found, folder, at)
	})
}

// Existed says whether an account was there at a moment. The error is an
// *UnobservedError if the accounts were not observed then.
func (r *Reader) Existed(ctx context.Context, account string, at time.Time) (was bool, err error) {
	if err := r.Looked(ctx, "", at); err != nil {
		return false, err
	}
	err = r.look(ctx, "read an account of", func(b *batch) error {
		id, found, err := b.known(ctx, account)
		if err != nil || !found {
			return err
		}
		const then = `SELECT 1 FROM accounts WHERE account = $1 AND since <= $2 AND (until = 0 OR until > $2)`
		was, err = b.find(ctx, then, []any{id, epoch(at)}, new(int))
		return err
	})
	return was, err
}
