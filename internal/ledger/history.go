package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Run is one run of the history.
type Run struct {
	ID      int64
	Trigger string
	Actor             // who asked for it; zero: nobody did, it was time
	Started time.Time // and
	Ended   time.Time // zero: it runs, or was killed
	Result  string
	Summary []byte // JSON
}

// Record is one change of the history.
type Record struct {
	Run      int64
	Seq      int64 // order of intent within the run
	Change   plan.Change
	Intended time.Time
	Settled  time.Time // zero: the intent is open
	Result   string    // as plan.Result says it; "": the intent is open
	Why      string
}

// Subject is whose history is asked for: what concerns the person or the
// account, of which one may be left empty.
type Subject struct {
	Person  access.PersonID
	Account string
}

const selectRuns = `SELECT id, started_by, uid, user_name, reason, started, COALESCE(ended, 0), COALESCE(result, ''), COALESCE(summary, '') FROM runs`

// Runs returns the newest runs, the newest first.
func (r *Reader) Runs(ctx context.Context, limit int) (runs []Run, err error) {
	if r.db == nil {
		return nil, nil
	}
	err = r.look(ctx, "read the runs of", func(b *batch) error {
		runs, err = readRuns(ctx, b, ` ORDER BY id DESC LIMIT $1`, limit)
		return err
	})
	return runs, err
}

func readRuns(ctx context.Context, b *batch, where string, arg any) (runs []Run, err error) {
	err = b.each(ctx, selectRuns+where, []any{arg}, func(rows *sql.Rows) error {
		var (
			r              Run
			started, ended int64
		)
		err := rows.Scan(&r.ID, &r.Trigger, &r.UID, &r.User, &r.Reason, &started, &ended, &r.Result, &r.Summary)
		r.Started, r.Ended = moment(started), moment(ended)
		runs = append(runs, r)
		return err
	})
	return runs, err
}

// UnknownRunError says that no run has this number.
type UnknownRunError struct{ ID int64 }

func (e *UnknownRunError) Error() string {
	return fmt.Sprintf("there is no run %d: `kw-onboarder runs` lists those that are kept", e.ID)
}

// Run returns one run and its changes in the order in which they were intended;
// else the error is an *UnknownRunError.
func (r *Reader) Run(ctx context.Context, id int64) (run Run, changes []Record, err error) {
	unknown := &UnknownRunError{id}
	if r.db == nil {
		return run, nil, r.annotate("read", unknown)
	}
	err = r.look(ctx, "read a run of", func(b *batch) error {
		runs, err := readRuns(ctx, b, ` WHERE id = $1`, id)
		if err != nil {
			return err
		}
		if len(runs) == 0 {
			return unknown
		}
		run = runs[0]
		changes, err = readRecords(ctx, b, ` WHERE run = $1 ORDER BY seq`, []any{id}, nil)
		return err
	})
	return run, changes, err
}

// History returns the changes that concern a subject, on one folder or, if it
// is "", on all, that were intended no later than until; the oldest first.
func (r *Reader) History(ctx context.Context, of Subject, folder string, until time.Time) (changes []Record, err error) {
	if r.db == nil {
		return nil, nil
	}
	args := []any{of.Account, of.Person.ID, of.Person.Source, epoch(until)}
	err = r.look(ctx, "read the history of", func(b *batch) error {
		changes, err = readRecords(ctx, b, ofSubject+` AND intended_at <= $4 ORDER BY run, seq`, args, func(c plan.Change) bool {
			return of.concerns(c) && (folder == "" || c.Folder == folder)
		})
		return err
	})
	return changes, err
}

// ofSubject finds the changes that may concern a subject. Those of schema 1 have
// no columns to find them by: they are all read.
const ofSubject = ` WHERE (account = $1 AND account <> '' OR person_id = $2 AND source = $3 AND person_id <> ''
	OR account = '' AND person_id = '')`

func (s Subject) concerns(c plan.Change) bool {
	return s.Account != "" && c.Account == s.Account || s.Person != access.PersonID{} && c.Person == s.Person
}

// readRecords reads changes; keep nil keeps all.
func readRecords(ctx context.Context, b *batch, where string, args []any, keep func(plan.Change) bool) (records []Record, err error) {
	const query = `SELECT run, seq, payload, intended_at, COALESCE(settled_at, 0), COALESCE(result, ''), COALESCE(why, ''), account FROM changes`
	err = b.each(ctx, query+where, args, func(rows *sql.Rows) error {
		var (
			r                 Record
			text, account     string
			intended, settled int64
		)
		err := rows.Scan(&r.Run, &r.Seq, &text, &intended, &settled, &r.Result, &r.Why, &account)
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &r.Change); err != nil {
			return fmt.Errorf("change %d of run %d: %w", r.Seq, r.Run, err)
		}
		if account != "" {
			r.Change.Account = account
		}
		r.Intended, r.Settled = moment(intended), moment(settled)
		if keep == nil || keep(r.Change) {
			records = append(records, r)
		}
		return nil
	})
	return records, err
}
