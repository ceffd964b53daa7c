package guard

import (
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// terrain is where folders lie, and from which others they inherit.
type terrain struct {
	catalog  *access.Catalog
	byID     map[string]access.Folder
	byPath   map[string][]access.Folder // by folded path: two identities may see two folders there
	observed map[string]bool            // folders whose members were read
}

func newTerrain(c *access.Catalog, of access.Scope) terrain {
	t := terrain{catalog: c, byID: map[string]access.Folder{}, byPath: map[string][]access.Folder{}, observed: map[string]bool{}}
	for _, f := range c.Folders {
		t.byID[f.ID] = f
		t.byPath[f.Path.Fold()] = append(t.byPath[f.Path.Fold()], f)
	}
	for _, id := range of.Folders {
		t.observed[id] = true
	}
	return t
}

// path is where a folder is now; of one that is not known, where it is said to be.
func (t terrain) path(folder string, said access.Path) access.Path {
	if f, known := t.byID[folder]; known {
		return f.Path
	}
	return said
}

// leads says whether who has a role on a folder has one in an area too: because the
// folder lies in it, or because the area inherits from the folder. doubt: why that is not known.
func (t terrain) leads(folder string, path access.Path, a Area) (reaches bool, doubt string) {
	if a.holds(path) {
		return true, ""
	}
	if !a.Path.Under(path) {
		return false, ""
	}
	bases := t.byPath[a.Path.Fold()]
	if len(bases) == 0 {
		return false, t.hidden(a)
	}
	for _, f := range bases {
		switch from, why := t.inherits(f, folder); {
		case from:
			return true, ""
		case why != "":
			doubt = why
		}
	}
	return false, doubt
}

// inherits says whether the members of a folder reach another that lies below it. A
// path is never longer than its segments: parents in a circle end there.
func (t terrain) inherits(f access.Folder, from string) (reaches bool, doubt string) {
	at, known := f, true
	for range strings.Count(string(f.Path), "/") {
		if !known {
			break
		}
		if !at.Inherits || at.Parent == "" {
			return false, ""
		}
		if at.Parent == from {
			return true, ""
		}
		at, known = t.byID[at.Parent]
	}
	return false, fmt.Sprintf("it is not known from where %s inherits", f.Path)
}

// hidden says what of an area, or above it, cannot be looked at; "": nothing.
func (t terrain) hidden(a Area) string {
	for _, u := range t.catalog.Unusable {
		if p := u.Place.Path; p != "" && (a.holds(p) || a.Path.Under(p)) {
			return u.Why
		}
	}
	return ""
}

// unread says why it is not known who has access to an area; "": it is.
func (t terrain) unread(a Area) string {
	for _, f := range t.catalog.Folders {
		if a.holds(f.Path) && !t.observed[f.ID] {
			return fmt.Sprintf("the members of %s were not read", f.Path)
		}
	}
	return t.hidden(a)
}
