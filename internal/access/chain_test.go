package access_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

func TestChains_SayHowSomebodyCameIntoAGroup(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		within      [][]int32 // of each group
		memberships []int32
		want        map[int32][]int32
	}{
		{"in no group", [][]int32{nil}, nil, map[int32][]int32{}},
		{"listed", [][]int32{nil, nil}, []int32{1}, map[int32][]int32{1: {1}}},
		{"nested", [][]int32{{1}, {2}, nil}, []int32{0, 1, 2}, map[int32][]int32{0: {0}, 1: {0, 1}, 2: {0, 1, 2}}},
		{"from the middle", [][]int32{{1}, {2}, nil}, []int32{1, 2}, map[int32][]int32{1: {1}, 2: {1, 2}}},
		{"the shorter of two ways", [][]int32{{1}, {3}, {3}, nil}, []int32{0, 1, 2, 3}, map[int32][]int32{0: {0}, 1: {0, 1}, 2: {2}, 3: {2, 3}}},
		{"a group that lists itself", [][]int32{{0, 1}, nil}, []int32{0, 1}, map[int32][]int32{0: {0}, 1: {0, 1}}},
		{"a circle, and above it", [][]int32{{1}, {0, 2}, nil}, []int32{0, 1, 2}, map[int32][]int32{0: {0}, 1: {1}, 2: {1, 2}}},
		{"above a circle, in front of it", [][]int32{nil, {2}, {1, 0}}, []int32{0, 1, 2}, map[int32][]int32{0: {2, 0}, 1: {1}, 2: {2}}},
		{"a circle that a group below explains", [][]int32{{1}, {2}, {1}}, []int32{0, 1, 2}, map[int32][]int32{0: {0}, 1: {0, 1}, 2: {0, 1, 2}}},
		{"nothing is known of nesting", [][]int32{nil, nil}, []int32{0, 1}, map[int32][]int32{0: {0}, 1: {1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			groups := make([]access.Group, len(tt.within))
			for i := range groups {
				groups[i].Within = tt.within[i]
			}
			if diff := cmp.Diff(tt.want, access.Chains(groups, tt.memberships)); diff != "" {
				t.Errorf("chains (-want +got):\n%s", diff)
			}
		})
	}
}
