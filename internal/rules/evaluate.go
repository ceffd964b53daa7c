package rules

import (
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Evaluate decides one person of the snapshot that the rules are bound to, as of now.
func (b *Bound) Evaluate(p *access.Person, now time.Time) access.Verdict {
	v := access.Verdict{
		Person: p.ID, DN: p.DN, Email: b.address(p), Name: p.Name,
		Standing: p.Standing, Heirs: b.heirs(p), Skipped: b.skip(p),
	}
	if v.Skipped != "" {
		return v
	}
	d := b.decision(p, now, v)
	var room [usualWishes]access.Wish // on the stack: the verdict keeps no more than it needs
	var words [usualWords]uint64
	wishes := room[:0]
	b.candidates.of(p.Groups, words[:]).each(func(i int) { wishes = d.rule(&b.rules[i], wishes) })
	d.verdict.Wishes = append(d.verdict.Wishes, wishes...)
	return d.verdict
}

// usualWishes is more than most people have.
const usualWishes = 16

// skip is why the person as a whole is not acted on.
func (b *Bound) skip(p *access.Person) string {
	switch {
	case p.Standing == access.Unknown:
		return "the directory does not say whether the person is active"
	case p.Standing != access.Active:
		return p.Standing.String() + " in the directory" + b.unfound(p)
	case p.Email == "" && p.NoEmail == "":
		return "no e-mail address"
	case p.Email == "":
		return p.NoEmail
	}
	if n := b.shared[p.Email]; n != nil {
		return n.against(p.ID)
	}
	return ""
}

// address is by what the person's account may be found. Of somebody who has left it
// is none if the address may be another's by now: then only the account that is
// known to be theirs is.
func (b *Bound) address(p *access.Person) access.Email {
	if p.Standing == access.Active {
		return p.Email
	}
	if n := b.shared[p.Email]; n != nil && !n.owned(p.ID) {
		return ""
	}
	return p.Email
}

// unfound says of somebody who has left that no account is looked for by their address,
// and what to do about it; "": their account is known, or the address is theirs alone.
func (b *Bound) unfound(p *access.Person) string {
	if n := b.shared[p.Email]; n != nil {
		return n.unfound(p.ID)
	}
	return ""
}

// decision is one person under way.
type decision struct {
	bound   *Bound
	person  *access.Person
	now     time.Time
	verdict access.Verdict
	values  func(attribute string) []string // of the person
	dn      string                          // the person's, folded; "": not asked for yet
	// undecided: a rule that is held would have chosen the profile or the name of the
	// account. A later rule must not choose in its place (it may give more), so no
	// account is made; one that exists gets its grants.
	undecided bool
	named     bool         // a rule has chosen the name
	why       *Explanation // of the rule under way; nil: nobody asks
}

func (b *Bound) decision(p *access.Person, now time.Time, v access.Verdict) decision {
	return decision{bound: b, person: p, now: now, verdict: v, values: func(attribute string) []string { return p.Attrs[attribute] }}
}

// rule decides one rule and returns wishes with what it asks for. A rule with a
// pattern is decided once for each group; of the others, and of each of these, it
// gives all, or nothing if a part cannot be decided.
func (d *decision) rule(r *boundRule, wishes []access.Wish) []access.Wish {
	if !d.applies(r) {
		return wishes
	}
	held, lapsed := len(d.verdict.Held), len(d.verdict.Lapsed)
	if r.pattern == nil {
		wishes = d.once(r, wishes)
	} else {
		wishes = d.forEach(r, wishes)
	}
	if len(d.verdict.Held) > held {
		d.verdict.Lapsed = d.verdict.Lapsed[:lapsed]
	}
	return wishes
}

// applies says whether the person matches. A rule that cannot be decided is held.
func (d *decision) applies(r *boundRule) bool {
	if r.frozen != "" {
		if d.why != nil {
			d.noteDecidable(r)
		}
		d.hold(r, r.frozen, true)
		return false
	}
	matches, err := d.matches(r)
	if err != nil {
		d.hold(r, err.Error(), false)
	}
	return matches && err == nil
}

// matches looks at one test behind the other until one fails. Whoever wants to
// know why is shown all of them.
func (d *decision) matches(r *boundRule) (bool, error) {
	all := true
	for i := range r.tests {
		ok, err := d.holds(&r.tests[i])
		if d.why != nil {
			d.note(&r.tests[i], ok, err)
		}
		if err != nil && all {
			return false, err
		}
		if all = all && ok; !all && d.why == nil {
			break
		}
	}
	if d.why != nil && r.pattern != nil {
		d.noteGroups(r)
	}
	return all, nil
}

// once gives what a rule without a pattern gives.
func (d *decision) once(r *boundRule, wishes []access.Wish) []access.Wish {
	label, err := d.label(r)
	if err == nil {
		wishes, err = d.give(r, nil, wishes)
	}
	if err != nil {
		d.hold(r, err.Error(), false)
		return wishes
	}
	d.account(r, label, r.cause(d.person, nil))
	return wishes
}

// give adds the wishes of a rule, all or none.
func (d *decision) give(r *boundRule, i *instance, wishes []access.Wish) ([]access.Wish, error) {
	undone, next, lapsed := wishes, d.verdict.Next, d.verdict.Lapsed
	for at := range r.grants {
		wish, term, change, err := d.wish(r, &r.grants[at], i)
		if err != nil {
			return undone, err
		}
		next = earlier(next, change)
		switch {
		case term.Phase == Open:
			wishes = append(wishes, wish)
		case term.Phase == Over && (wish.Place != access.Place{}):
			lapsed = append(lapsed, wish)
		}
	}
	d.verdict.Next, d.verdict.Lapsed = next, lapsed
	if d.why != nil {
		d.noteGrants(r, i)
	}
	return wishes, nil
}

// wish is what one grant asks for, and when that may change by itself (zero: never).
// Outside of its time it asks for nothing; where it was, once that is over, is said if it can be.
func (d *decision) wish(r *boundRule, g *grant, i *instance) (w access.Wish, t Term, change time.Time, err error) {
	w = access.Wish{Role: g.role, Create: g.create, Cause: r.cause(d.person, i)}
	if t, change, err = g.term(d.person, d.bound.set.zone, d.now); err != nil || t.Phase != Open && t.Phase != Over {
		return w, t, change, err
	}
	w.Place, err = g.placeFor(subject{d.person, i}, d.bound.set.roots)
	if t.Phase == Over && err != nil {
		w.Place, err = access.Place{}, nil
	}
	return w, t, change, err
}

// earlier is the earlier of two moments, of which zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// forEach gives a rule once for each group that its pattern finds and the person is in.
// One group that cannot be decided takes nothing from the others.
func (d *decision) forEach(r *boundRule, wishes []access.Wish) []access.Wish {
	found, unseen := d.instances(r)
	var causes []access.Cause
	var reasons []access.Held
	label, err := d.label(r)
	for _, i := range found {
		why := err
		if why == nil {
			wishes, why = d.give(r, i, wishes)
		}
		if why != nil {
			reasons = append(reasons, access.Held{Why: why.Error()})
			continue
		}
		causes = append(causes, r.cause(d.person, i))
	}
	if unseen {
		reasons = append(reasons, access.Held{Why: r.unseen, Common: true})
	}
	d.account(r, label, causes...)
	d.holdEach(r, reasons, len(causes) > 0)
	return wishes
}

// holdEach holds the groups of a rule that were not given, each reason once.
func (d *decision) holdEach(r *boundRule, reasons []access.Held, given bool) {
	for n, h := range reasons {
		if !slices.Contains(reasons[:n], h) {
			d.holdBut(r, h.Why, h.Common, given)
		}
	}
}

func (r *boundRule) cause(p *access.Person, i *instance) access.Cause {
	if i != nil {
		return access.Cause{Rule: r.name, Via: i.via, Since: p.Changed}
	}
	return access.Cause{Rule: r.name, Via: r.via, Since: p.Changed}
}

func (d *decision) hold(r *boundRule, why string, common bool) { d.holdBut(r, why, common, false) }

// holdBut holds a rule, or, if it was given for other groups, these groups of it.
func (d *decision) holdBut(r *boundRule, why string, common, given bool) {
	if what := d.choice(r); what != "" && !given {
		d.undecided = true
		d.verdict.Account, d.verdict.Causes = false, nil
		why += " (until that is corrected no account is made: this rule would choose its " + what + ")"
	}
	d.verdict.Held = append(d.verdict.Held, access.Held{Rule: r.name, Why: why, Common: common})
	if d.why != nil {
		d.why.Held = append(d.why.Held, why)
	}
}
