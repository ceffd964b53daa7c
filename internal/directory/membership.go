package directory

import "slices"

// members are those that a group lists itself, as indices.
type members struct{ people, groups []int32 }

// effective computes for each person the groups that the person is in, directly
// or through groups in groups, as ascending indices. Cycles are tolerated and depth
// costs no stack: from the groups that list a person it walks upwards, to each
// group once. The work is that of the groups found and of the edges between them.
func effective(groups []members, people int) [][]int32 {
	direct := invert(people, groups, func(m *members) []int32 { return m.people })
	above := invert(len(groups), groups, func(m *members) []int32 { return m.groups })
	seenFor := make([]int32, len(groups)) // the last person, counted from one, that reached the group
	var reached []int32
	for person := range direct {
		reached = reached[:0]
		visit := func(groups []int32) {
			for _, g := range groups {
				if seenFor[g] != int32(person)+1 {
					seenFor[g] = int32(person) + 1
					reached = append(reached, g)
				}
			}
		}
		visit(direct[person])
		for i := 0; i < len(reached); i++ {
			visit(above[reached[i]])
		}
		slices.Sort(reached)
		direct[person] = append([]int32(nil), reached...) // exactly as long as needed; nil if there are none
	}
	return direct
}

// invert turns "group lists members" into "member is listed by groups", for n
// members. The lists share one array, so that a million of them cost two allocations.
func invert(n int, groups []members, list func(*members) []int32) [][]int32 {
	counts := make([]int32, n)
	total := 0
	for i := range groups {
		for _, m := range list(&groups[i]) {
			counts[m]++
			total++
		}
	}
	all := make([]int32, total)
	inverted := make([][]int32, n)
	for m, count := range counts {
		inverted[m], all = all[:0:count], all[count:]
	}
	for i := range groups {
		for _, m := range list(&groups[i]) {
			inverted[m] = append(inverted[m], int32(i))
		}
	}
	return inverted
}
