package plan

import (
	"cmp"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Leftover is a grant of ours that no rule asks for any more.
type Leftover struct {
	Person access.PersonID
	Email  access.Email // of the account; "": it was not read
	Folder string       // id
	Path   access.Path  // "": the folder is in no catalog, and no rule has named it by a path
	Role   string
}

// unasked lists what we gave and no rule asks for. People of whom something is
// held, skipped or blocked are left out: what they should have is not decided.
func (d *differ) unasked() []Leftover {
	var left []Leftover
	for key, owned := range d.memory.Owned {
		if d.asked[key] || len(d.stuck[owned.Person]) > 0 || d.ended[key] != nil || owned.Lost != "" || d.learned.Lost[key] != "" {
			continue
		}
		if _, there := d.tenant.grants.find(key); there || !d.tenant.observed[key.Folder] {
			left = append(left, d.leftover(key, owned))
		}
	}
	d.retrace(left)
	slices.SortFunc(left, func(a, b Leftover) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Email, b.Email), a.Person.Compare(b.Person))
	})
	return left
}

func (d *differ) leftover(key GrantKey, owned access.Owned) Leftover {
	l := Leftover{Person: owned.Person, Folder: key.Folder, Path: d.atlas.byID[key.Folder].Path, Role: owned.Role}
	if a := d.tenant.byID[key.Account]; a != nil {
		l.Email = a.Email
	}
	return l
}

// retrace gives a folder that the catalog lacks, since no rule leads there any more,
// the path by which a rule once meant it; of several spellings the same one each time.
func (d *differ) retrace(left []Leftover) {
	if !slices.ContainsFunc(left, func(l Leftover) bool { return l.Path == "" }) {
		return
	}
	paths := map[string]access.Path{}
	for place, id := range d.memory.Folders {
		if old, known := paths[id]; !known || place.Path < old {
			paths[id] = place.Path
		}
	}
	for i := range left {
		left[i].Path = cmp.Or(left[i].Path, paths[left[i].Folder])
	}
}
