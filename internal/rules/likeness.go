package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// likeness finds groups by pattern. Their names are folded once, and only if
// there is a pattern.
type likeness struct {
	groups    []access.Group
	spellings []spelling
}

func newLikeness(groups []access.Group) *likeness { return &likeness{groups: groups} }

// instances are the groups that a pattern finds, ascending.
func (l *likeness) instances(p *pattern, via []access.GroupID) []instance {
	if l.spellings == nil {
		for i := range l.groups {
			l.spellings = append(l.spellings, spell(l.groups[i].Name))
		}
	}
	var found []instance
	readings := p.readings()
	for i := range l.groups {
		if values, ok := l.match(readings, i); ok {
			g := &l.groups[i]
			found = append(found, instance{at: int32(i), group: g, values: values, via: append(slices.Clip(via), g.ID)})
		}
	}
	return found
}

func (l *likeness) match(readings []*pattern, group int) ([]string, bool) {
	for _, p := range readings {
		if p.source != "" && p.source != access.FoldName(l.groups[group].ID.Source) {
			continue
		}
		if values, ok := p.match(l.spellings[group]); ok {
			return values, true
		}
	}
	return nil, false
}

// bindPattern finds the groups of the rule's pattern. That there is none is no
// mistake: the next project may bring the first.
func (r *boundRule) bindPattern(l *likeness) {
	if r.pattern == nil {
		return
	}
	r.instances = l.instances(r.pattern, r.via)
	var names []string
	for _, i := range r.instances {
		if i.group.Hidden {
			r.hidden = append(r.hidden, i.at)
			names = append(names, i.group.DN)
		}
	}
	if len(names) > 0 {
		r.unseen = fmt.Sprintf("of the groups that are like %q, %s does not show all its members: let the bind account read them", r.groupLike, listed(names))
	}
}

// listed is a few of the names, in order.
func listed(names []string) string {
	slices.Sort(names)
	if more := len(names) - maxListed; more > 0 {
		return fmt.Sprintf("each of %s and %d more", strings.Join(names[:maxListed], "; "), more)
	}
	if len(names) > 1 {
		return "each of " + strings.Join(names, "; ")
	}
	return names[0]
}

// instances are those of a rule that the person is visibly in, and whether they
// may be in others, which do not show it.
func (d *decision) instances(r *boundRule) (found []*instance, unseen bool) {
	for _, group := range d.person.Groups {
		i, ok := slices.BinarySearchFunc(r.instances, group, func(i instance, at int32) int { return cmp.Compare(i.at, at) })
		if ok {
			found = append(found, &r.instances[i])
		}
	}
	return found, slices.ContainsFunc(r.hidden, func(at int32) bool { return !d.member(at) })
}
