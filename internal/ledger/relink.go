package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Relinked is what it meant to tie a person to an account.
type Relinked struct {
	Before string          // the account that the person had; "": none, or this one
	Other  access.PersonID // whose account it was, with all that is ours on it; zero: nobody's else
}

// Relink ties a person to an account because an administrator says so, whomever it was tied
// to before: what is ours on it is the person's from then on, and who had it has none. What
// failed of the two is tried again. It is a run of the history. While a change for one of
// them has no outcome it is an error.
func (l *Ledger) Relink(ctx context.Context, p access.PersonID, account string, by Actor, now time.Time) (was Relinked, err error) {
	err = l.batch(ctx, "link in", func(b *batch) error {
		r := relinking{batch: b, person: p, account: account}
		if err := r.look(ctx); err != nil {
			return err
		}
		was = Relinked{Before: r.before, Other: r.other.Person}
		for _, step := range []func(context.Context) error{r.undecided, r.move, r.take} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		for _, who := range []access.PersonID{p, r.other.Person} {
			const retry = `UPDATE failing SET until = $2 WHERE scope = 'person' AND subject = $1 AND until > $2`
			if _, err := b.exec(ctx, retry, who.String(), epoch(now)); err != nil {
				return err
			}
		}
		return decree(ctx, b, relinked, by, struct {
			Person  access.PersonID
			Account string
		}{p, account})
	})
	return was, err
}

// relinking is an account on its way to a person.
type relinking struct {
	batch   *batch
	person  access.PersonID
	account string
	before  string    // that the person has so far, if another
	other   plan.Link // of whoever has the account so far, if another
}

func (r *relinking) look(ctx context.Context) error {
	m := plan.NewMemory()
	in := recalling{newWords(r.batch), &m}
	if err := in.links(ctx, ofPerson, r.person.Source, r.person.ID); err != nil {
		return err
	}
	if err := in.links(ctx, ` WHERE account = $1`, r.account); err != nil {
		return err
	}
	for p, link := range m.Links {
		switch {
		case p != r.person:
			r.other = link
		case link.Account != r.account:
			r.before = link.Account
		}
	}
	return nil
}

// undecided is an error while nobody knows whether a change for one of the two happened.
func (r *relinking) undecided(ctx context.Context) error {
	const query = `SELECT COUNT(*) FROM changes WHERE result IS NULL AND (source = $1 AND person_id = $2 OR source = $3 AND person_id = $4)`
	var open int
	_, err := r.batch.find(ctx, query, []any{r.person.Source, r.person.ID, r.other.Person.Source, r.other.Person.ID}, &open)
	if err == nil && open > 0 {
		err = fmt.Errorf("changes for %s have no outcome yet (%d): let the next run settle them, then ask again", r.person, open)
	}
	return err
}

// move takes the account from whoever has it, and what is ours on it with it. An order to
// offboard them stands.
func (r *relinking) move(ctx context.Context) error {
	for _, s := range []string{
		`DELETE FROM links` + ofPerson,
		`DELETE FROM leaving` + ofPerson + ` AND exit <> 'offboarded'`,
		`DELETE FROM due` + ofPerson,
	} {
		if r.other.Account == "" {
			return nil
		}
		if _, err := r.batch.exec(ctx, s, r.other.Person.Source, r.other.Person.ID); err != nil {
			return err
		}
	}
	return renumber(ctx, r.batch, ` WHERE account = (SELECT id FROM texts WHERE text = $3)`, r.person, r.account)
}

// renumber gives what is ours to a person.
func renumber(ctx context.Context, b *batch, where string, to access.PersonID, args ...any) error {
	source, err := b.id(ctx, to.Source)
	if err != nil {
		return err
	}
	id, err := b.id(ctx, to.ID)
	if err != nil {
		return err
	}
	_, err = b.exec(ctx, `UPDATE owned SET source = $1, person_id = $2`+where, append([]any{source, id}, args...)...)
	return err
}

// take ties the person to the account. What we have done to it stays known.
func (r *relinking) take(ctx context.Context) error {
	const upsert = `INSERT INTO links (source, person_id, account, created, suspended, name) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (source, person_id) DO UPDATE SET account = excluded.account, deleted = FALSE,
			created = CASE WHEN links.account = excluded.account THEN links.created ELSE excluded.created END,
			suspended = CASE WHEN links.account = excluded.account THEN links.suspended ELSE excluded.suspended END,
			name = CASE WHEN links.account = excluded.account THEN links.name ELSE excluded.name END`
	_, err := r.batch.exec(ctx, upsert, r.person.Source, r.person.ID, r.account, r.other.Created, r.other.Suspended, r.other.Name)
	return err
}
