package sync

import (
	"cmp"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// decided says whether nothing is held, skipped or blocked of a person, by the rules
// or by the plan: only then is it known what nobody asks for.
func (q *inquiry) decided(v *access.Verdict) bool {
	return len(v.Held) == 0 && v.Skipped == "" && !slices.ContainsFunc(q.view.report.Plan.Notes, func(n plan.Note) bool {
		return n.Kind == plan.NoteBlocked || n.Person == v.Person && n.Kind != plan.NoteDrift
	})
}

// left are the roles that the ledger has as given to a person, on folders where no
// rule gives any now. The members of those folders are not read: the plan needs none
// of them.
func (q *inquiry) left(a *Answer) (left []Spot) {
	for key, owned := range q.memory.Owned {
		if owned.Person != a.Person.ID || owned.Lost != "" {
			continue
		}
		s := q.places.spot(q.places.pinned(owned.As, key.Folder))
		claimed := slices.ContainsFunc(a.Spots, func(c Spot) bool { return c.Path.Fold() == s.Path.Fold() })
		if !claimed && (q.question.Folder == "" || q.question.Folder.Under(s.Path)) {
			s.Has, s.Ours = owned.Role, true
			left = append(left, s)
		}
	}
	slices.SortFunc(left, func(a, b Spot) int { return cmp.Compare(a.Path, b.Path) })
	return left
}

// near is the folder, known to the catalog or to a rule, that was probably meant by
// one that no rule leads to; "": none is near, or that one is known itself.
func (q *inquiry) near(offers [][]rules.Offer) access.Path {
	known := map[access.Path]bool{}
	for _, f := range q.places.byID {
		known[f.Path] = true
	}
	for _, o := range slices.Concat(offers...) {
		if o.Why == "" {
			known[q.places.path(o.Place)] = true
		}
	}
	asked := q.question.Folder.Fold()
	best, least := access.Path(""), mostWrong+1
	for path := range known {
		d := access.Distance(asked, path.Fold())
		if d < least || d == least && path < best {
			best, least = path, d
		}
	}
	if least == 0 {
		return ""
	}
	return best
}
