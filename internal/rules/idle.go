package rules

import (
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// LintAgainst finds what a snapshot shows of rules without mistakes: groups that it
// does not have, or has twice, and rules that give nobody anything, in their order; then the walls.
func (s *Set) LintAgainst(sn *access.Snapshot, k Known) []Problem {
	bound := s.Bind(sn, k)
	stuck, busy := map[string]string{}, map[string]bool{}
	for _, h := range bound.Problems() {
		stuck[h.Rule] = h.Why
	}
	for i := range sn.People {
		v := bound.Evaluate(&sn.People[i], sn.Taken)
		noteBusy(busy, &v)
	}
	var found []Problem
	for i := range s.rules {
		r := &s.rules[i]
		switch {
		case stuck[r.name] != "":
			found = append(found, Problem{Path: r.at + ".when", Message: stuck[r.name]})
		case !busy[r.name]:
			found = append(found, Problem{
				Path:    r.at,
				Message: fmt.Sprintf("gives nobody anything, as of %s", sn.Taken.UTC().Format(time.RFC3339)),
				Hint:    "correct its condition, or remove it if it is of no use any more",
			})
		}
	}
	for _, r := range bound.denials {
		if r.frozen != "" {
			found = append(found, Problem{Path: r.at, Message: r.frozen + "; until then nobody is given anything behind this wall"})
		}
	}
	return found
}

// noteBusy notes the rules that decide anything for a person.
func noteBusy(busy map[string]bool, v *access.Verdict) {
	for _, c := range v.Causes {
		busy[c.Rule] = true
	}
	for _, w := range v.Wishes {
		busy[w.Cause.Rule] = true
	}
	for _, h := range v.Held {
		busy[h.Rule] = true
	}
}
