package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Catalog returns the last known one; nil if none was ever observed.
func (r *Reader) Catalog(ctx context.Context) (*access.Catalog, error) {
	if r.db == nil {
		return nil, nil
	}
	var c *access.Catalog
	err := r.look(ctx, "read the catalog of", func(b *batch) error {
		items, err := loadItems(ctx, b, ``)
		if err != nil || len(items) == 0 {
			return err
		}
		c, err = items.catalog()
		return err
	})
	return c, err
}

// item names a row of the catalog, items are its rows, each value as JSON.
type (
	item  struct{ kind, name string }
	items map[item]string
)

// The kinds of item.
const (
	aRole     = "role"
	aProfile  = "profile"
	aFolder   = "folder"
	aUnusable = "unusable"
)

func loadItems(ctx context.Context, b *batch, where string) (items, error) {
	have := items{}
	err := b.each(ctx, `SELECT kind, name, value FROM catalog`+where, nil, func(rows *sql.Rows) error {
		var (
			i     item
			value string
		)
		err := rows.Scan(&i.kind, &i.name, &value)
		have[i] = value
		return err
	})
	return have, err
}

// keepCatalog writes what differs from what is known; whole: c is all there is.
func keepCatalog(ctx context.Context, b *batch, c *access.Catalog, whole bool) error {
	if c == nil {
		return nil
	}
	have, err := loadItems(ctx, b, ``)
	if err != nil {
		return err
	}
	if !whole && len(have) > 0 {
		before, err := have.catalog()
		if err != nil {
			return err
		}
		c = merge(before, c)
	}
	want, err := itemsOf(c)
	if err != nil {
		return err
	}
	return have.become(ctx, b, want)
}

func (have items) become(ctx context.Context, b *batch, want items) error {
	const upsert = `INSERT INTO catalog (kind, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value`
	for i, value := range want {
		if have[i] != value {
			if _, err := b.exec(ctx, upsert, i.kind, i.name, value); err != nil {
				return err
			}
		}
	}
	for i := range have {
		if _, there := want[i]; !there {
			if _, err := b.exec(ctx, `DELETE FROM catalog WHERE kind = $1 AND name = $2`, i.kind, i.name); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepFolder adds one folder to a catalog that is known.
func keepFolder(ctx context.Context, b *batch, f access.Folder) error {
	have, err := loadItems(ctx, b, ` WHERE kind <> 'folder'`)
	if err != nil || len(have) == 0 {
		return err
	}
	before, err := have.catalog()
	if err != nil {
		return err
	}
	want, err := itemsOf(merge(before, &access.Catalog{Folders: []access.Folder{f}}))
	if err != nil {
		return err
	}
	return have.become(ctx, b, want)
}

// merge is the catalog before with what was read since: a folder is where it was
// seen last, and a place is a folder or unusable, as it was found last.
func merge(before, since *access.Catalog) *access.Catalog {
	gone := func(f access.Folder) bool {
		return slices.ContainsFunc(since.Unusable, func(u access.Unusable) bool { return isAt(f, u.Place) }) ||
			slices.ContainsFunc(since.Folders, func(n access.Folder) bool {
				return f.ID == n.ID || isAt(f, access.Place{As: n.As, Path: n.Path})
			})
	}
	usable := func(u access.Unusable) bool {
		return slices.ContainsFunc(since.Folders, func(f access.Folder) bool { return isAt(f, u.Place) }) ||
			slices.ContainsFunc(since.Unusable, func(n access.Unusable) bool { return n.Place == u.Place })
	}
	return &access.Catalog{
		Roles:    replaced(before.Roles, since.Roles, func(r access.Role) string { return r.ID }),
		Profiles: replaced(before.Profiles, since.Profiles, func(p access.Profile) string { return p.ID }),
		Folders:  append(slices.DeleteFunc(slices.Clone(before.Folders), gone), since.Folders...),
		Unusable: append(slices.DeleteFunc(slices.Clone(before.Unusable), usable), since.Unusable...),
	}
}

// isAt says whether a place means the folder.
func isAt(f access.Folder, p access.Place) bool {
	if p.FolderID != "" {
		return f.ID == p.FolderID
	}
	return f.As == p.As && f.Path.Fold() == p.Path.Fold()
}

// replaced is before with the newer ones in the place of those with the same id.
func replaced[T any](before, since []T, id func(T) string) []T {
	byID := map[string]T{}
	for _, list := range [][]T{before, since} {
		for _, v := range list {
			byID[id(v)] = v
		}
	}
	return slices.Collect(maps.Values(byID))
}

func itemsOf(c *access.Catalog) (items, error) {
	all := items{}
	add := func(kind, name string, v any) error {
		text, err := json.Marshal(v)
		all[item{kind, name}] = string(text)
		return err
	}
	for _, r := range c.Roles {
		if err := add(aRole, r.ID, r); err != nil {
			return nil, err
		}
	}
	for _, p := range c.Profiles {
		if err := add(aProfile, p.ID, p); err != nil {
			return nil, err
		}
	}
	for _, f := range c.Folders {
		if err := add(aFolder, f.ID+" "+f.As, f); err != nil { // two identities may see one folder
			return nil, err
		}
	}
	for _, u := range c.Unusable {
		name, err := json.Marshal(u.Place)
		if err != nil {
			return nil, err
		}
		if err := add(aUnusable, string(name), u); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// catalog is the reverse of itemsOf, sorted.
func (have items) catalog() (*access.Catalog, error) {
	c := &access.Catalog{}
	for i, value := range have {
		var err error
		switch i.kind {
		case aRole:
			err = decodeInto(&c.Roles, value)
		case aProfile:
			err = decodeInto(&c.Profiles, value)
		case aFolder:
			err = decodeInto(&c.Folders, value)
		case aUnusable:
			err = decodeInto(&c.Unusable, value)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(c.Roles, func(a, b access.Role) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(c.Profiles, func(a, b access.Profile) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(c.Folders, func(a, b access.Folder) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.As, b.As)) })
	slices.SortFunc(c.Unusable, func(a, b access.Unusable) int {
		return cmp.Or(cmp.Compare(a.Place.As, b.Place.As), cmp.Compare(a.Place.Path, b.Place.Path), cmp.Compare(a.Place.FolderID, b.Place.FolderID))
	})
	return c, nil
}

func decodeInto[T any](list *[]T, text string) error {
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return err
	}
	*list = append(*list, v)
	return nil
}
