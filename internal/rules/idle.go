package rules

import (
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// LintAgainst finds what a snapshot shows of rules without mistakes: groups that it
// does not have, or has twice, attributes that nobody can have, and rules that give
// nobody anything, in their order; then the walls, and whom the ladders ask for. Where
// nobody is acted on, that is all there is to say.
func (s *Set) LintAgainst(sn *access.Snapshot, k Known) []Problem {
	bound := s.Bind(sn, k)
	b := busyness{gives: map[string]bool{}, waits: map[string]*waiting{}}
	for i := range sn.People {
		v := bound.Evaluate(&sn.People[i], sn.Taken)
		b.note(&v)
	}
	if b.skipped > 0 && b.skipped == len(sn.People) {
		return []Problem{{
			Path:    "rules",
			Message: fmt.Sprintf("nobody of the %d people is acted on: for one, because of %q", b.skipped, b.why),
			Hint:    "correct `people` of the directory, if it is not the entries that are at fault",
		}}
	}
	var found []Problem
	for i := range bound.rules {
		found = append(found, bound.rules[i].idle(&b, sn.Taken)...)
	}
	for _, r := range bound.denials {
		if r.frozen != "" {
			found = append(found, Problem{Path: r.at, Message: r.frozen + "; until then nobody is given anything behind this wall"})
		}
	}
	return append(found, s.heirless(newVocabulary(s, sn.Unknown, k))...)
}

// busyness is what rules do for people.
type busyness struct {
	gives   map[string]bool
	waits   map[string]*waiting
	skipped int
	why     string // the first of them is
}

// waiting is people for whom a rule is held.
type waiting struct {
	people int
	why    string // for the first
}

// note notes the rules that decide anything for a person.
func (b *busyness) note(v *access.Verdict) {
	if v.Skipped != "" {
		if b.skipped++; b.skipped == 1 {
			b.why = v.Skipped
		}
		return
	}
	for _, c := range v.Causes {
		b.gives[c.Rule] = true
	}
	for _, w := range v.Wishes {
		b.gives[w.Cause.Rule] = true
	}
	for _, h := range v.Held {
		if b.waits[h.Rule] == nil {
			b.waits[h.Rule] = &waiting{why: h.Why}
		}
		b.waits[h.Rule].people++
	}
}

// idle says why a rule gives nothing to anybody, or not to all of them.
func (r *boundRule) idle(b *busyness, as time.Time) (found []Problem) {
	for _, f := range r.flaws {
		found = append(found, Problem{Path: f.at, Message: f.why})
	}
	held, taken := b.waits[r.name], as.UTC().Format(time.RFC3339)
	switch {
	case len(found) > 0:
		return found
	case r.unseen != "":
		return []Problem{{Path: r.at + ".when.group_like", Message: r.unseen}}
	case b.gives[r.name]:
		return nil
	case held != nil:
		return []Problem{{
			Path:    r.at,
			Message: fmt.Sprintf("gives nobody anything, as of %s: it is held for all whom it matches, %d in number; for one, because %s", taken, held.people, held.why),
			Hint:    "correct the rule, if it is not the entries that are at fault",
		}}
	}
	return []Problem{{
		Path:    r.at,
		Message: "gives nobody anything, as of " + taken,
		Hint:    "correct its condition, or remove it if it is of no use any more",
	}}
}
