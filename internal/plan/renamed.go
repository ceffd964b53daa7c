package plan

import (
	"cmp"
	"fmt"
	"slices"

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
		was, is := m.origin(place, is, now)
		moved[place] = fmt.Sprintf("the folder %s is %s by now: write that", was, is)
	}
	return moved
}

// origin is the uppermost folder with which one came to its path of now.
func (m Memory) origin(place access.Place, is access.Path, now map[access.Place]access.Path) (was, became access.Path) {
	for {
		above := access.Place{As: place.As, Path: place.Path.Parent()}
		id, pinned := m.Folders[above]
		came := pinned && above.Path != "" && now[access.Place{As: place.As, FolderID: id}] == is.Parent()
		if !came || above.Path.Fold() == is.Parent().Fold() {
			return place.Path, is
		}
		place, is = above, is.Parent()
	}
}
