package history

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Reader is somebody who could read a folder at a moment.
type Reader struct {
	Account access.Account // as it was then
	Person  access.PersonID
	Held
}

// Who is who could read a folder at a moment.
type Who struct {
	Folder   string
	At       time.Time
	Readers  []Reader // sorted by address
	Observed time.Time
}

// Who answers for a folder, which is named by its path or its id. Where several were
// at that path it is the one that was observed then. The error is an
// *Unobserved if none was.
func (b Book) Who(ctx context.Context, folder string, at time.Time) (Who, *Atlas, error) {
	atlas, err := b.Atlas(ctx)
	if err != nil {
		return Who{}, nil, err
	}
	ids, err := atlas.find(folder)
	if err != nil {
		return Who{}, nil, err
	}
	w, held, err := b.observed(ctx, ids, atlas, at)
	if err != nil {
		return w, atlas, err
	}
	return w, atlas, b.readers(ctx, &w, held)
}

// observed is the first of the folders that was observed then, with who held what.
func (b Book) observed(ctx context.Context, ids []string, atlas *Atlas, at time.Time) (w Who, held []ledger.Holding, err error) {
	var first *Unobserved
	for _, id := range ids {
		held, err = b.Ledger.Holders(ctx, id, at)
		u := b.unobserved(err, atlas.Path(id))
		if u == nil {
			return Who{Folder: id, At: at}, held, err
		}
		first = cmp.Or(first, u)
	}
	return w, nil, first
}

// readers fills in who they were, and where their roles came from.
func (b Book) readers(ctx context.Context, w *Who, held []ledger.Holding) error {
	p, err := b.past(ctx, w.At)
	if err != nil {
		return err
	}
	w.Observed = p.observed
	all, err := b.Ledger.Stretches(ctx, w.Folder, "")
	if err != nil {
		return err
	}
	around := map[string][]ledger.Stretch{}
	for _, s := range all {
		around[s.Grant.Account] = append(around[s.Grant.Account], s)
	}
	scope := plan.Scope{}
	for _, h := range held {
		if h.Person != (access.PersonID{}) {
			scope.People = append(scope.People, h.Person)
		}
	}
	memory, err := b.Ledger.Recall(ctx, &scope)
	if err != nil {
		return err
	}
	for _, h := range held {
		r := Reader{Account: h.Account, Person: h.Person}
		changes, err := b.Ledger.History(ctx, ledger.Subject{Account: h.Account.ID}, w.Folder, w.At)
		if err != nil {
			return err
		}
		o := ours{at: w.At, changes: changes, decrees: p.decrees, owned: memory.Owned}
		r.Held = o.held(ledger.Stretch{Grant: h.Grant, Since: h.Since, Until: h.Until}, around[h.Account.ID])
		w.Readers = append(w.Readers, r)
	}
	return w.finish(ctx, b)
}

func (w *Who) finish(ctx context.Context, b Book) error {
	held := make([]Held, len(w.Readers))
	for i := range w.Readers {
		held[i] = w.Readers[i].Held
	}
	if err := b.givers(ctx, held, w.At); err != nil {
		return err
	}
	for i := range held {
		w.Readers[i].Held = held[i]
	}
	slices.SortStableFunc(w.Readers, func(a, b Reader) int {
		return cmp.Or(cmp.Compare(a.Account.Email, b.Account.Email), cmp.Compare(a.Account.ID, b.Account.ID))
	})
	return nil
}
