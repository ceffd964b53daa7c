package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Aim is a role on a folder that the rules want somebody to have, whatever Kiteworks
// says of it today.
type Aim struct {
	Key    string // of the folder: aims with one key are on one folder
	Folder access.Folder
	Role   access.Role // of a role that the catalog does not have only the name, and the lowest rank
	Rules  []string    // those that ask for this role, in their order
	Doubt  string      // why it would not be given as it is; "": nothing is known against it
}

// Aimer resolves the wishes of verdicts as Diff does, by a catalog alone. A catalog
// that was made for other rules need not have all that these name: what it lacks
// is an aim too, in doubt.
type Aimer struct{ d *differ }

// NewAimer is an Aimer for all of these verdicts: what some ask for may contradict others.
func NewAimer(verdicts []access.Verdict, c *access.Catalog, folders map[access.Place]string) Aimer {
	m := Memory{Folders: folders}
	d := &differ{atlas: newAtlas(c, m), memory: m, spots: map[access.Place]spot{}}
	d.findRivals(verdicts)
	return Aimer{d}
}

// Aims are those of one verdict, one for each folder with the strongest role, in
// the order in which the rules name the folders.
func (a Aimer) Aims(v *access.Verdict) []Aim {
	var aims []Aim
	for _, w := range v.Wishes {
		now := a.aim(w)
		i := slices.IndexFunc(aims, func(o Aim) bool { return o.Key == now.Key })
		switch {
		case i < 0:
			aims = append(aims, now)
		default:
			aims[i] = merge(aims[i], now)
		}
	}
	return aims
}

// merge keeps the stronger of two aims on one folder, and whatever is in doubt.
func merge(a, b Aim) Aim {
	doubt := cmp.Or(a.Doubt, b.Doubt)
	switch {
	case b.Role.Rank > a.Role.Rank:
		a = b
	case b.Role == a.Role && !slices.Contains(a.Rules, b.Rules[0]):
		a.Rules = append(a.Rules, b.Rules[0])
	}
	a.Doubt = doubt
	return a
}

func (a Aimer) aim(w access.Wish) Aim {
	at := a.d.locate(w.Place)
	out := Aim{Key: at.key, Folder: at.folder, Rules: []string{w.Cause.Rule}, Doubt: a.Folder(w)}
	if out.Folder.ID == "" {
		out.Key = w.Place.As + "|" + w.Place.Path.Fold() + "|" + w.Place.FolderID
		out.Folder = access.Folder{ID: w.Place.FolderID, As: w.Place.As, Path: w.Place.Path}
	}
	role, err := a.d.atlas.role(w.Role)
	if err != nil {
		role, out.Doubt = access.Role{Name: w.Role, Rank: math.MinInt}, err.Error()
	}
	if why := a.d.rivals[at.key]; why != "" {
		out.Doubt = why
	}
	out.Role = role
	return out
}

// Folder says what speaks against the folder of a wish; "": nothing.
func (a Aimer) Folder(w access.Wish) string {
	at := a.d.locate(w.Place)
	switch why := a.Contested(w); {
	case why != "":
		return why
	case at.why == "" && at.folder.ID == "" && !w.Create:
		return fmt.Sprintf("no such folder is known of %s, and the rule does not say create: true", w.Place.As)
	}
	return at.why
}

// Contested says which other identity has to do with the folder of a wish: it alone sees
// it, or other rules name it; "": none.
func (a Aimer) Contested(w access.Wish) string {
	at := a.d.locate(w.Place)
	_, seen := a.d.atlas.seers[w.Place.Path.Fold()]
	switch why := a.d.rivals[at.key]; {
	case why != "":
		return why
	case at.why == "" && at.folder.ID == "" && seen && w.Place.FolderID == "":
		return a.d.atlas.absent(w.Place)
	}
	return ""
}

// Profile says what speaks against a profile; "": nothing.
func (a Aimer) Profile(name string) string {
	if _, err := a.d.atlas.profile(name); err != nil {
		return err.Error()
	}
	return ""
}
