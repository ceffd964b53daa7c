package guard

import (
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// cause is what is approved or parked as one: the changes of one kind that come from
// one rule through the same groups, or from people who have left in the same way.
type cause struct {
	key  string
	kind Kind
	rule string
	exit plan.Exit // of people who have left; "": they have not
	at   []int     // indices of its changes
}

// causeOf is the cause of one change, as yet without changes.
func causeOf(c *plan.Change) cause {
	x := cause{kind: KindOf(*c)}
	var via []string
	if len(c.Causes) > 0 {
		x.rule = c.Causes[0].Rule
		for _, g := range c.Causes[0].Via {
			via = append(via, g.String())
		}
	}
	slices.Sort(via)
	if c.Exit != "" { // all who have left in one way are one cause, whatever rule gave them what they have
		x.rule, x.exit, via = "", c.Exit, nil
		if c.Ordered {
			via = []string{c.Person.String()}
		}
		x.key = strings.Join([]string{string(x.kind), "leavers", string(c.Exit), strings.Join(via, ",")}, "|")
		return x
	}
	x.key = strings.Join([]string{string(x.kind), x.rule, strings.Join(via, ",")}, "|")
	return x
}

// causes groups changes, in the order in which the causes first occur.
func causes(changes []plan.Change, skip func(i int) bool) []cause {
	var all []cause
	index := map[string]int{}
	for i := range changes {
		if skip(i) {
			continue
		}
		x := causeOf(&changes[i])
		at, seen := index[x.key]
		if !seen {
			at = len(all)
			index[x.key], all = at, append(all, x)
		}
		all[at].at = append(all[at].at, i)
	}
	return all
}
