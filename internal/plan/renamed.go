package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Renamed are notes of the folders that rules give by a path which is not theirs any more, once for each
// rule and each folder that was renamed or moved: what lies below it has moved with it.
func Renamed(verdicts []access.Verdict, c *access.Catalog, m Memory) []Note {
	moved := moves(c, m)
	if len(moved) == 0 {
		return nil
	}
	seen := map[Note]bool{}
	var notes []Note
	for i := range verdicts {
		for _, w := range verdicts[i].Wishes {
			move, is := moved[w.Place]
			n := Note{Kind: NoteRenamed, Rule: w.Cause.Rule, Why: move}
			if is && !seen[n] {
				seen[n] = true
				notes = append(notes, n)
			}
		}
	}
	slices.SortFunc(notes, func(a, b Note) int { return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Why, b.Why)) })
	return notes
}

// moves says of the places whose folder has another path by now what has become of it.
func moves(c *access.Catalog, m Memory) map[access.Place]string {
	now := map[access.Place]access.Path{} // by identity and id
	for _, f := range c.Folders {
		now[access.Place{As: f.As, FolderID: f.ID}] = f.Path
	}
	moved := map[access.Place]string{}
	for place, id := range m.Folders {
		is := now[access.Place{As: place.As, FolderID: id}]
		if is == "" || place.Path == "" || is.Fold() == place.Path.Fold() {
			continue
		}
		before, after := whereParted(string(place.Path), string(is))
		moved[place] = fmt.Sprintf("the folder %s is %s by now: write that", before, after)
	}
	return moved
}

// whereParted takes from the ends of two paths the names that are the same: it was a folder above that was renamed.
func whereParted(was, is string) (string, string) {
	for {
		w, i := strings.LastIndexByte(was, '/'), strings.LastIndexByte(is, '/')
		if w <= 0 || i <= 0 || was[w:] != is[i:] {
			return was, is
		}
		was, is = was[:w], is[:i]
	}
}
