package rules

import "github.com/kw-onboarder/kw-onboarder/internal/access"

// Excluded says of each rule with a `not_group`, by name, how many of the active people of
// the snapshot that group keeps out, none included: of a group that has lost most of its
// members it is not to be believed that they may come in. Counted are all in the group,
// whatever else the rule asks for, so that nothing but the group moves the number.
// A rule that is held is left out: what was counted before holds on, for the group
// may come back empty.
func (b *Bound) Excluded(people []access.Person) map[string]int {
	members := map[int32]int{}
	b.eachExcluding(func(_ *boundRule, group int32) { members[group] = 0 })
	if len(members) == 0 {
		return nil
	}
	for i := range people {
		if people[i].Standing != access.Active {
			continue
		}
		for _, g := range people[i].Groups {
			if n, asked := members[g]; asked {
				members[g] = n + 1
			}
		}
	}
	excluded := map[string]int{}
	b.eachExcluding(func(r *boundRule, group int32) { excluded[r.name] = members[group] })
	return excluded
}

// eachExcluding calls do with the rules that keep a group out and are not held, in
// their order. A condition has one such group at most.
func (b *Bound) eachExcluding(do func(r *boundRule, group int32)) {
	for i := range b.rules {
		r := &b.rules[i]
		for _, t := range r.tests {
			if t.kind == testNotGroup && r.frozen == "" {
				do(r, t.group)
			}
		}
	}
}
