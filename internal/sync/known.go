package sync

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// known is what a delta sees of Kiteworks: the last known state. Only for what was
// never looked at Kiteworks is asked, and what it says then is known from now on.
type known struct {
	memory  Memory
	reader  Reader
	of      *plan.Scope
	catalog *access.Catalog          // the last known one
	asked   access.Catalog           // what Kiteworks had to be asked for, beside it
	anew    func(access.Folder) bool // folders whose members are read whatever is known of them; nil: none
	seen    access.State             // alike
}

// Catalog is the last known one, with the wanted places that it lacks: a place that
// did not exist then may exist by now.
func (k *known) Catalog(ctx context.Context, want []access.Place) (*access.Catalog, error) {
	missing := plan.Uncharted(want, k.catalog)
	if len(missing) == 0 {
		return k.catalog, nil
	}
	asked, err := k.reader.Catalog(ctx, missing)
	if err != nil {
		return nil, err
	}
	k.asked = *asked
	return merge(k.catalog, asked), nil
}

// merge is a catalog with what was seen since.
func merge(old, seen *access.Catalog) *access.Catalog {
	c := &access.Catalog{Roles: seen.Roles, Profiles: seen.Profiles}
	c.Folders = append(slices.Clone(seen.Folders), old.Folders...) // the stable sort keeps what was seen first
	slices.SortStableFunc(c.Folders, compareFolders)
	c.Folders = slices.CompactFunc(c.Folders, func(a, b access.Folder) bool { return compareFolders(a, b) == 0 })
	c.Unusable = slices.Clone(seen.Unusable)
	for _, u := range old.Unusable {
		if !slices.ContainsFunc(seen.Unusable, func(s access.Unusable) bool { return s.Place == u.Place }) {
			c.Unusable = append(c.Unusable, u)
		}
	}
	return c
}

func compareFolders(a, b access.Folder) int {
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.As, b.As))
}

// Observe is the last known state. The members of a folder that was never read are
// read now.
func (k *known) Observe(ctx context.Context, folders []access.Folder) (access.State, error) {
	ids := make([]string, len(folders))
	for i, f := range folders {
		ids[i] = f.ID
	}
	st, err := k.memory.Observed(ctx, k.of, ids)
	if err != nil {
		return access.State{}, err
	}
	unread := slices.DeleteFunc(slices.Clone(folders), func(f access.Folder) bool {
		return slices.Contains(st.Of.Folders, f.ID) && (k.anew == nil || !k.anew(f))
	})
	if len(unread) == 0 {
		return st, nil
	}
	forget(&st, unread)
	if k.seen, err = k.reader.Members(ctx, unread); err != nil {
		return access.State{}, err
	}
	st.Of.Folders = append(st.Of.Folders, k.seen.Of.Folders...)
	st.Grants = append(st.Grants, k.seen.Grants...)
	return st, nil
}

// forget drops what a state has of folders that are read anew.
func forget(st *access.State, folders []access.Folder) {
	read := func(id string) bool {
		return slices.ContainsFunc(folders, func(f access.Folder) bool { return f.ID == id })
	}
	st.Of.Folders = slices.DeleteFunc(st.Of.Folders, read)
	st.Grants = slices.DeleteFunc(st.Grants, func(g access.Grant) bool { return read(g.Folder) })
}

// remember keeps what was seen at Kiteworks itself.
func (v *view) remember(ctx context.Context, m Memory) error {
	now := v.planner.Now()
	switch k, delta := v.source.(*known); {
	case !delta:
		return v.rememberAll(ctx, m, now)
	case len(k.asked.Folders) > 0 || len(k.seen.Of.Folders) > 0:
		return m.Observe(ctx, now, &k.asked, k.seen)
	}
	return nil
}

// rememberAll keeps a whole observation. One that was about few people has looked at
// few folders: what is known of the others stays.
func (v *view) rememberAll(ctx context.Context, m Memory, now time.Time) error {
	catalog := v.catalog
	if v.about != nil {
		before, err := m.Catalog(ctx)
		if err != nil {
			return err
		}
		if before != nil {
			catalog = merge(before, catalog)
		}
	}
	return m.Observe(ctx, now, catalog, v.state)
}
