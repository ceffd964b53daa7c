package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// noHeirs is how the ledger keeps that there are none.
const noHeirs = `[]`

func encodeHeirs(heirs []access.Heir) (string, error) {
	if len(heirs) == 0 {
		return noHeirs, nil
	}
	text, err := json.Marshal(heirs)
	return string(text), err
}

func decodeHeirs(text string, of access.PersonID) (heirs []access.Heir, err error) {
	if text == noHeirs {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &heirs); err != nil {
		return nil, fmt.Errorf("read the heirs of %s: %w", of, err)
	}
	return heirs, nil
}

// inherit remembers who gets the data of linked people's accounts. Of people who are not
// linked nothing is remembered.
func inherit(ctx context.Context, b *batch, heirs map[access.PersonID][]access.Heir) error {
	for _, p := range slices.SortedFunc(maps.Keys(heirs), access.PersonID.Compare) {
		if err := setHeirs(ctx, b, p, heirs[p]); err != nil {
			return err
		}
	}
	return nil
}

func setHeirs(ctx context.Context, b *batch, p access.PersonID, heirs []access.Heir) error {
	text, err := encodeHeirs(heirs)
	if err != nil {
		return err
	}
	_, err = b.exec(ctx, `UPDATE links SET heirs = $3`+ofPerson, p.Source, p.ID, text)
	return err
}

// eachHeirs lets f look at the heirs of each linked person who has some; what it returns
// as changed is what they are from then on.
func eachHeirs(ctx context.Context, b *batch, f func([]access.Heir) (now []access.Heir, changed bool)) error {
	texts, err := heirTexts(ctx, b)
	if err != nil {
		return err
	}
	for _, p := range slices.SortedFunc(maps.Keys(texts), access.PersonID.Compare) {
		heirs, err := decodeHeirs(texts[p], p)
		if err != nil {
			return err
		}
		now, changed := f(heirs)
		if !changed {
			continue
		}
		if err := setHeirs(ctx, b, p, now); err != nil {
			return err
		}
	}
	return nil
}

// heirTexts are, by person, the heirs of those who have some.
func heirTexts(ctx context.Context, b *batch) (map[access.PersonID]string, error) {
	texts := map[access.PersonID]string{}
	err := b.each(ctx, `SELECT source, person_id, heirs FROM links WHERE heirs <> $1`, []any{noHeirs}, func(rows *sql.Rows) error {
		var (
			p    access.PersonID
			text string
		)
		err := rows.Scan(&p.Source, &p.ID, &text)
		texts[p] = text
		return err
	})
	return texts, err
}
