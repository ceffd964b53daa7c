package impact

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// World is what both sets of rules are asked about.
type World struct {
	Snapshot *access.Snapshot
	Catalog  *access.Catalog
	Groups   map[string]access.GroupID // pins
	Folders  map[access.Place]string   // pins
}

// Side is one set of rules, asked about everybody. Its verdicts are in the order
// of the people.
type Side struct {
	names    []string // of the rules, in their order
	verdicts []access.Verdict
	aimer    plan.Aimer
}

// Judge asks the rules about everybody, as of the moment when the directory was read.
func Judge(set *rules.Set, w World) Side {
	bound := set.Bind(w.Snapshot, rules.Known{Groups: w.Groups})
	verdicts := make([]access.Verdict, 0, len(w.Snapshot.People))
	for i := range w.Snapshot.People {
		verdicts = append(verdicts, bound.Evaluate(&w.Snapshot.People[i], w.Snapshot.Taken))
	}
	return Side{names: set.Names(), verdicts: verdicts, aimer: plan.NewAimer(verdicts, w.Catalog, w.Folders)}
}

// holds says whether one of the rules is held for a person.
func holds(v *access.Verdict, names []string) bool {
	return slices.ContainsFunc(v.Held, func(h access.Held) bool { return slices.Contains(names, h.Rule) })
}

// ruleNames are the rules of causes, each once, in their order.
func ruleNames(causes []access.Cause) []string {
	var names []string
	for _, c := range causes {
		if !slices.Contains(names, c.Rule) {
			names = append(names, c.Rule)
		}
	}
	return names
}
