package sync

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Doubt is what speaks, by a catalog of earlier, against what the rules give: it had
// no such role, profile or folder.
type Doubt struct {
	Why string
	On  []access.Path // the folders that it is about; none: the account
}

// doubts are those about one person, each once.
func (q *inquiry) doubts(v *access.Verdict) []Doubt {
	var all []Doubt
	aimer := plan.NewAimer([]access.Verdict{*v}, q.catalog, q.pins)
	if why := aimer.Profile(v.Profile); why != "" && v.Account && q.question.Folder == "" {
		all = append(all, Doubt{Why: why})
	}
	for _, a := range aimer.Aims(v) {
		if a.Doubt == "" || !q.concerns(access.Place{As: a.Folder.As, Path: a.Folder.Path, FolderID: a.Folder.ID}) {
			continue
		}
		i := slices.IndexFunc(all, func(d Doubt) bool { return d.Why == a.Doubt && len(d.On) > 0 })
		if i < 0 {
			i, all = len(all), append(all, Doubt{Why: a.Doubt})
		}
		all[i].On = append(all[i].On, spotPath(a.Folder))
	}
	return all
}

func spotPath(f access.Folder) access.Path {
	if f.Path == "" {
		return access.Path("folder " + f.ID)
	}
	return f.Path
}
