package access

import "slices"

// Chains says how somebody came into each of their groups: for each effective
// membership the shortest way to it, from a group that lists the person up to the
// group itself, both included. Memberships do not tell the groups that list a
// person from those above them, so a way begins where nothing below explains it.
// Of groups in a circle one must list the person, and each may be it.
func Chains(groups []Group, memberships []int32) map[int32][]int32 {
	n := nesting{groups: groups, below: make(map[int32][]int32, len(memberships))}
	for _, g := range memberships {
		n.below[g] = nil
	}
	for _, g := range memberships {
		for _, above := range groups[g].Within {
			if below, member := n.below[above]; member && above != g {
				n.below[above] = append(below, g)
			}
		}
	}
	var queue []int32
	chains := make(map[int32][]int32, len(memberships))
	for _, g := range memberships {
		if n.begins(g) {
			chains[g], queue = []int32{g}, append(queue, g)
		}
	}
	for i := 0; i < len(queue); i++ {
		for _, above := range groups[queue[i]].Within {
			_, member := n.below[above]
			if _, reached := chains[above]; member && !reached {
				chains[above] = append(slices.Clip(chains[queue[i]]), above)
				queue = append(queue, above)
			}
		}
	}
	return chains
}

// nesting is the groups of one person.
type nesting struct {
	groups []Group
	below  map[int32][]int32 // of each, those of the person's groups that it lists
}

// begins says whether nothing explains a membership but the membership itself:
// whatever is below the group is also above it.
func (n *nesting) begins(g int32) bool {
	for _, x := range n.under(g) {
		if !slices.Contains(n.under(x), g) {
			return false
		}
	}
	return true
}

// under are the person's groups that are in g, at any depth. g is among them only
// if it lies in a circle.
func (n *nesting) under(g int32) []int32 {
	found := slices.Clone(n.below[g])
	seen := make(map[int32]bool, len(found))
	for _, x := range found {
		seen[x] = true
	}
	for i := 0; i < len(found); i++ {
		for _, x := range n.below[found[i]] {
			if !seen[x] {
				seen[x], found = true, append(found, x)
			}
		}
	}
	return found
}
