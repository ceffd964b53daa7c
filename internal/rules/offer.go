package rules

import (
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Offer is a grant of a rule as it would be for one person, whether the rule holds
// for them or not.
type Offer struct {
	Rule   string
	Role   string
	Place  access.Place   // if Why is set, its path is what stands in front of the first value
	Group  access.GroupID // that the pattern has found; zero without one
	Named  string         // what that group is called
	Member bool           // the person is in that group, visibly
	Why    string         // why the place cannot be told; "": it can
}

// Offers says of each rule, in their order, what it would give to a person. A
// rule with a pattern offers each grant once for each group of such a name.
func (b *Bound) Offers(p *access.Person) [][]Offer {
	d := decision{person: p, bound: b}
	all := make([][]Offer, len(b.rules))
	for at := range b.rules {
		r := &b.rules[at]
		for i := range r.grants {
			switch {
			case r.pattern == nil:
				all[at] = append(all[at], d.offer(r, &r.grants[i], nil))
			case len(r.instances) == 0:
				all[at] = append(all[at], r.unfound(&r.grants[i]))
			}
			for n := range r.instances {
				all[at] = append(all[at], d.offer(r, &r.grants[i], &r.instances[n]))
			}
		}
	}
	return all
}

func (d *decision) offer(r *boundRule, g *grant, i *instance) Offer {
	o := Offer{Rule: r.name, Role: g.role}
	if i != nil {
		o.Group, o.Named, o.Member = i.group.ID, i.group.Name, d.member(i.at)
	}
	place, err := g.placeFor(subject{d.person, i}, d.bound.set.roots)
	if err != nil {
		o.Place, o.Why = g.front(), err.Error()
		return o
	}
	o.Place = place
	return o
}

// unfound is what a rule offers whose pattern finds no group.
func (r *boundRule) unfound(g *grant) Offer {
	return Offer{Rule: r.name, Role: g.role, Place: g.front(), Why: fmt.Sprintf("no group is called like %s", r.groupLike)}
}

// front is a grant's place as far as it holds no value.
func (g *grant) front() access.Place {
	if g.template == nil {
		return g.place
	}
	return access.Place{As: g.place.As, Path: g.template.prefix}
}
