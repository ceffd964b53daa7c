package sync

import (
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// date says of each change since when the directory asks for it, as far as the directory tells.
func (v *view) date(p *plan.Plan) {
	left := map[access.PersonID]time.Time{}
	for _, l := range p.Learned.Leaving {
		left[l.Person] = l.Since
	}
	d := dating{view: v, groups: map[access.GroupID]time.Time{}}
	for i := range p.Changes {
		c := &p.Changes[i]
		if person, there := v.person(c.Person); there {
			c.Since = d.latest(person.Changed, c.Causes)
		} else {
			c.Since = left[c.Person] // an entry that is gone does not say when it went
		}
	}
}

// dating finds out when groups have changed.
type dating struct {
	view   *view
	groups map[access.GroupID]time.Time
	within [][]int32 // the groups that each one lists
}

// latest is the last change of a person, or of a group through which a rule applies, or did.
// A membership is a change of the group, not of the person.
func (d *dating) latest(at time.Time, causes []access.Cause) time.Time {
	for _, c := range causes {
		for _, id := range c.Via {
			if changed := d.group(id); changed.After(at) {
				at = changed
			}
		}
	}
	return at
}

// group is the last change of a group, or of one within it at any depth: of who is not
// in it any more nobody knows through which they were.
func (d *dating) group(id access.GroupID) time.Time {
	at, known := d.groups[id]
	if known {
		return at
	}
	groups := d.view.snapshot.Groups
	first, there := slices.BinarySearchFunc(groups, id, func(g access.Group, id access.GroupID) int { return g.ID.Compare(id) })
	if there {
		for _, g := range d.below(int32(first)) {
			if changed := groups[g].Changed; changed.After(at) {
				at = changed
			}
		}
	}
	d.groups[id] = at
	return at
}

// below is a group and all that are within it.
func (d *dating) below(first int32) []int32 {
	if d.within == nil {
		d.within = make([][]int32, len(d.view.snapshot.Groups))
		for i := range d.view.snapshot.Groups {
			for _, above := range d.view.snapshot.Groups[i].Within {
				d.within[above] = append(d.within[above], int32(i))
			}
		}
	}
	found, seen := []int32{first}, map[int32]bool{first: true}
	for i := 0; i < len(found); i++ {
		for _, g := range d.within[found[i]] {
			if !seen[g] {
				seen[g], found = true, append(found, g)
			}
		}
	}
	return found
}
