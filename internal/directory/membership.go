package directory

import (
	"encoding/binary"
	"slices"
)

// members are those that a group lists itself, as indices.
type members struct{ people, groups []int32 }

// effective computes for each person the groups that the person is in, directly
// or through groups in groups, as ascending indices. Cycles are tolerated and depth
// costs no stack: from the groups that list a person it walks upwards, to each
// group once. People whom the same groups list share one result.
func effective(groups []members, people int) [][]int32 {
	direct := invert(people, groups, func(m *members) []int32 { return m.people })
	above := invert(len(groups), groups, func(m *members) []int32 { return m.groups })
	seenFor := make([]int32, len(groups)) // the last walk, counted from one, that reached the group
	walks := int32(0)
	walk := func(from []int32) []int32 {
		walks++
		var reached []int32
		visit := func(groups []int32) {
			for _, g := range groups {
				if seenFor[g] != walks {
					seenFor[g] = walks
					reached = append(reached, g)
				}
			}
		}
		visit(from)
		for i := 0; i < len(reached); i++ {
			visit(above[reached[i]])
		}
		slices.Sort(reached)
		return slices.Clip(reached)
	}
	known := map[string][]int32{}
	var key []byte
	for person, listedBy := range direct {
		key = key[:0]
		for _, g := range listedBy {
			key = binary.LittleEndian.AppendUint32(key, uint32(g))
		}
		reached, walked := known[string(key)]
		if !walked {
			reached = walk(listedBy)
			known[string(key)] = reached
		}
		direct[person] = reached
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
