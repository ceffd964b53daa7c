package guard

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Limits is what the brakes are set to. What is left out has the defaults that the
// documentation names: they bound what narrows.
type Limits struct {
	Mode            Mode
	Budgets         map[Kind]Budget // a kind that is not in it has its DefaultBudget
	PerRule         *PerRule        // nil: DefaultPerRule
	Expect          []Canary
	Walls           []Wall
	Seats           int  // accounts that licences allow; 0: nobody has said
	ParkRuleChanges bool // what a changed rule would narrow waits for approval

	// Identities are the addresses that the program acts as: they own the folders that they
	// make, on both sides of any wall, and that is against none.
	Identities []access.Email
}

// Folders are the folders that the walls speak of, sorted, each once. Whoever asks the
// walls has looked for them and their members: what a World has of them neither in its
// catalog nor among what is unusable does not exist.
func (l Limits) Folders() []access.Path {
	var all []access.Path
	for _, w := range l.Walls {
		for _, a := range w.areas() {
			all = append(all, a.Path)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Watches says whether a wall speaks of a folder.
func (l Limits) Watches(p access.Path) bool {
	return slices.ContainsFunc(l.Walls, func(w Wall) bool {
		return slices.ContainsFunc(w.areas(), func(a Area) bool { return a.holds(p) })
	})
}
