package drill

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// emptied takes everybody out of a group. Who is in another one through it stays there.
func emptied(s *access.Snapshot, names []string) Exercise {
	e := Exercise{Name: "group-emptied", What: "A group is empty"}
	at, n := largest(s, names)
	if n == 0 {
		e.Why = "no group has members"
		return e
	}
	e.What = fmt.Sprintf("A group is empty: %s (members before: %d)", s.Groups[at].Name, n)
	e.Snapshot = with(s, slices.Clone(s.People), s.Groups)
	for i := range e.Snapshot.People {
		p := &e.Snapshot.People[i]
		p.Groups = slices.DeleteFunc(slices.Clone(p.Groups), func(g int32) bool { return int(g) == at })
	}
	return e
}

// recreated removes a group and founds another one of its name, with the same members.
func recreated(s *access.Snapshot, names []string) Exercise {
	e := Exercise{Name: "group-recreated", What: "A group was removed and made anew under its name"}
	at, n := largest(s, names)
	if n == 0 {
		e.Why = "no group has members"
		return e
	}
	e.What = fmt.Sprintf("A group was removed and made anew under its name: %s (members: %d, the same)", s.Groups[at].Name, n)
	groups := slices.Clone(s.Groups)
	groups[at].ID.ID = "made anew, not " + groups[at].ID.ID
	e.Snapshot = sorted(s, groups)
	return e
}

// sorted is a snapshot with these groups in place of its own, each for the one at its
// index, in the order of a snapshot.
func sorted(s *access.Snapshot, groups []access.Group) *access.Snapshot {
	order := make([]int, len(groups))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(groups[a].ID.Source, groups[b].ID.Source), cmp.Compare(groups[a].ID.ID, groups[b].ID.ID))
	})
	moved, inOrder := make([]int32, len(groups)), make([]access.Group, len(groups))
	for to, from := range order {
		moved[from], inOrder[to] = int32(to), groups[from]
	}
	for i := range inOrder {
		inOrder[i].Within = follow(inOrder[i].Within, moved)
	}
	people := slices.Clone(s.People)
	for i := range people {
		people[i].Groups = follow(people[i].Groups, moved)
	}
	return with(s, people, inOrder)
}

// follow are indices after what they point at has moved.
func follow(indices, moved []int32) []int32 {
	out := make([]int32, len(indices))
	for i, at := range indices {
		out[i] = moved[at]
	}
	slices.Sort(out)
	return out
}

// largest is the group with the most people, of those that bear one of the names; if none
// of these has any, of all. It is the first of several; n is 0 if all groups are empty.
func largest(s *access.Snapshot, names []string) (at, n int) {
	members := make([]int, len(s.Groups))
	for i := range s.People {
		for _, g := range s.People[i].Groups {
			members[g]++
		}
	}
	for _, whatever := range []bool{false, true} {
		for i, m := range members {
			if m > n && (whatever || named(&s.Groups[i], names)) {
				at, n = i, m
			}
		}
		if n > 0 {
			break
		}
	}
	return at, n
}

func named(g *access.Group, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return access.FoldName(name) == access.FoldName(g.Name) || strings.EqualFold(name, g.DN)
	})
}
