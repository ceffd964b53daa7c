package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Actor is who asked for something, and why.
type Actor struct {
	UID          int // of the system's user; means something only with User
	User, Reason string
}

// Who names the actor in a message.
func (a Actor) Who() string {
	if a.User == "" {
		return fmt.Sprintf("uid %d", a.UID)
	}
	return a.User
}

// lose marks grants of ours that a human has changed or removed, and how
// (promise P3): they are no longer ours until we give them again. A key that is
// not ours is passed over.
func lose(ctx context.Context, b *batch, lost map[plan.GrantKey]string) error {
	for _, key := range sortedKeys(lost) {
		account, folder, known, err := numbers(ctx, b, key)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		why, err := b.id(ctx, lost[key])
		if err != nil {
			return err
		}
		const update = `UPDATE owned SET lost = $3 WHERE account = $1 AND folder = $2 AND lost <> $3`
		if _, err := b.exec(ctx, update, account, folder, why); err != nil {
			return err
		}
	}
	return nil
}

// because changes the causes of what is ours. A key that is not ours is passed over.
func because(ctx context.Context, b *batch, causes map[plan.GrantKey][]access.Cause) error {
	for _, key := range sortedKeys(causes) {
		account, folder, known, err := numbers(ctx, b, key)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		text, err := encodeCauses(causes[key])
		if err != nil {
			return err
		}
		rules, err := b.id(ctx, string(text))
		if err != nil {
			return err
		}
		if _, err := b.exec(ctx, `UPDATE owned SET rules = $3 WHERE account = $1 AND folder = $2`, account, folder, rules); err != nil {
			return err
		}
	}
	return nil
}

// Disown gives up grants and accounts: what was given stays at Kiteworks, and is
// from now on as if a human had given it. It is a run of the history.
func (l *Ledger) Disown(ctx context.Context, by Actor, keys []plan.GrantKey, accounts []string) error {
	return l.batch(ctx, "disown in", func(b *batch) error {
		for _, key := range keys {
			account, folder, known, err := numbers(ctx, b, key)
			if err != nil {
				return err
			}
			if !known {
				continue
			}
			if _, err := b.exec(ctx, `DELETE FROM owned WHERE account = $1 AND folder = $2`, account, folder); err != nil {
				return err
			}
		}
		if err := setCreated(ctx, b, accounts, false); err != nil {
			return err
		}
		return decree(ctx, b, disowned, by, gave{keys, accounts})
	})
}

// Adopt takes grants and accounts into ownership as if we had given them. A
// grant that is ours already stays as it is. An account must be linked: one
// that is not is an error, and then nothing is adopted. It is a run of the history.
func (l *Ledger) Adopt(ctx context.Context, by Actor, owned []access.Owned, accounts []string) error {
	return l.batch(ctx, "adopt into", func(b *batch) error {
		keys := make([]plan.GrantKey, len(owned))
		for i, o := range owned {
			keys[i] = plan.GrantKey{Account: o.Account, Folder: o.Folder}
			if err := adopt(ctx, b, o); err != nil {
				return fmt.Errorf("the grant of account %s on folder %s: %w", o.Account, o.Folder, err)
			}
		}
		if err := setCreated(ctx, b, accounts, true); err != nil {
			return err
		}
		return decree(ctx, b, adopted, by, gave{keys, accounts})
	})
}

// adopt inserts a grant of ours, over one that we had lost.
func adopt(ctx context.Context, b *batch, o access.Owned) error {
	o.Lost = ""
	row, err := ownedRowOf(ctx, b, o)
	if err != nil {
		return err
	}
	const onlyIfLost = ` VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (account, folder) DO UPDATE SET
			source = excluded.source, person_id = excluded.person_id, identity = excluded.identity,
			role = excluded.role, floor = excluded.floor, shared_by = excluded.shared_by, created = excluded.created,
			rules = excluded.rules, lost = 0
		WHERE owned.lost <> 0`
	_, err = b.exec(ctx, insertOwned+onlyIfLost, row...)
	return err
}

// setCreated says of linked accounts whether they are of our making. Of those that are not,
// nothing else is either.
func setCreated(ctx context.Context, b *batch, accounts []string, created bool) error {
	update := `UPDATE links SET created = TRUE WHERE account = $1`
	if !created {
		update = `UPDATE links SET created = FALSE, suspended = FALSE, name = '' WHERE account = $1`
	}
	for _, a := range accounts {
		n, err := b.exec(ctx, update, a)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("account %s is linked to nobody: link it first with `kw-onboarder link`", a)
		}
	}
	return nil
}

// gave is what a decision about ownership was about.
type gave struct {
	Grants   []plan.GrantKey
	Accounts []string
}

// The decisions that are kept as runs.
const (
	adopted  = "adopt"
	disowned = "disown"
	tookBack = "take back"
	relinked = "link"
	rekeyed  = "rekey"
)

// Decree says whether the run only keeps a decision of a human.
func (r Run) Decree() bool {
	return slices.Contains([]string{adopted, disowned, tookBack, relinked, rekeyed}, r.Trigger)
}

// decree records a decision of a human, and what it was about, as a run that is over.
func decree(ctx context.Context, b *batch, trigger string, by Actor, about any) error {
	summary, err := json.Marshal(about)
	if err != nil {
		return err
	}
	const insert = `INSERT INTO runs (id, started_by, started, ended, result, summary, uid, user_name, reason)
		SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $2, 'done', $3, $4, $5, $6 FROM runs`
	_, err = b.exec(ctx, insert, trigger, epoch(time.Now()), string(summary), by.UID, by.User, by.Reason)
	return err
}

// numbers are those of a grant's key, which nothing knows if there are none.
func numbers(ctx context.Context, b *batch, key plan.GrantKey) (account, folder int64, known bool, err error) {
	account, known, err = b.known(ctx, key.Account)
	if err != nil || !known {
		return 0, 0, false, err
	}
	folder, known, err = b.known(ctx, key.Folder)
	return account, folder, known, err
}

func sortedKeys[V any](m map[plan.GrantKey]V) []plan.GrantKey {
	return slices.SortedFunc(maps.Keys(m), func(a, b plan.GrantKey) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Folder, b.Folder))
	})
}
