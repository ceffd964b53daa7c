package rules

import (
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// denials compiles whom each wall keeps out. One that keeps nobody out has no tests.
func (c *compiler) denials(walls []*Condition) []rule {
	compiled := make([]rule, len(walls))
	for i, when := range walls {
		if when == nil {
			continue
		}
		out := &compiled[i]
		out.at = fmt.Sprintf("walls[%d].deny", i)
		if when.GroupLike != "" {
			c.report(out.at+".group_like", "a wall does not hold once for each group", "name the one group that it keeps out: `group`, or the one that it lets in: `not_group`")
			continue
		}
		c.condition(out.at, out, *when)
	}
	return compiled
}

// Denied says whether the n-th wall keeps a person out; of a person, or a group, of
// whom the directory does not say enough, the doubt is why that cannot be told.
func (b *Bound) Denied(wall int, p *access.Person) (denied bool, doubt string) {
	r := &b.denials[wall]
	if r.frozen != "" {
		return false, r.frozen
	}
	d := b.decision(p, time.Time{}, access.Verdict{})
	for i := range r.tests {
		if denied, doubt = d.denies(&r.tests[i]); !denied {
			return false, doubt
		}
	}
	return len(r.tests) > 0, ""
}

// denies is holds, and takes an undecided filter for a doubt: for a rule it is as good
// as one that does not match, for a wall it is not.
func (d *decision) denies(t *test) (denied bool, doubt string) {
	denied, err := d.holds(t)
	if err != nil {
		return false, err.Error()
	}
	if t.kind == testFilter && t.filter.Undecided(d.values, d.bound.matching) {
		return false, fmt.Sprintf("filter %s cannot be decided: a value of the person, or the one it is compared with, is not of the kind that the directory's schema says", t.text)
	}
	return denied, ""
}
