package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Rekeyed is a person whom a directory has given another id.
type Rekeyed struct{ Was, Is access.PersonID }

// Rekey gives people and groups other ids, wherever the ledger names them, and returns how many
// of the people are linked: a directory was built anew, from LDIF say, and its ids with it. It is a
// run of the history. That two become one, or one who is known already, is an error, and so
// is a change for one of the directory's people that has no outcome; then nothing is changed.
func (l *Ledger) Rekey(ctx context.Context, pairs []Rekeyed, groups []Regrouped, by Actor) (linked int, err error) {
	pairs = slices.DeleteFunc(slices.Clone(pairs), func(p Rekeyed) bool { return p.Was == p.Is })
	err = l.batch(ctx, "give people other ids in", func(b *batch) error {
		k := rekeying{batch: b, pairs: pairs, to: make(map[string]access.PersonID, len(pairs))}
		g, err := newRegrouping(b, groups)
		if err != nil {
			return err
		}
		for _, step := range []func(context.Context) error{
			k.oneToOne, k.decided, k.strangers, k.rows, k.heirs, k.changes, k.parked, k.subjects, g.pins, g.causes,
		} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		linked = k.linked
		return decree(ctx, b, rekeyed, by, struct{ Rekeyed, Linked, Groups int }{len(pairs), linked, len(groups)})
	})
	return linked, err
}

// rekeying gives people other ids.
type rekeying struct {
	batch  *batch
	pairs  []Rekeyed
	to     map[string]access.PersonID // by the old id, as a key has it
	linked int
}

func (k *rekeying) oneToOne(context.Context) error {
	from := map[access.PersonID]access.PersonID{}
	for _, p := range k.pairs {
		switch other, taken := from[p.Is]; {
		case p.Was.ID == "" || p.Is.ID == "" || p.Was.Source != p.Is.Source:
			return fmt.Errorf("%s cannot become %s: a person has an id, and stays in the directory", p.Was, p.Is)
		case taken:
			return fmt.Errorf("both %s and %s are to become %s: give each their own", other, p.Was, p.Is)
		}
		if other, twice := k.to[p.Was.String()]; twice {
			return fmt.Errorf("%s is to become both %s and %s: decide for one", p.Was, other, p.Is)
		}
		from[p.Is], k.to[p.Was.String()] = p.Was, p.Is
	}
	return nil
}

// decided is an error while nobody knows whether a change for such a person happened.
func (k *rekeying) decided(ctx context.Context) error {
	var sources []string
	for _, p := range k.pairs {
		if !slices.Contains(sources, p.Was.Source) {
			sources = append(sources, p.Was.Source)
		}
	}
	for _, s := range sources {
		if err := settled(ctx, k.batch, s); err != nil {
			return err
		}
	}
	return nil
}

// strangers is an error if one is to become somebody whom the ledger knows.
func (k *rekeying) strangers(ctx context.Context) error {
	const known = `SELECT 1 FROM links` + ofPerson + ` UNION SELECT 1 FROM leaving` + ofPerson + ` UNION SELECT 1 FROM owned
		WHERE source = (SELECT id FROM texts WHERE text = $1) AND person_id = (SELECT id FROM texts WHERE text = $2)`
	for _, p := range k.pairs {
		found, err := k.batch.find(ctx, known, []any{p.Is.Source, p.Is.ID}, new(int))
		if err == nil && found {
			err = fmt.Errorf("%s cannot become %s, who has an account, something of ours, or has left: "+
				"decide whose the account is with `kw-onboarder link`", p.Was, p.Is)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rows changes the tables that name a person by columns. When a new id was due already the
// old one is looked at instead.
func (k *rekeying) rows(ctx context.Context) error {
	for _, p := range k.pairs {
		if _, err := k.batch.exec(ctx, `DELETE FROM due`+ofPerson, p.Is.Source, p.Is.ID); err != nil {
			return err
		}
		for _, table := range []string{"links", "leaving", "due"} {
			n, err := k.batch.exec(ctx, `UPDATE `+table+` SET person_id = $3`+ofPerson, p.Was.Source, p.Was.ID, p.Is.ID)
			if err != nil {
				return err
			}
			if table == "links" {
				k.linked += int(n)
			}
		}
		const byNumber = ` WHERE source = (SELECT id FROM texts WHERE text = $3) AND person_id = (SELECT id FROM texts WHERE text = $4)`
		if err := renumber(ctx, k.batch, byNumber, p.Is, p.Was.Source, p.Was.ID); err != nil {
			return err
		}
	}
	return nil
}

func (k *rekeying) heirs(ctx context.Context) error {
	return eachHeirs(ctx, k.batch, func(heirs []access.Heir) (now []access.Heir, changed bool) {
		for _, h := range heirs {
			if is, ok := k.to[h.Person.String()]; ok {
				h.Person, changed = is, true
			}
			now = append(now, h)
		}
		return now, changed
	})
}

// key is a key in which people have their new ids. Its parts are set apart by strokes.
func (k *rekeying) key(key string) string {
	parts := strings.Split(key, "|")
	for i, part := range parts {
		if is, ok := k.to[part]; ok {
			parts[i] = is.String()
		}
	}
	return strings.Join(parts, "|")
}

// change is a change that names people by their new ids, and whether that is another.
func (k *rekeying) change(c plan.Change) (_ plan.Change, changed bool) {
	rekey := func(key plan.Key) plan.Key {
		now := plan.Key(k.key(string(key)))
		changed = changed || now != key
		return now
	}
	c.Key = rekey(c.Key)
	for i := range c.Needs {
		c.Needs[i] = rekey(c.Needs[i])
	}
	if is, ok := k.to[c.Person.String()]; ok {
		c.Person, changed = is, true
	}
	return c, changed
}

// changes goes through the history run by run, so that it holds the changes of one at a time.
func (k *rekeying) changes(ctx context.Context) error {
	var runs []int64
	err := k.batch.each(ctx, `SELECT id FROM runs ORDER BY id`, nil, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		runs = append(runs, id)
		return err
	})
	if err != nil {
		return err
	}
	for _, run := range runs {
		if err := k.run(ctx, run); err != nil {
			return err
		}
	}
	return nil
}

func (k *rekeying) run(ctx context.Context, run int64) error {
	records, err := readRecords(ctx, k.batch, ` WHERE run = $1`, []any{run}, nil)
	if err != nil {
		return err
	}
	const update = `UPDATE changes SET change_key = $3, payload = $4, source = $5, person_id = $6 WHERE run = $1 AND seq = $2`
	for _, r := range records {
		c, changed := k.change(r.Change)
		if !changed {
			continue
		}
		text, err := encode(c)
		if err != nil {
			return err
		}
		if _, err := k.batch.exec(ctx, update, run, r.Seq, string(c.Key), text, c.Person.Source, c.Person.ID); err != nil {
			return err
		}
	}
	return nil
}
