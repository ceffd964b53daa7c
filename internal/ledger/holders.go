package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Holding is a role that was held.
type Holding struct {
	Account access.Account // as it was then; only its id if its row was not known
	Grant   access.Grant
	Since   time.Time       // observed so for the first time
	Until   time.Time       // and no longer; zero: it is so now
	Person  access.PersonID // whose account it is now; zero: it is linked to nobody
	Owned   bool            // it is ours now
	Rules   []string        // the rules that asked for it, if it is ours
}

// UnobservedError says that nobody looked at something at a moment, so that
// nobody knows how it was then.
type UnobservedError struct {
	Folder string    // "": the accounts
	At     time.Time // the moment asked for
	Since  time.Time // since when it is known; zero: it never was
	Until  time.Time // until when it was known; zero: it is known still
}

func (e *UnobservedError) Error() string {
	what := "the accounts were"
	if e.Folder != "" {
		what = "folder " + e.Folder + " was"
	}
	const day = time.DateTime + " MST"
	switch {
	case e.Since.IsZero():
		return what + " never observed: nothing is known of it"
	case !e.Until.IsZero():
		return fmt.Sprintf("%s not observed at %s: it is known from %s until %s", what, e.At.Format(day), e.Since.Format(day), e.Until.Format(day))
	}
	return fmt.Sprintf("%s not observed at %s: it is known since %s", what, e.At.Format(day), e.Since.Format(day))
}

// Holders returns who held which role on a folder at a moment, as far as the
// last known states tell, sorted by account. The error is an *UnobservedError
// if the folder was not observed then, or what was known of then is forgotten.
func (r *Reader) Holders(ctx context.Context, folder string, at time.Time) ([]Holding, error) {
	return r.holdings(ctx, folder, at, ` WHERE folder = $1`, folder)
}

// Grants returns the roles that one account held at a moment, sorted by folder.
// The error is an *UnobservedError if the accounts were not observed then. A
// role on a folder that was not observed then is not in it.
func (r *Reader) Grants(ctx context.Context, account string, at time.Time) ([]Holding, error) {
	return r.holdings(ctx, "", at, ` WHERE account = $1`, account)
}

// holdings returns what matches where, if folder, "" being the accounts, was observed then.
func (r *Reader) holdings(ctx context.Context, folder string, at time.Time, where, key string) (held []Holding, err error) {
	if r.db == nil {
		return nil, r.annotate("read", &UnobservedError{Folder: folder, At: at})
	}
	err = r.look(ctx, "read who held what in", func(b *batch) error {
		in := holders{newWords(b), epoch(at)}
		id, found, err := in.batch.known(ctx, folder)
		if err != nil {
			return err
		}
		if err := in.wasObserved(ctx, id, found, folder, at); err != nil {
			return err
		}
		if id, found, err = in.batch.known(ctx, key); err != nil || !found {
			return err
		}
		held, err = in.read(ctx, where, id)
		return err
	})
	slices.SortFunc(held, func(a, b Holding) int {
		return cmp.Or(cmp.Compare(a.Grant.Folder, b.Grant.Folder), cmp.Compare(a.Grant.Account, b.Grant.Account))
	})
	return held, err
}

// holders reads what was so at a moment.
type holders struct {
	*words
	at int64
}

func (in holders) wasObserved(ctx context.Context, id int64, found bool, folder string, at time.Time) error {
	e := &UnobservedError{Folder: folder, At: at}
	if !found {
		return e
	}
	observed := false
	const query = `SELECT since, until FROM watches WHERE folder = $1 ORDER BY since`
	err := in.batch.each(ctx, query, []any{id}, func(rows *sql.Rows) error {
		var since, until int64
		if err := rows.Scan(&since, &until); err != nil {
			return err
		}
		if e.Since.IsZero() {
			e.Since = moment(since)
		}
		e.Until = moment(until)
		observed = observed || since <= in.at && (until == 0 || in.at < until)
		return nil
	})
	if err != nil || observed {
		return err
	}
	return e
}

// heldRow is a row of grants with its time.
type heldRow struct {
	grantRow
	since, until int64
}

func (in holders) read(ctx context.Context, where string, id int64) ([]Holding, error) {
	const then = ` AND since <= $2 AND (until = 0 OR until > $2)`
	var rows []heldRow
	query := `SELECT folder, account, role, origin, shared_by, created, since, until FROM grants` + where + then
	err := in.batch.each(ctx, query, []any{id, in.at}, func(r *sql.Rows) error {
		var h heldRow
		err := r.Scan(&h.folder, &h.account, &h.role, &h.origin, &h.sharedBy, &h.created, &h.since, &h.until)
		rows = append(rows, h)
		return err
	})
	if err != nil {
		return nil, err
	}
	held := make([]Holding, len(rows))
	for i, row := range rows {
		if held[i], err = in.holding(ctx, row); err != nil {
			return nil, err
		}
	}
	return held, nil
}

func (in holders) holding(ctx context.Context, row heldRow) (Holding, error) {
	g, err := in.grant(ctx, row.grantRow)
	if err != nil {
		return Holding{}, err
	}
	h := Holding{Account: access.Account{ID: g.Account}, Grant: g, Since: moment(row.since), Until: moment(row.until)}
	if err := in.holder(ctx, row.account, &h); err != nil {
		return h, err
	}
	var rules int64
	const ours = `SELECT rules FROM owned WHERE account = $1 AND folder = $2 AND lost = 0`
	if h.Owned, err = in.batch.find(ctx, ours, []any{row.account, row.folder}, &rules); err != nil || !h.Owned {
		return h, err
	}
	text, err := in.word(ctx, rules)
	if err != nil {
		return h, err
	}
	causes, err := decodeCauses(text)
	h.Rules = access.RulesOf(causes)
	return h, err
}

// holder fills in whose account it was.
func (in holders) holder(ctx context.Context, account int64, h *Holding) error {
	const then = `SELECT account, email, name, profile, kind, status FROM accounts
		WHERE account = $1 AND since <= $2 AND (until = 0 OR until > $2)`
	var r accountRow
	found, err := in.batch.find(ctx, then, []any{account, in.at}, &r.account, &r.email, &r.name, &r.profile, &r.kind, &r.status)
	if err != nil {
		return err
	}
	if found {
		if h.Account, err = in.account(ctx, r); err != nil {
			return err
		}
	}
	_, err = in.batch.find(ctx, `SELECT source, person_id FROM links WHERE account = $1`, []any{h.Account.ID},
		&h.Person.Source, &h.Person.ID)
	return err
}
