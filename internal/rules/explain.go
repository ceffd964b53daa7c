package rules

import (
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Outcome is what became of a rule for one person.
type Outcome int

// The outcomes. Given and Waiting rules match; a Waiting one gives nothing at the
// moment, because of its dates. A rule with a pattern can be Given for one group
// and held for another: then Held says why.
const (
	NoMatch Outcome = iota + 1
	Given
	Waiting
	Undecided // held
)

func (o Outcome) String() string {
	if o < NoMatch || o > Undecided {
		return "invalid"
	}
	return [...]string{NoMatch: "no match", Given: "given", Waiting: "waiting", Undecided: "held"}[o]
}

// MarshalText writes the outcome's name, in JSON output.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Explanation is what became of one rule for one person, and why.
type Explanation struct {
	Rule    string
	Outcome Outcome
	Parts   []Part        // of the condition, in the order in which they are looked at; of a frozen rule those that can be
	Grants  []GivenGrant  // in the order of the rule; with a pattern, once for each group
	Account *GivenAccount // nil: the rule asks for none, or does not get so far
	Held    []string      // why it is held; several with a pattern
}

// Part is one part of a condition, and what was seen when it was looked at.
type Part struct {
	Key     string           // everyone, group, not_group, group_like, under, filter
	Text    string           // as the rule has it
	Holds   bool             //
	Decided string           // of a filter: the smallest part of it that decided
	Seen    []Seen           // what it looked at
	Groups  []access.GroupID // of group and not_group the one that is meant; of group_like those the person is in
	Why     string           // why it cannot be decided; "": it could
}

// Seen is an attribute of the person and its values; none: it is absent.
type Seen struct {
	Attribute string
	Values    []string
}

// GivenGrant is a grant of a rule as it is for one person.
type GivenGrant struct {
	Wish access.Wish // its place is empty unless the term is open
	Term Term
}

// GivenAccount is what a rule says of the person's account. Which rule's word
// counts, if several have one, the verdict says.
type GivenAccount struct {
	Profile string
	Name    string // "": as in the directory
	Notify  bool
}

// Explain says of each rule, in their order, what Evaluate makes of it for a
// person and why. It is the same evaluation with open eyes, and so also says what
// the rules would give to somebody whom the verdict skips.
func (b *Bound) Explain(p *access.Person, now time.Time) []Explanation {
	d := b.decision(p, now, access.Verdict{Person: p.ID})
	all := make([]Explanation, 0, len(b.rules))
	for i := range b.rules {
		d.why = &Explanation{Rule: b.rules[i].name}
		wishes := d.rule(&b.rules[i], nil)
		d.why.conclude(len(wishes))
		all = append(all, *d.why)
	}
	return all
}

// conclude names the outcome.
func (e *Explanation) conclude(wishes int) {
	switch {
	case wishes > 0 || e.Account != nil:
		e.Outcome = Given
	case len(e.Held) > 0:
		e.Outcome = Undecided
	case len(e.Grants) > 0:
		e.Outcome = Waiting
	default:
		e.Outcome = NoMatch
	}
}

// note keeps what a test has come to.
func (d *decision) note(t *test, holds bool, err error) {
	part := Part{Key: t.kind.String(), Text: t.text, Holds: holds}
	switch t.kind {
	case testGroup, testNotGroup:
		part.Groups = []access.GroupID{d.bound.groups[t.group].ID}
	case testUnder:
		part.Seen = []Seen{{Attribute: "dn", Values: []string{d.person.DN}}}
		for _, s := range t.seats {
			part.Seen = append(part.Seen, Seen{Attribute: "unit", Values: []string{s.spelt}})
		}
	case testFilter:
		part.Decided = t.filter.Decisive(d.values, d.bound.matching)
		for _, attribute := range t.filter.Attributes() {
			part.Seen = append(part.Seen, Seen{Attribute: attribute, Values: d.person.Attrs[attribute]})
		}
	}
	if err != nil {
		part.Why = err.Error()
	}
	d.why.Parts = append(d.why.Parts, part)
}

// noteDecidable keeps what the tests of a frozen rule come to that do not freeze it.
func (d *decision) noteDecidable(r *boundRule) {
	for i := range r.tests {
		t := &r.tests[i]
		lost := t.lost || (t.kind == testGroup || t.kind == testNotGroup) && t.group == none
		if lost || t.filter != nil && slices.ContainsFunc(t.filter.Attributes(), r.strange) {
			continue
		}
		ok, err := d.holds(t)
		d.note(t, ok, err)
	}
}

// noteGroups keeps which groups a pattern has found.
func (d *decision) noteGroups(r *boundRule) {
	found, unseen := d.instances(r)
	part := Part{Key: "group_like", Text: r.groupLike, Holds: len(found) > 0}
	for _, i := range found {
		part.Groups = append(part.Groups, i.group.ID)
	}
	if unseen {
		part.Why = r.unseen
	}
	d.why.Parts = append(d.why.Parts, part)
}

// noteGrants keeps what a rule has given, for one group if it has a pattern, and
// what waits for its time.
func (d *decision) noteGrants(r *boundRule, i *instance) {
	for at := range r.grants {
		wish, term, _, _ := d.wish(r, &r.grants[at], i) // gone through without an error
		d.why.Grants = append(d.why.Grants, GivenGrant{Wish: wish, Term: term})
	}
}
