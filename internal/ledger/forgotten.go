package ledger

import (
	"context"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// link removes the name that we have given the account.
func (f *forgetting) link(ctx context.Context) error {
	if err := f.linkName(ctx); err != nil {
		return err
	}
	_, err := f.batch.exec(ctx, `UPDATE links SET name = ''`+ofPerson, f.of.Person.Source, f.of.Person.ID)
	return err
}

func (f *forgetting) linkName(ctx context.Context) error {
	var name string
	_, err := f.batch.find(ctx, `SELECT name FROM links`+ofPerson, []any{f.of.Person.Source, f.of.Person.ID}, &name)
	f.name(name)
	return err
}

// leaving removes why somebody was offboarded, and of whoever has no account any more, and
// may come back, that they had left.
func (f *forgetting) leaving(ctx context.Context) error {
	const over = ` AND exit <> 'offboarded' AND NOT EXISTS (SELECT 1 FROM links WHERE links.source = leaving.source
		AND links.person_id = leaving.person_id AND NOT links.deleted)`
	if _, err := f.batch.exec(ctx, `DELETE FROM leaving`+ofPerson+over, f.of.Person.Source, f.of.Person.ID); err != nil {
		return err
	}
	_, err := f.batch.exec(ctx, `UPDATE leaving SET reason = ''`+ofPerson, f.of.Person.Source, f.of.Person.ID)
	return err
}

// deletions strips the changes by which the person got the data of others.
func (f *forgetting) deletions(ctx context.Context) error {
	if f.of.Account == "" {
		return nil
	}
	records, err := readRecords(ctx, f.batch, ` WHERE op = 'delete' AND result IS NOT NULL`, nil, func(c plan.Change) bool {
		return c.Retain != nil && c.Retain.Heir == f.of.Account && !f.of.concerns(c)
	})
	if err != nil {
		return err
	}
	for _, r := range records {
		f.name(r.Change.To)
		r.Change.To = ""
		text, err := encode(r.Change)
		if err != nil {
			return err
		}
		if _, err := f.batch.exec(ctx, `UPDATE changes SET payload = $3 WHERE run = $1 AND seq = $2`, r.Run, r.Seq, text); err != nil {
			return err
		}
	}
	return nil
}

// heirs forgets the person's address where somebody's data is to be theirs. Who is known by
// that alone inherits no more.
func (f *forgetting) heirs(ctx context.Context) error {
	known := f.of.Person != access.PersonID{}
	return eachHeirs(ctx, f.batch, func(heirs []access.Heir) (now []access.Heir, changed bool) {
		now = slices.DeleteFunc(slices.Clone(heirs), func(h access.Heir) bool {
			return h.Person == access.PersonID{} && f.names[string(h.Email)]
		})
		changed = len(now) < len(heirs)
		for i, h := range now {
			if h.Email != "" && (known && h.Person == f.of.Person || f.names[string(h.Email)]) {
				now[i].Email, changed = "", true
			}
		}
		return now, changed
	})
}
