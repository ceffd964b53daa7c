package ledger

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Park remembers what a run has parked: of each item the cause, kind, rule, why and
// changes. An item that waits is brought up to date; if changes have joined it, it has
// another number from then on, so that nobody approves more than they have seen. What
// was rejected, or expired, stays so while its changes are the same, and opens anew when
// they differ. An approval that is still good covers what it covers.
//
// whole says that the run judged everybody and that nothing but the budgets and the
// rules for changed rules kept a change back: then an item is what the run says, and
// one that it does not speak of any more has settled by itself.
func (l *Ledger) Park(ctx context.Context, run int64, items []Parked, whole bool, now time.Time) error {
	return l.batch(ctx, "park in", func(b *batch) error {
		standing, err := readParked(ctx, b, ` WHERE closed = 0`)
		if err != nil {
			return err
		}
		before := map[string]*Parked{}
		for i := range standing {
			before[standing[i].Cause] = &standing[i]
		}
		p := parking{batch: b, run: run, whole: whole, now: now}
		for i := range items {
			if err := p.park(ctx, &items[i], before[items[i].Cause]); err != nil {
				return err
			}
			delete(before, items[i].Cause)
		}
		if !whole {
			return nil
		}
		for _, left := range before {
			if err := p.close(ctx, left); err != nil {
				return err
			}
		}
		return nil
	})
}

// parking is what one run parks.
type parking struct {
	batch *batch
	run   int64
	whole bool
	now   time.Time
}

// park remembers one item, where before, if there is one, stood for its cause so far.
func (p *parking) park(ctx context.Context, item, before *Parked) error {
	if before == nil {
		return p.open(ctx, item)
	}
	had, err := parkedChanges(ctx, p.batch, before.ID)
	if err != nil {
		return err
	}
	d := p.differing(item.Changes, had)
	state := before.State(p.now)
	switch {
	case state == Waiting:
		return p.update(ctx, item, before, d)
	case d.joined, d.left && state != Approved, state == Approved && !p.now.Before(before.Until()):
		if err := p.close(ctx, before); err != nil {
			return err
		}
		return p.open(ctx, item)
	}
	return nil
}

// difference is what has become of an item's changes. One whose folder was made since
// has another key, and is the same change.
type difference struct {
	fresh  []plan.Change // that it had not, or not so
	gone   []plan.Key    // that it has no more
	joined bool          // something is new to whoever has looked at it
	left   bool          // something is not asked for any more
}

func (p *parking) differing(now []plan.Change, had map[plan.Key]plan.Change) (d difference) {
	left := maps.Clone(had)
	for _, c := range now {
		was, known := had[c.Key]
		if !known {
			was, known = sameThing(left, c)
		}
		delete(left, was.Key)
		if was.Key != c.Key || !was.SameEnd(c) {
			d.fresh = append(d.fresh, c)
			d.joined = d.joined || !known || !was.SameEnd(c)
		}
		if known && was.Key != c.Key {
			d.gone = append(d.gone, was.Key)
		}
	}
	if p.whole { // a run about some people does not speak of the others
		d.left = len(left) > 0
		d.gone = append(d.gone, slices.Sorted(maps.Keys(left))...)
	}
	return d
}

// sameThing finds what a change was called before its folder had an id.
func sameThing(had map[plan.Key]plan.Change, c plan.Change) (was plan.Change, found bool) {
	for _, o := range had {
		if o.Folder == "" && o.Same(c) {
			return o, true
		}
	}
	return plan.Change{}, false
}

func (p *parking) open(ctx context.Context, item *Parked) error {
	const insert = `INSERT INTO parked
			(id, cause, kind, rule, why, run, opened, updated, closed, decision, decided, uid, user_name, reason)
		SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, $6, $6, 0, '', 0, 0, '', '' FROM parked RETURNING id`
	var id int64
	_, err := p.batch.find(ctx, insert, []any{item.Cause, item.Kind, item.Rule, item.Why, p.run, epoch(p.now)}, &id)
	if err != nil {
		return err
	}
	return p.put(ctx, id, item.Changes)
}

// update brings an item that waits up to date. It stays open for as long as it was to.
func (p *parking) update(ctx context.Context, item, before *Parked, d difference) error {
	id := before.ID
	if d.joined {
		const next = `UPDATE parked SET id = (SELECT MAX(id) + 1 FROM parked) WHERE id = $1 RETURNING id`
		if _, err := p.batch.find(ctx, next, []any{before.ID}, &id); err != nil {
			return err
		}
	}
	why := item.Why
	if !p.whole { // a run about some people counts only theirs
		why = before.Why
	}
	const update = `UPDATE parked SET kind = $2, rule = $3, why = $4, run = $5, updated = $6 WHERE id = $1`
	if _, err := p.batch.exec(ctx, update, id, item.Kind, item.Rule, why, p.run, epoch(p.now)); err != nil {
		return err
	}
	for _, key := range d.gone {
		if _, err := p.batch.exec(ctx, `DELETE FROM parked_changes WHERE item = $1 AND change_key = $2`, id, string(key)); err != nil {
			return err
		}
	}
	return p.put(ctx, id, d.fresh)
}

// put keeps changes with an item, in place of what it had under their keys.
func (p *parking) put(ctx context.Context, id int64, changes []plan.Change) error {
	const upsert = `INSERT INTO parked_changes (item, change_key, payload) VALUES ($1, $2, $3)
		ON CONFLICT (item, change_key) DO UPDATE SET payload = excluded.payload`
	for _, c := range changes {
		payload, err := encode(c)
		if err != nil {
			return err
		}
		if _, err := p.batch.exec(ctx, upsert, id, string(c.Key), payload); err != nil {
			return err
		}
	}
	return nil
}

func (p *parking) close(ctx context.Context, item *Parked) error {
	_, err := p.batch.exec(ctx, `UPDATE parked SET closed = $2 WHERE id = $1`, item.ID, epoch(p.now))
	return err
}
