package history

import (
	"cmp"
	"context"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Atlas names folders and groups as they are known now.
type Atlas struct {
	folders []named
	groups  map[access.GroupID]string
}

type named struct {
	id   string
	path access.Path
}

// Atlas reads the names of the folders that rules name, or once named, and of the groups.
func (b Book) Atlas(ctx context.Context) (*Atlas, error) {
	catalog, err := b.Ledger.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	pins, err := b.Ledger.Recall(ctx, &plan.Scope{})
	if err != nil {
		return nil, err
	}
	a := &Atlas{groups: map[access.GroupID]string{}}
	if catalog != nil {
		for _, f := range catalog.Folders {
			a.folders = append(a.folders, named{f.ID, f.Path})
		}
	}
	var old []named
	for place, id := range pins.Folders {
		if place.Path != "" {
			old = append(old, named{id, place.Path})
		}
	}
	slices.SortFunc(old, func(a, b named) int { return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.id, b.id)) })
	a.folders = append(a.folders, old...)
	for ref, id := range pins.Groups {
		a.groups[id] = ref
	}
	return a, nil
}

// Path is where a folder is, or was when it was last known; its id if nobody knows.
func (a *Atlas) Path(id string) string {
	for _, f := range a.folders {
		if f.id == id {
			return string(f.path)
		}
	}
	return "folder " + id
}

// Folder is a folder and where it is, or was when it was last known.
type Folder struct{ ID, Path string }

// Folders are those that rules name, or once named, each once, sorted by path.
func (a *Atlas) Folders() []Folder {
	var all []Folder
	seen := map[string]bool{}
	for _, f := range a.folders {
		if !seen[f.id] {
			seen[f.id] = true
			all = append(all, Folder{f.id, string(f.path)})
		}
	}
	slices.SortFunc(all, func(a, b Folder) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID)) })
	return all
}

// Group is a group as a rule names it; its id if no rule does.
func (a *Atlas) Group(id access.GroupID) string { return cmp.Or(a.groups[id], id.String()) }

// find returns the ids of the folders that a path, or an id, means.
func (a *Atlas) find(text string) ([]string, error) {
	path, err := access.ParsePath(text)
	if err != nil {
		return []string{text}, nil
	}
	var ids []string
	for _, f := range a.folders {
		if f.path.Fold() == path.Fold() && !slices.Contains(ids, f.id) {
			ids = append(ids, f.id)
		}
	}
	if len(ids) == 0 {
		return nil, unknown("the ledger knows no folder %s: only folders that a rule names are observed", path)
	}
	return ids, nil
}
