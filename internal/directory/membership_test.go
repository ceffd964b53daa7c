package directory

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEffectiveIsReachability(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.IntRange(0, 8).Draw(t, "people")
		groups := make([]members, rapid.IntRange(0, 10).Draw(t, "groups"))
		for i := range groups {
			groups[i].people = indices(t, people)
			groups[i].groups = indices(t, len(groups))
		}
		got := effective(groups, people)
		for p := range people {
			if d := cmp.Diff(groupsThatReach(groups, int32(p)), got[p]); d != "" {
				t.Fatalf("person %d (-want +got):\n%s", p, d)
			}
		}
	})
}

// indices draws a list of some of n, with doubles, in any order.
func indices(t *rapid.T, n int) []int32 {
	if n == 0 {
		return nil
	}
	return rapid.SliceOfN(rapid.Int32Range(0, int32(n-1)), 0, 4).Draw(t, "members")
}

// groupsThatReach is the oracle: it repeats "a group has whom its groups have" until nothing changes.
func groupsThatReach(groups []members, person int32) []int32 {
	has := make([]bool, len(groups))
	for changed := true; changed; {
		changed = false
		for i, g := range groups {
			if !has[i] && (slices.Contains(g.people, person) || slices.ContainsFunc(g.groups, func(n int32) bool { return has[n] })) {
				has[i], changed = true, true
			}
		}
	}
	var result []int32
	for i, yes := range has {
		if yes {
			result = append(result, int32(i))
		}
	}
	return result
}

func TestEffectiveBearsDepthAndOneLargeCycle(t *testing.T) {
	t.Parallel()
	const depth = 100_000
	for name, last := range map[string][]int32{"chain": nil, "cycle": {0}} {
		groups := make([]members, depth)
		for i := range depth - 1 {
			groups[i].groups = []int32{int32(i + 1)}
		}
		groups[depth-1] = members{people: []int32{0}, groups: last}
		got := effective(groups, 2)
		if len(got[0]) != depth || !slices.IsSorted(got[0]) {
			t.Errorf("%s: the innermost member is in %d groups, want all %d in order", name, len(got[0]), depth)
		}
		if got[1] != nil {
			t.Errorf("%s: a stranger is in %d groups, want none", name, len(got[1]))
		}
	}
}
