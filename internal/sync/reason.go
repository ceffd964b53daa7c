package sync

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// namesShown is how many names one reason gives; the whole report has all.
const namesShown = 20

// Reason is why something was left alone or not done, said once, and of whom or
// what it is said.
type Reason struct {
	Rule   string // "" if it is not about a rule
	Why    string
	Names  []string
	People int // how many it concerns, where they are counted and not named
}

// Gather puts notes of one kind that say the same together, in their order.
func Gather(notes []plan.Note, kind plan.NoteKind) []Reason {
	var g gathering
	for _, n := range notes {
		switch {
		case n.Kind != kind:
		case kind == plan.NoteBlocked, kind == plan.NoteRenamed, n.People > 0:
			r := g.reason(n.Rule, n.Why)
			r.People += n.People
			if n.Folder != "" {
				r.Names = append(r.Names, n.Folder)
			}
		default:
			r := g.reason(n.Rule, n.Why)
			r.Names = append(r.Names, cmp.Or(string(n.Email), n.DN, n.Person.String()))
		}
	}
	return g.reasons
}

// NotDone puts the changes that a run could not make together by their reason.
func (r *Report) NotDone() []Reason {
	changes := map[plan.Key]plan.Change{}
	for _, c := range r.Plan.Changes {
		changes[c.Key] = c
	}
	var g gathering
	for _, o := range r.Unfinished() {
		at := g.reason("", fmt.Sprintf("%s: %s", o.Result, o.Why))
		c := changes[o.Key]
		at.Names = append(at.Names, c.Op.String()+" "+c.Subject())
	}
	return g.reasons
}

type gathering struct{ reasons []Reason }

func (g *gathering) reason(rule, why string) *Reason {
	i := slices.IndexFunc(g.reasons, func(r Reason) bool { return r.Rule == rule && r.Why == why })
	if i < 0 {
		i = len(g.reasons)
		g.reasons = append(g.reasons, Reason{Rule: rule, Why: why})
	}
	return &g.reasons[i]
}

// String is one line: rule, reason, names.
func (r Reason) String() string {
	var b strings.Builder
	if r.Rule != "" {
		fmt.Fprintf(&b, "rule %s: ", r.Rule)
	}
	b.WriteString(r.Why)
	if r.People > 0 {
		fmt.Fprintf(&b, " (people concerned: %d)", r.People)
	}
	switch n := len(r.Names); {
	case n > namesShown:
		fmt.Fprintf(&b, ": %s and %d more (--output json names all)", strings.Join(r.Names[:namesShown], ", "), n-namesShown)
	case n > 0:
		fmt.Fprintf(&b, ": %s", strings.Join(r.Names, ", "))
	}
	return b.String()
}
