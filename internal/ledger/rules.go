package ledger

import (
	"context"
	"database/sql"
)

// RuleDigests are, by name, the digests of rules as they were last kept: what each meant
// when it gave what is ours.
func (r *Reader) RuleDigests(ctx context.Context) (digests map[string]string, err error) {
	if r.db == nil {
		return map[string]string{}, nil
	}
	err = r.look(ctx, "read what the rules meant from", func(b *batch) error {
		digests, err = readDigests(ctx, b)
		return err
	})
	return digests, err
}

func readDigests(ctx context.Context, b *batch) (map[string]string, error) {
	digests := map[string]string{}
	err := b.each(ctx, `SELECT rule, digest FROM rules`, nil, func(rows *sql.Rows) error {
		var rule, digest string
		err := rows.Scan(&rule, &digest)
		digests[rule] = digest
		return err
	})
	return digests, err
}

// KeepRuleDigests remembers what these rules mean now. Of a rule that is not among them it
// keeps what is known for as long as something is ours because of it.
func (l *Ledger) KeepRuleDigests(ctx context.Context, digests map[string]string) error {
	return l.batch(ctx, "remember what the rules mean in", func(b *batch) error {
		before, err := readDigests(ctx, b)
		if err != nil {
			return err
		}
		const upsert = `INSERT INTO rules (rule, digest) VALUES ($1, $2) ON CONFLICT (rule) DO UPDATE SET digest = excluded.digest`
		for rule, digest := range digests {
			if before[rule] == digest {
				continue
			}
			if _, err := b.exec(ctx, upsert, rule, digest); err != nil {
				return err
			}
		}
		return dropDigests(ctx, b, before, digests)
	})
}

// dropDigests forgets the rules that are not there any more and have given nothing that is
// still ours. What is ours is counted only if there are such rules: that takes a look at all of it.
func dropDigests(ctx context.Context, b *batch, before, now map[string]string) error {
	c := Counts{}
	for rule := range before {
		if _, there := now[rule]; there {
			continue
		}
		if c.OwnedByRule == nil {
			c.OwnedByRule = map[string]int{}
			if err := c.owned(ctx, b); err != nil {
				return err
			}
		}
		if c.OwnedByRule[rule] > 0 {
			continue
		}
		if _, err := b.exec(ctx, `DELETE FROM rules WHERE rule = $1`, rule); err != nil {
			return err
		}
	}
	return nil
}
