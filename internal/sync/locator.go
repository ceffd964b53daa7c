package sync

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// locator finds the folders and ranks of a catalog.
type locator struct {
	ranks   map[string]int // by folded name
	byID    map[string]access.Folder
	byPlace map[access.Place]access.Folder // by identity and folded path
	pins    map[access.Place]string
}

func newLocator(c *access.Catalog, pins map[access.Place]string) locator {
	l := locator{ranks: map[string]int{}, byID: map[string]access.Folder{}, byPlace: map[access.Place]access.Folder{}, pins: pins}
	for _, r := range c.Roles {
		l.ranks[access.FoldName(r.Name)] = r.Rank
	}
	for _, f := range c.Folders {
		l.byID[f.ID] = f
		l.byPlace[access.Place{As: f.As, Path: access.Path(f.Path.Fold())}] = f
	}
	return l
}

func (l *locator) rank(role string) int { return l.ranks[access.FoldName(role)] }

// find finds the folder that a place means: by id, by pin, by path.
func (l *locator) find(p access.Place) (f access.Folder, found bool) {
	if id, pinned := l.pins[p]; pinned && p.FolderID == "" {
		p.FolderID = id
	}
	if p.FolderID != "" {
		f, found = l.byID[p.FolderID]
		return f, found
	}
	f, found = l.byPlace[access.Place{As: p.As, Path: access.Path(p.Path.Fold())}]
	return f, found
}

// path is where a place is: that of the folder, which may have been moved since
// the rule was written, else the one that the rule names.
func (l *locator) path(p access.Place) access.Path {
	if f, found := l.find(p); found && f.Path != "" {
		return f.Path
	}
	if p.FolderID != "" {
		return access.Path("folder " + p.FolderID)
	}
	return p.Path
}

// pinned is the place of a folder: by the path of the rule that once meant it,
// since the catalog lacks a folder that no rule leads to any more.
func (l *locator) pinned(as, folder string) access.Place {
	if f, found := l.byID[folder]; found {
		return access.Place{As: as, Path: f.Path}
	}
	var found []access.Path
	for p, id := range l.pins {
		if id == folder && p.As == as {
			found = append(found, p.Path)
		}
	}
	if len(found) == 0 {
		return access.Place{As: as, FolderID: folder}
	}
	return access.Place{As: as, Path: slices.Min(found)} // several spellings: the same one each time
}

// spot is the place with no claims yet.
func (l *locator) spot(p access.Place) Spot { return Spot{Path: l.path(p), As: p.As} }
