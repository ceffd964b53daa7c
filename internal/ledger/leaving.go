package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// left remembers who has left, and how. An order to offboard somebody is ended by a run that
// has known it and found that the directory says the same by now, or by TakeBack.
func left(ctx context.Context, b *batch, leaving []plan.Leaving) error {
	const upsert = `INSERT INTO leaving (source, person_id, exit, since, uid, user_name, reason) VALUES ($1, $2, $3, $4, 0, '', '')
		ON CONFLICT (source, person_id) DO UPDATE SET exit = excluded.exit, since = excluded.since
		WHERE leaving.exit <> 'offboarded' OR excluded.exit <> 'unmatched' AND excluded.since = leaving.since`
	for _, l := range leaving {
		if _, err := b.exec(ctx, upsert, l.Person.Source, l.Person.ID, string(l.Exit), epoch(l.Since)); err != nil {
			return err
		}
	}
	return nil
}

// returned forgets that people had left. Who was offboarded while a run was looking at
// them stays so.
func returned(ctx context.Context, b *batch, people []access.PersonID) error {
	for _, p := range people {
		if _, err := b.exec(ctx, `DELETE FROM leaving`+ofPerson+` AND exit <> 'offboarded'`, p.Source, p.ID); err != nil {
			return err
		}
	}
	return nil
}

// lifted forgets that we had suspended or deleted accounts, which somebody else has undone.
func lifted(ctx context.Context, b *batch, people []access.PersonID) error {
	for _, p := range people {
		for _, s := range []string{`UPDATE links SET suspended = FALSE, deleted = FALSE`, `UPDATE leaving SET lifted = TRUE`} {
			if _, err := b.exec(ctx, s+ofPerson, p.Source, p.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// Offboard remembers that somebody has left by an administrator's order, whatever the
// directory says, until it is taken back. A step of a ladder that is due keeps its date. If
// it was ordered already, nothing changes, and already is true.
func (l *Ledger) Offboard(ctx context.Context, p access.PersonID, by Actor, now time.Time) (already bool, err error) {
	const order = `INSERT INTO leaving (source, person_id, exit, since, uid, user_name, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (source, person_id) DO UPDATE SET exit = excluded.exit,
			uid = excluded.uid, user_name = excluded.user_name, reason = excluded.reason,
			since = CASE WHEN leaving.exit = 'unmatched' THEN excluded.since ELSE leaving.since END, lifted = FALSE
		WHERE leaving.exit <> excluded.exit`
	err = l.batch(ctx, "offboard somebody in", func(b *batch) error {
		n, err := b.exec(ctx, order, p.Source, p.ID, string(plan.ExitOffboarded), epoch(now), by.UID, by.User, by.Reason)
		already = n == 0
		return err
	})
	return already, err
}

// TakeBack ends the order to offboard somebody, and says whether there was one. It is a run
// of the history. Whoever has left by what the directory says is found out again.
func (l *Ledger) TakeBack(ctx context.Context, p access.PersonID, by Actor) (was bool, err error) {
	err = l.batch(ctx, "take back in", func(b *batch) error {
		n, err := b.exec(ctx, `DELETE FROM leaving`+ofPerson+` AND exit = 'offboarded'`, p.Source, p.ID)
		if was = n > 0; err != nil || !was {
			return err
		}
		return decree(ctx, b, tookBack, by, struct{ Person access.PersonID }{p})
	})
	return was, err
}

// Leaving returns who has left, as far as it is remembered, the first first.
func (r *Reader) Leaving(ctx context.Context) ([]plan.Leaving, error) {
	if r.db == nil {
		return nil, nil
	}
	m := plan.NewMemory()
	err := r.look(ctx, "read who has left in", func(b *batch) error {
		return recalling{newWords(b), &m}.leaving(ctx, ``)
	})
	if err != nil {
		return nil, err
	}
	all := make([]plan.Leaving, 0, len(m.Leaving))
	for _, l := range m.Leaving {
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b plan.Leaving) int { return cmp.Or(a.Since.Compare(b.Since), a.Person.Compare(b.Person)) })
	return all, nil
}

func (in recalling) leaving(ctx context.Context, where string, args ...any) error {
	const query = `SELECT source, person_id, exit, since, uid, user_name, reason, lifted FROM leaving`
	return in.batch.each(ctx, query+where, args, func(rows *sql.Rows) error {
		var (
			l     plan.Leaving
			since int64
			by    Actor
		)
		err := rows.Scan(&l.Person.Source, &l.Person.ID, &l.Exit, &since, &by.UID, &by.User, &by.Reason, &l.Lifted)
		l.Since = moment(since)
		if l.Exit == plan.ExitOffboarded {
			l.Why = by.because()
		}
		in.memory.Leaving[l.Person] = l
		return err
	})
}

// because names the actor and the reason.
func (a Actor) because() string {
	if a.Reason == "" {
		return a.Who()
	}
	return a.Who() + " (" + a.Reason + ")"
}
