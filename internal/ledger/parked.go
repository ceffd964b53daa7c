package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// OpenFor is how long an item waits for a decision, and how long an approval is good for.
const OpenFor = 72 * time.Hour

// Parked is an item that waits, or waited, for a human's decision: all changes of one cause.
type Parked struct {
	ID      int64  // another one once more has joined it
	Cause   string // one item at a time stands for it
	Kind    string
	Rule    string
	Why     string
	Run     int64 // that found it last
	Size    int   // of Changes
	Changes []plan.Change
	Opened  time.Time
	Updated time.Time
	Closed  time.Time // when it ceased to stand for its cause; zero: it does
	Actor             // who decided
	Decided time.Time
	// Decision is Approved or Rejected; "": nobody has decided.
	Decision ParkedState
}

// ParkedState is how it stands with an item.
type ParkedState string

// The states. Only what waits can be decided.
const (
	Waiting  ParkedState = "waiting"
	Approved ParkedState = "approved"
	Rejected ParkedState = "rejected"
	Expired  ParkedState = "expired" // nobody decided in time
	Settled  ParkedState = "settled by itself"
)

// State says how it stands with the item. Of an item that was decided it is the decision.
func (p *Parked) State(now time.Time) ParkedState {
	switch {
	case p.Decision != "":
		return p.Decision
	case !p.Closed.IsZero():
		return Settled
	case !now.Before(p.Until()):
		return Expired
	}
	return Waiting
}

// Until is when the item, or its approval, expires.
func (p *Parked) Until() time.Time {
	if p.Decision == Approved {
		return p.Decided.Add(OpenFor)
	}
	return p.Opened.Add(OpenFor)
}

// UnknownItemError says that no item has this number.
type UnknownItemError struct{ ID int64 }

func (e *UnknownItemError) Error() string {
	return fmt.Sprintf("nothing is parked under %d: it never was, or more has joined it since and it has another number: "+
		"look at `kw-onboarder parked`", e.ID)
}

const selectParked = `SELECT id, cause, kind, rule, why, run, opened, updated, closed, decision, decided, uid, user_name, reason,
	(SELECT COUNT(*) FROM parked_changes WHERE item = parked.id) FROM parked`

// ParkedItems returns what stands for its cause, waiting, decided or expired, the oldest
// first; or all that is remembered. Their changes are left out.
func (r *Reader) ParkedItems(ctx context.Context, all bool) (items []Parked, err error) {
	if r.db == nil {
		return nil, nil
	}
	where := ` WHERE closed = 0`
	if all {
		where = ``
	}
	err = r.look(ctx, "read what is parked in", func(b *batch) error {
		items, err = readParked(ctx, b, where+` ORDER BY opened, id`)
		return err
	})
	return items, err
}

// ParkedItem returns one item with its changes, in the order of a plan; else the error
// is an *UnknownItemError.
func (r *Reader) ParkedItem(ctx context.Context, id int64) (item Parked, err error) {
	if r.db == nil {
		return item, r.annotate("read what is parked in", &UnknownItemError{id})
	}
	err = r.look(ctx, "read what is parked in", func(b *batch) error {
		item, err = parkedItem(ctx, b, id)
		return err
	})
	return item, err
}

func parkedItem(ctx context.Context, b *batch, id int64) (Parked, error) {
	items, err := readParked(ctx, b, ` WHERE id = $1`, id)
	switch {
	case err != nil:
		return Parked{}, err
	case len(items) == 0:
		return Parked{}, &UnknownItemError{id}
	}
	item := items[0]
	changes, err := parkedChanges(ctx, b, id)
	for _, c := range changes {
		item.Changes = append(item.Changes, c)
	}
	slices.SortFunc(item.Changes, plan.Change.Compare)
	return item, err
}

func readParked(ctx context.Context, b *batch, where string, args ...any) (items []Parked, err error) {
	err = b.each(ctx, selectParked+where, args, func(rows *sql.Rows) error {
		var (
			p                                Parked
			opened, updated, closed, decided int64
		)
		err := rows.Scan(&p.ID, &p.Cause, &p.Kind, &p.Rule, &p.Why, &p.Run, &opened, &updated, &closed, &p.Decision, &decided,
			&p.UID, &p.User, &p.Reason, &p.Size)
		p.Opened, p.Updated, p.Closed, p.Decided = moment(opened), moment(updated), moment(closed), moment(decided)
		items = append(items, p)
		return err
	})
	return items, err
}

// parkedChanges are the changes of an item.
func parkedChanges(ctx context.Context, b *batch, id int64) (map[plan.Key]plan.Change, error) {
	changes := map[plan.Key]plan.Change{}
	err := b.each(ctx, `SELECT payload FROM parked_changes WHERE item = $1`, []any{id}, func(rows *sql.Rows) error {
		c, err := scanChange(rows)
		changes[c.Key] = c
		return err
	})
	return changes, err
}

// scanChange reads a change that is only compared with what is planned: what this
// program does not know of it may be missing.
func scanChange(rows *sql.Rows, others ...any) (c plan.Change, err error) {
	var text string
	if err := rows.Scan(append([]any{&text}, others...)...); err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, fmt.Errorf("read a parked change: %w", err)
	}
	return c, nil
}
