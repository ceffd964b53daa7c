package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Regrouped is a group that a directory has given another id.
type Regrouped struct{ Was, Is access.GroupID }

// regrouping gives groups other ids where a rule means them, and where something was given
// through them. The history keeps the old ones.
type regrouping struct {
	batch *batch
	to    map[access.GroupID]access.GroupID
}

func newRegrouping(b *batch, pairs []Regrouped) (regrouping, error) {
	g := regrouping{b, make(map[access.GroupID]access.GroupID, len(pairs))}
	from := map[access.GroupID]access.GroupID{}
	for _, p := range pairs {
		other, taken := from[p.Is]
		if p.Was.ID == "" || p.Is.ID == "" || taken {
			return g, fmt.Errorf("the group %s cannot become %s, which is %s by now: a group has an id of its own", p.Was, p.Is, other)
		}
		from[p.Is], g.to[p.Was] = p.Was, p.Is
	}
	return g, nil
}

func (g regrouping) pins(ctx context.Context) error {
	for was, is := range g.to {
		const update = `UPDATE group_pins SET source = $3, group_id = $4 WHERE source = $1 AND group_id = $2`
		if _, err := g.batch.exec(ctx, update, was.Source, was.ID, is.Source, is.ID); err != nil {
			return err
		}
	}
	return nil
}

// causes goes through the texts that say why something is ours: many grants share one.
func (g regrouping) causes(ctx context.Context) error {
	texts := map[int64]string{}
	const query = `SELECT DISTINCT texts.id, texts.text FROM owned JOIN texts ON texts.id = owned.rules`
	err := g.batch.each(ctx, query, nil, func(rows *sql.Rows) error {
		var (
			id   int64
			text string
		)
		err := rows.Scan(&id, &text)
		texts[id] = text
		return err
	})
	if err != nil {
		return err
	}
	for old, text := range texts {
		now, err := g.cause(text)
		if err != nil {
			return err
		}
		if now == text {
			continue
		}
		id, err := g.batch.id(ctx, now)
		if err != nil {
			return err
		}
		if _, err := g.batch.exec(ctx, `UPDATE owned SET rules = $2 WHERE rules = $1`, old, id); err != nil {
			return err
		}
	}
	return nil
}

func (g regrouping) cause(text string) (string, error) {
	causes, err := decodeCauses(text)
	if err != nil {
		return "", fmt.Errorf("read why grants are ours: %w", err)
	}
	changed := false
	for i := range causes {
		for j, via := range causes[i].Via {
			if is, other := g.to[via]; other {
				causes[i].Via[j], changed = is, true
			}
		}
	}
	if !changed {
		return text, nil
	}
	now, err := encodeCauses(causes)
	return string(now), err
}
