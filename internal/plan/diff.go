package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Policy is what the configuration says beside the rules.
type Policy struct {
	Never  map[access.Email]string // addresses that are never touched, and why
	Repair []access.Path           // roots below which what somebody else removed of ours is given again
	Rivals Rivals                  // what a plan for everybody found; nil: this is one
	// Existing accounts are the people's, as those that we made; else they get grants, and nothing else happens to them.
	Existing bool
	Leavers  map[Exit]Ladder
	Order    []string // the rules, as the configuration has them
}

// Diff compares what the rules want with what Kiteworks says. Nothing that st
// did not look at is concluded from. The result is the same for the same input,
// whatever the order of the verdicts.
func Diff(verdicts []access.Verdict, c *access.Catalog, st access.State, m Memory, p Policy, now time.Time) Plan {
	verdicts = byPerson(verdicts)
	d := newDiffer(verdicts, c, st, m, p)
	d.now = now
	d.planMoves()
	for i := range verdicts {
		d.person(&verdicts[i])
	}
	for n, people := range d.blocked {
		n.People = people
		d.plan.Notes = append(d.plan.Notes, n)
	}
	d.drift()
	d.end()
	d.regrant()
	d.remove()
	d.plan.Learned, d.plan.Rivals = d.learned, d.rivals
	d.plan.Unasked = d.unasked()
	d.plan.sort()
	return d.plan
}

func newDiffer(verdicts []access.Verdict, c *access.Catalog, st access.State, m Memory, p Policy) *differ {
	d := &differ{
		atlas:   newAtlas(c, m),
		tenant:  newTenant(st, m),
		memory:  m,
		policy:  p,
		blocked: map[Note]int{},
		made:    map[Key]bool{},
		spots:   map[access.Place]spot{},
		asked:   map[GrantKey]bool{},
		weaker:  map[GrantKey]target{},
		ended:   map[GrantKey]*Change{},
		stuck:   map[access.PersonID][]string{},
		leaving: map[access.PersonID]Exit{},
		learned: Learned{
			Folders: map[access.Place]string{}, Groups: map[string]access.GroupID{}, Lost: map[GrantKey]string{},
			Causes: map[GrantKey][]access.Cause{}, Heirs: map[access.PersonID][]access.Heir{},
		},
		plan: Plan{Next: map[access.PersonID]time.Time{}},
	}
	d.verdicts = verdicts
	d.findRivals(verdicts)
	return d
}

// byPerson is the verdicts in the one order, sorted by person.
func byPerson(verdicts []access.Verdict) []access.Verdict {
	order := func(a, b access.Verdict) int {
		return cmp.Or(cmp.Compare(a.Person.Source, b.Person.Source), cmp.Compare(a.Person.ID, b.Person.ID))
	}
	if slices.IsSortedFunc(verdicts, order) {
		return verdicts
	}
	verdicts = slices.Clone(verdicts)
	slices.SortFunc(verdicts, order)
	return verdicts
}

// differ gathers one plan.
type differ struct {
	verdicts []access.Verdict // by person
	now      time.Time
	atlas    *atlas
	tenant   *tenant
	memory   Memory
	policy   Policy
	rivals   Rivals
	blocked  map[Note]int // note without its count -> people
	made     map[Key]bool // creations already in the plan
	spots    map[access.Place]spot
	moves    mover // the accounts whose address changes

	asked   map[GrantKey]bool            // what a rule asks for, or may ask for, of what is ours
	weaker  map[GrantKey]target          // of it, where a weaker role is enough by now
	leaning []leaning                    // what is had through a role of ours on a folder above
	ended   map[GrantKey]*Change         // what is taken away of what is ours
	stuck   map[access.PersonID][]string // rules of which something was held or blocked; "": the person as a whole
	leaving map[access.PersonID]Exit     // whose roles of ours all end, and why

	removals []removal // accounts whose time to be deleted has come

	learned Learned
	plan    Plan
	room    []target // of one person at a time
}
