package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Used is how many changes of these operations were done since a moment that nobody had
// approved or ordered: of those that a date has brought about, or of the others. What a clock
// that was ahead has dated into the future counts until a later run is as old as that moment:
// else it would be new for years.
func (r *Reader) Used(ctx context.Context, ops []plan.Op, expired bool, since time.Time) (used int, err error) {
	if r.db == nil {
		return 0, nil
	}
	const query = `SELECT COUNT(*) FROM changes WHERE op = $1 AND settled_at >= $2 AND expired = $3 AND result = 'done' AND NOT approved
		AND NOT (settled_at > $4 AND EXISTS (SELECT 1 FROM runs WHERE runs.id > changes.run AND runs.started < $2))`
	now := epoch(time.Now())
	err = r.look(ctx, "count what was done in", func(b *batch) error {
		for _, op := range ops {
			var n int
			if _, err := b.find(ctx, query, []any{op.String(), epoch(since), expired, now}, &n); err != nil {
				return err
			}
			used += n
		}
		return nil
	})
	return used, err
}

// Allow widens the budget of a kind by n changes until a moment.
func (l *Ledger) Allow(ctx context.Context, kind string, n int, until time.Time, by Actor, now time.Time) error {
	const insert = `INSERT INTO allowances (id, kind, changes, since, until, uid, user_name, reason)
		SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, $6, $7 FROM allowances`
	return l.batch(ctx, "widen a budget in", func(b *batch) error {
		_, err := b.exec(ctx, insert, kind, n, epoch(now), epoch(until), by.UID, by.User, by.Reason)
		return err
	})
}

// Allowed is by how many changes the budget of each kind is widened at a moment.
func (r *Reader) Allowed(ctx context.Context, now time.Time) (map[string]int, error) {
	allowed := map[string]int{}
	if r.db == nil {
		return allowed, nil
	}
	const query = `SELECT kind, changes FROM allowances WHERE until > $1`
	err := r.look(ctx, "read what is allowed in", func(b *batch) error {
		return b.each(ctx, query, []any{epoch(now)}, func(rows *sql.Rows) error {
			var (
				kind string
				n    int
			)
			err := rows.Scan(&kind, &n)
			allowed[kind] += n
			return err
		})
	})
	return allowed, err
}

// Counts are the sizes that budgets are parts of.
type Counts struct {
	Links       int            // without those whose account we have deleted
	Owned       int            // without what is lost
	OwnedByRule map[string]int // a grant of several rules counts for each
	People      int            // of the newest full run that did not fail; 0: there was none
	Seats       int            // accounts that take one, as last known: of users and administrators, not deleted
}

// Counts counts what the budgets are measured against.
func (r *Reader) Counts(ctx context.Context) (Counts, error) {
	c := Counts{OwnedByRule: map[string]int{}}
	if r.db == nil {
		return c, nil
	}
	err := r.look(ctx, "count what is ours in", func(b *batch) (err error) {
		if _, err := b.find(ctx, `SELECT COUNT(*) FROM links WHERE NOT deleted`, nil, &c.Links); err != nil {
			return err
		}
		const seats = `SELECT COUNT(*) FROM accounts WHERE until = 0 AND kind IN ($1, $2) AND status <> $3`
		if _, err := b.find(ctx, seats, []any{int64(access.User), int64(access.Admin), int64(access.Deleted)}, &c.Seats); err != nil {
			return err
		}
		if err := c.owned(ctx, b); err != nil {
			return err
		}
		_, c.People, err = lastFull(ctx, b)
		return err
	})
	return c, err
}

func (c *Counts) owned(ctx context.Context, b *batch) error {
	const query = `SELECT texts.text, same.n FROM (SELECT rules, COUNT(*) AS n FROM owned WHERE lost = 0 GROUP BY rules) AS same
		JOIN texts ON texts.id = same.rules`
	return b.each(ctx, query, nil, func(rows *sql.Rows) error {
		var (
			text string
			n    int
		)
		if err := rows.Scan(&text, &n); err != nil {
			return err
		}
		causes, err := decodeCauses(text)
		if err != nil {
			return fmt.Errorf("read the rules of grants: %w", err)
		}
		c.Owned += n
		for _, rule := range access.RulesOf(causes) {
			c.OwnedByRule[rule] += n
		}
		return nil
	})
}

// lastFull is the newest full run that did not fail, was about everybody and found what is
// expected of the directory, and how many people it has read, as its summary says; the zero run if there was none.
func lastFull(ctx context.Context, b *batch) (last Run, people int, err error) {
	const atOnce = ` WHERE id < $1 ORDER BY id DESC LIMIT 100`
	for before := int64(math.MaxInt64); ; {
		runs, err := readRuns(ctx, b, atOnce, before)
		if err != nil || len(runs) == 0 {
			return Run{}, 0, err
		}
		for _, r := range runs {
			var s struct {
				Full   bool     `json:"full"`
				Named  []string `json:"named"`
				People int      `json:"people"`
				Unmet  []string `json:"unmet"`
			}
			if len(r.Summary) == 0 || !slices.Contains([]string{plan.Done.String(), "partial"}, r.Result) {
				continue
			}
			if err := json.Unmarshal(r.Summary, &s); err != nil {
				return Run{}, 0, fmt.Errorf("read the summary of run %d: %w", r.ID, err)
			}
			if s.Full && len(s.Named) == 0 && len(s.Unmet) == 0 {
				return r, s.People, nil
			}
		}
		before = runs[len(runs)-1].ID
	}
}
