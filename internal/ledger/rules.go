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
	err := b.each(ctx, `SELECT rule, digest FROM rules WHERE digest <> ''`, nil, func(rows *sql.Rows) error {
		var rule, digest string
		err := rows.Scan(&rule, &digest)
		digests[rule] = digest
		return err
	})
	return digests, err
}

// Excluded is how many people the groups of each rule's not_group shut out when that was
// last kept, without rules that shut out nobody.
func (r *Reader) Excluded(ctx context.Context) (map[string]int, error) {
	excluded := map[string]int{}
	if r.db == nil {
		return excluded, nil
	}
	err := r.look(ctx, "read whom the rules shut out from", func(b *batch) error {
		return b.each(ctx, `SELECT rule, excluded FROM rules WHERE excluded <> 0`, nil, func(rows *sql.Rows) error {
			var (
				rule string
				n    int
			)
			err := rows.Scan(&rule, &n)
			excluded[rule] = n
			return err
		})
	})
	return excluded, err
}

// KeepRules remembers what these rules mean now, and how many people they shut out. Of a
// rule that is not in one of the two it keeps what is known of that, for as long as it is
// in the other or something is ours because of it.
func (l *Ledger) KeepRules(ctx context.Context, digests map[string]string, excluded map[string]int) error {
	return l.batch(ctx, "remember what the rules mean in", func(b *batch) error {
		before, err := readDigests(ctx, b)
		if err != nil {
			return err
		}
		const means = `INSERT INTO rules (rule, digest) VALUES ($1, $2) ON CONFLICT (rule) DO UPDATE SET digest = excluded.digest`
		for rule, digest := range digests {
			if before[rule] == digest {
				continue
			}
			if _, err := b.exec(ctx, means, rule, digest); err != nil {
				return err
			}
		}
		const shuts = `INSERT INTO rules (rule, digest, excluded) VALUES ($1, '', $2)
			ON CONFLICT (rule) DO UPDATE SET excluded = excluded.excluded WHERE rules.excluded <> excluded.excluded`
		for rule, n := range excluded {
			if _, err := b.exec(ctx, shuts, rule, n); err != nil {
				return err
			}
		}
		return dropRules(ctx, b, digests, excluded)
	})
}

// dropRules forgets the rules that are not there any more and have given nothing that is
// still ours. What is ours is counted only if there are such rules: that takes a look at all of it.
func dropRules(ctx context.Context, b *batch, digests map[string]string, excluded map[string]int) error {
	var gone []string
	err := b.each(ctx, `SELECT rule FROM rules`, nil, func(rows *sql.Rows) error {
		var rule string
		err := rows.Scan(&rule)
		_, means := digests[rule]
		if _, shuts := excluded[rule]; !means && !shuts {
			gone = append(gone, rule)
		}
		return err
	})
	if err != nil || len(gone) == 0 {
		return err
	}
	c := Counts{OwnedByRule: map[string]int{}}
	if err := c.owned(ctx, b); err != nil {
		return err
	}
	for _, rule := range gone {
		if c.OwnedByRule[rule] > 0 {
			continue
		}
		if _, err := b.exec(ctx, `DELETE FROM rules WHERE rule = $1`, rule); err != nil {
			return err
		}
	}
	return nil
}
