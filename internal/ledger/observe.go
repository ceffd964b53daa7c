package ledger

import (
	"context"
	"iter"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Observe remembers what was seen at Kiteworks at a moment. If st has looked at
// all accounts, it has all there are and c is the whole catalog: an account that
// is missing is gone, a folder that is missing is no longer observed. Else c is
// merged into the catalog. The grants of each folder in st.Of.Folders are all there
// are; what was not looked at stays as it is known. Only what differs is
// written, and what was before stays as history.
func (l *Ledger) Observe(ctx context.Context, at time.Time, c *access.Catalog, st access.State) error {
	return l.batch(ctx, "remember what was observed in", func(b *batch) error {
		if err := b.intern(ctx, textsOf(st)); err != nil {
			return err
		}
		now := epoch(at)
		for _, observe := range []func() error{
			func() error { return keepCatalog(ctx, b, c, st.Of.Accounts) },
			func() error { return observeAccounts(ctx, b, st, now) },
			func() error { return observeGrants(ctx, b, st, now) },
			func() error { return watch(ctx, b, st.Of, c, now) },
		} {
			if err := observe(); err != nil {
				return err
			}
		}
		return nil
	})
}

// textsOf are the texts of a state that are kept by number.
func textsOf(st access.State) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, f := range st.Of.Folders {
			if !yield(f) {
				return
			}
		}
		for i := range st.Accounts {
			if a := &st.Accounts[i]; !yield(a.ID) || !yield(a.Profile) {
				return
			}
		}
		for i := range st.Grants {
			g := &st.Grants[i]
			if !yield(g.Folder) || !yield(g.Account) || !yield(g.Role) || !yield(g.Origin) || !yield(g.SharedBy) {
				return
			}
		}
	}
}

// known is what holds now, and since when.
type known[R comparable] struct {
	row   R
	since int64
}
