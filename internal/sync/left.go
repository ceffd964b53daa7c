package sync

import (
	"cmp"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// open is why it is not known whether a rule asks for what a person has from us: something
// is held, skipped or blocked, by the rules or by the plan; "": it is known. A reason that
// lies with one of the rules that once asked for it comes first.
func (q *inquiry) open(v *access.Verdict, asked []string) string {
	var first string
	tell := func(rule, why string) (found bool) {
		if rule != "" {
			why = "rule " + rule + ": " + why
		}
		if first == "" || slices.Contains(asked, rule) {
			first = why
		}
		return slices.Contains(asked, rule)
	}
	if v.Skipped != "" {
		return v.Skipped
	}
	for _, h := range v.Held {
		if tell(h.Rule, h.Why) {
			return first
		}
	}
	for _, n := range q.view.report.Plan.Notes {
		concerns := n.Kind == plan.NoteBlocked || n.Person == v.Person && n.Kind != plan.NoteDrift
		if concerns && tell(n.Rule, n.Why) {
			return first
		}
	}
	return first
}

// left are the roles that the ledger has as given to a person, on folders where no
// rule gives any now. The members of those folders are not read: the plan needs none
// of them.
func (q *inquiry) left(a *Answer, v *access.Verdict) (left []Spot) {
	for key, owned := range q.memory.Owned {
		if owned.Person != a.Person.ID || owned.Lost != "" {
			continue
		}
		s := q.places.spot(q.places.pinned(owned.As, key.Folder))
		claimed := slices.ContainsFunc(a.Spots, func(c Spot) bool { return c.Path.Fold() == s.Path.Fold() })
		if !claimed && (q.question.Folder == "" || q.question.Folder.Under(s.Path)) {
			s.Has, s.Ours, s.Open = owned.Role, true, q.open(v, owned.Rules())
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
	if least == 0 || 2*least >= len(q.question.Folder.Name()) {
		return ""
	}
	return best
}
