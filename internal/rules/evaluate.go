package rules

import (
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Evaluate decides one person of the snapshot that the rules are bound to.
func (b *Bound) Evaluate(p *access.Person) access.Verdict {
	v := access.Verdict{Person: p.ID, DN: p.DN, Email: p.Email, Name: p.Name, Skipped: b.skip(p)}
	if v.Skipped != "" {
		return v
	}
	d := decision{bound: b, person: p, verdict: v, values: func(attribute string) []string { return p.Attrs[attribute] }}
	var room [usualWishes]access.Wish // on the stack: the verdict keeps no more than it needs
	wishes := room[:0]
	for i := range b.rules {
		wishes = d.rule(&b.rules[i], wishes)
	}
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
		return p.Standing.String() + " in the directory"
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

// decision is one person under way.
type decision struct {
	bound   *Bound
	person  *access.Person
	verdict access.Verdict
	values  func(attribute string) []string // of the person
	// undecided: a rule that is held would have chosen the profile. A later
	// rule must not choose in its place (it may give more), so no account is
	// made; one that exists gets its grants.
	undecided bool
}

// rule decides one rule and returns wishes with what it asks for: all of it, or
// nothing if a part cannot be decided.
func (d *decision) rule(r *boundRule, wishes []access.Wish) []access.Wish {
	if r.frozen != "" {
		d.hold(r, r.frozen)
		return wishes
	}
	if !d.matches(r) {
		return wishes
	}
	undone := wishes
	for i := range r.grants {
		g := &r.grants[i]
		place, err := d.place(g)
		if err != nil {
			d.hold(r, err.Error())
			return undone
		}
		wishes = append(wishes, access.Wish{
			Place:  place,
			Role:   g.role,
			Create: g.create,
			Cause:  d.cause(r),
		})
	}
	d.account(r)
	return wishes
}

func (d *decision) account(r *boundRule) {
	if !r.account || d.undecided {
		return
	}
	d.verdict.Account = true
	d.verdict.Causes = append(d.verdict.Causes, d.cause(r))
	if d.verdict.Profile == "" {
		d.verdict.Profile = r.profile
	}
}

func (d *decision) hold(r *boundRule, why string) {
	if r.profile != "" && d.verdict.Profile == "" {
		d.undecided = true
		d.verdict.Account, d.verdict.Causes = false, nil
		why += " (no account is made meanwhile: this rule comes first in choosing its profile)"
	}
	d.verdict.Held = append(d.verdict.Held, access.Held{Rule: r.name, Why: why})
}

func (d *decision) cause(r *boundRule) access.Cause {
	return access.Cause{Rule: r.name, Via: r.via, Since: d.person.Changed}
}

func (d *decision) matches(r *boundRule) bool {
	switch {
	case r.group != none && !d.member(r.group):
		return false
	case r.notGroup != none && d.member(r.notGroup):
		return false
	}
	return r.filter == nil || r.filter.Match(d.values, d.bound.matching)
}

func (d *decision) member(group int32) bool {
	_, ok := slices.BinarySearch(d.person.Groups, group)
	return ok
}

func (d *decision) place(g *grant) (access.Place, error) {
	if g.template == nil {
		return g.place, nil
	}
	path, err := g.template.path(d.person)
	if err != nil {
		return access.Place{}, err
	}
	if !g.proven && !below(path, d.bound.set.roots) {
		return access.Place{}, fmt.Errorf("%s lies below none of the roots", path)
	}
	return access.Place{As: g.place.As, Path: path}, nil
}
