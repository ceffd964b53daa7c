package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Settle commits how intents ended and what follows from it: links, pins and,
// for a grant or raise that is Done, ownership. Already gives no ownership.
// Unknown leaves the intent open and keeps its reason; every other result
// closes it. A key of which no intent is open is an error, and then none of the
// outcomes is settled.
func (l *Ledger) Settle(ctx context.Context, outcomes []plan.Outcome) error {
	return l.write(ctx, "settle in", func(tx *sql.Tx) error {
		now := time.Now()
		for _, o := range outcomes {
			if err := settle(ctx, tx, o, now); err != nil {
				return fmt.Errorf("change %s: %w", o.Key, err)
			}
		}
		return nil
	})
}

func settle(ctx context.Context, tx *sql.Tx, o plan.Outcome, now time.Time) error {
	var text string
	err := tx.QueryRowContext(ctx, `SELECT payload FROM changes WHERE change_key = $1 AND result IS NULL`, string(o.Key)).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return errors.New("no intent is open: it was never intended, or is settled")
	}
	if err != nil {
		return err
	}
	c, err := decode(text)
	if err != nil {
		return err
	}
	if err := follow(ctx, tx, c, o); err != nil {
		return err
	}
	return closeIntent(ctx, tx, o, now)
}

func closeIntent(ctx context.Context, tx *sql.Tx, o plan.Outcome, now time.Time) error {
	if o.Result == plan.Unknown {
		_, err := tx.ExecContext(ctx, `UPDATE changes SET why = $2 WHERE change_key = $1 AND result IS NULL`,
			string(o.Key), o.Why)
		return err
	}
	const update = `UPDATE changes SET result = $2, why = $3, settled_at = $4 WHERE change_key = $1 AND result IS NULL`
	_, err := tx.ExecContext(ctx, update, string(o.Key), o.Result.String(), o.Why, epoch(now))
	return err
}

// follow applies what an outcome means for the memory.
func follow(ctx context.Context, tx *sql.Tx, c plan.Change, o plan.Outcome) error {
	switch o.Result {
	case plan.Refused, plan.Unknown, plan.Skipped:
		return nil
	case plan.Done, plan.Already:
	default:
		return fmt.Errorf("%d is no result", o.Result)
	}
	switch c.Op {
	case plan.CreateAccount:
		return linkCreated(ctx, tx, c, o)
	case plan.CreateFolder:
		return pinCreated(ctx, tx, c, o)
	case plan.Grant, plan.Raise:
		if o.Result == plan.Already {
			return nil
		}
		return own(ctx, tx, c, o)
	}
	return fmt.Errorf("the ledger does not know what follows from %q", c.Op)
}

func linkCreated(ctx context.Context, tx *sql.Tx, c plan.Change, o plan.Outcome) error {
	id := cmp.Or(o.Account, c.Account)
	if id == "" {
		return errors.New("the outcome lacks the account's id")
	}
	linked, err := link(ctx, tx, plan.Link{Person: c.Person, Account: id, Created: o.Result == plan.Done})
	if err == nil && linked != id {
		return fmt.Errorf("account %s was made for %s, whose account is %s: decide with `kw-onboarder link`", id, c.Person, linked)
	}
	return err
}

func pinCreated(ctx context.Context, tx *sql.Tx, c plan.Change, o plan.Outcome) error {
	id := cmp.Or(o.Folder, c.Folder)
	if id == "" {
		return errors.New("the outcome lacks the folder's id")
	}
	pinned, err := pinFolder(ctx, tx, access.Place{As: c.As, Path: c.Path}, id)
	if err == nil && pinned != id {
		return fmt.Errorf("folder %s was made for %s, which means folder %s: remove one of them", id, c.Path, pinned)
	}
	return err
}

// own records that a grant is ours. If it was ours already, and no human has
// touched the role since, the floor stays what it was before us.
func own(ctx context.Context, tx *sql.Tx, c plan.Change, o plan.Outcome) error {
	account, folder := cmp.Or(o.Account, c.Account), cmp.Or(o.Folder, c.Folder)
	if account == "" || folder == "" {
		return errors.New("neither the intent nor the outcome has the ids of account and folder")
	}
	rules, err := json.Marshal(c.Rules())
	if err != nil {
		return err
	}
	const upsert = `INSERT INTO owned
			(account, folder, source, person_id, identity, role, floor, shared_by, created, rules)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (account, folder) DO UPDATE SET
			source = excluded.source, person_id = excluded.person_id, identity = excluded.identity,
			role = excluded.role, shared_by = excluded.shared_by, created = excluded.created, rules = excluded.rules,
			floor = CASE WHEN owned.role = excluded.floor THEN owned.floor ELSE excluded.floor END`
	_, err = tx.ExecContext(ctx, upsert, account, folder, c.Person.Source, c.Person.ID, c.As,
		c.To, c.From, o.SharedBy, epoch(o.Created), string(rules))
	return err
}
