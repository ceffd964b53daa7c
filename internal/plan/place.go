package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Places lists what a catalog has to look for: the places of all wishes and of
// the open intents, and the folders above them, each once, with the id to which
// a path was pinned; and further ones.
func Places(verdicts []access.Verdict, open []Change, m Memory, further ...access.Place) []access.Place {
	seen := map[access.Place]bool{}
	add := func(p access.Place) {
		for ; !seen[p]; p = (access.Place{As: p.As, Path: p.Path.Parent()}) {
			seen[p] = true
			if p.Path == "" {
				return
			}
		}
	}
	for i := range verdicts {
		for _, w := range verdicts[i].Wishes {
			add(w.Place)
		}
	}
	for _, c := range open {
		add(access.Place{As: c.As, Path: c.Path, FolderID: c.Folder})
	}
	for _, p := range further {
		add(p)
	}
	var places []access.Place
	for p := range seen {
		if p.Path != "" || p.FolderID != "" {
			places = append(places, m.pinned(p))
		}
	}
	slices.SortFunc(places, comparePlaces)
	return slices.Compact(places)
}

// Belongings lists the places of what is ours, by the ids of their folders, each
// once: where drift is looked for beyond what the rules speak of.
func Belongings(m Memory) []access.Place {
	seen := map[access.Place]bool{}
	for key, o := range m.Owned {
		if o.Lost == "" {
			seen[access.Place{As: o.As, FolderID: key.Folder}] = true
		}
	}
	return slices.SortedFunc(maps.Keys(seen), comparePlaces)
}

// called is the path that a folder had last, the least of several; its id if none is known.
func (m Memory) called(folder string) string {
	var paths []string
	for place, id := range m.Folders {
		if id == folder && place.Path != "" {
			paths = append(paths, string(place.Path))
		}
	}
	if len(paths) == 0 {
		return "folder " + folder
	}
	return slices.Min(paths)
}

// pinned is the place with the id that its path once meant, so that a folder
// renamed by a human is followed and a deleted one is not made again (promise P10).
func (m Memory) pinned(p access.Place) access.Place {
	if p.FolderID == "" {
		p.FolderID = m.Folders[access.Place{As: p.As, Path: p.Path}]
	}
	return p
}

func comparePlaces(a, b access.Place) int {
	return cmp.Or(cmp.Compare(a.As, b.As), cmp.Compare(a.Path, b.Path), cmp.Compare(a.FolderID, b.FolderID))
}

// Folders lists the folders whose members have to be read: those that the
// verdicts, the open intents and further places name and the catalog found. Each
// once, sorted by id.
func Folders(verdicts []access.Verdict, open []Change, m Memory, c *access.Catalog, further ...access.Place) []access.Folder {
	a := newAtlas(c, m)
	found := map[string]access.Folder{}
	add := func(p access.Place) {
		if f, ok, _ := a.find(p); ok {
			found[f.ID] = f
		}
	}
	for i := range verdicts {
		for _, w := range verdicts[i].Wishes {
			add(w.Place)
		}
	}
	for _, o := range open {
		if o.Op != CreateFolder {
			add(access.Place{As: o.As, Path: o.Path, FolderID: o.Folder})
		}
	}
	for _, p := range further {
		add(p)
	}
	return slices.SortedFunc(maps.Values(found), func(a, b access.Folder) int { return cmp.Compare(a.ID, b.ID) })
}

// Uncharted lists the places of which a catalog says nothing: neither that they
// exist nor that they cannot be used.
func Uncharted(want []access.Place, c *access.Catalog) []access.Place {
	a := newAtlas(c, Memory{})
	var missing []access.Place
	for _, p := range want {
		_, byID := a.byID[p.FolderID]
		_, byPath := a.byPath[folded(p.As, p.Path)]
		if _, unusable := a.unusable[p]; !unusable && !byID && (p.FolderID != "" || !byPath) {
			missing = append(missing, p)
		}
	}
	return missing
}
