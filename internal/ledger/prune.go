package ledger

import (
	"context"
	"time"
)

// Prune forgets what ended before a moment: runs and their changes, answered
// requests, what was parked, held or allowed, how those had left whose accounts we have deleted, and what the last known state was
// before. It returns how many rows that were. It keeps what is needed to act: links,
// what is ours, pins, what is known now, every run with an open intent, and the newest
// run, item and hold, whose numbers are not to be given twice.
func (l *Ledger) Prune(ctx context.Context, before time.Time) (n int, err error) {
	statements := []string{
		`DELETE FROM changes WHERE result IS NOT NULL AND run IN (` + prunable + `)`,
		`DELETE FROM runs WHERE id IN (` + prunable + `)`,
		`DELETE FROM inbox WHERE answered <> 0 AND answered < $1`,
		`DELETE FROM parked WHERE closed <> 0 AND closed < $1 AND id < (SELECT MAX(id) FROM parked)`,
		`DELETE FROM holds WHERE (ended <> 0 AND ended < $1 OR until <> 0 AND until < $1) AND id < (SELECT MAX(id) FROM holds)`,
		`DELETE FROM allowances WHERE until < $1`,
		`DELETE FROM leaving WHERE since < $1 AND exit <> 'offboarded'
			AND EXISTS (SELECT 1 FROM links WHERE links.source = leaving.source AND links.person_id = leaving.person_id AND links.deleted)`,
		`DELETE FROM accounts WHERE until <> 0 AND until < $1`,
		`DELETE FROM grants WHERE until <> 0 AND until < $1`,
		`DELETE FROM watches WHERE until <> 0 AND until <= $1`,
	}
	err = l.batch(ctx, "prune", func(b *batch) error {
		for _, s := range statements {
			deleted, err := b.exec(ctx, s, epoch(before))
			if err != nil {
				return err
			}
			n += int(deleted)
		}
		// What is left of the time before has holes now: it counts as not observed.
		_, err := b.exec(ctx, `UPDATE watches SET since = $1 WHERE since < $1`, epoch(before))
		return err
	})
	return n, err
}

// prunable are the runs that are over: a run that was killed never ended.
const prunable = `SELECT id FROM runs WHERE COALESCE(ended, started) < $1 AND id < (SELECT MAX(id) FROM runs)
	AND id NOT IN (SELECT run FROM changes WHERE result IS NULL)`
