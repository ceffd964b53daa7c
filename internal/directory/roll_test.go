package directory

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestPropertyARollIsThoseThatStayInOrder compares a roll with sorting everything anew.
func TestPropertyARollIsThoseThatStayInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l roll
		var want []*record
		for range rapid.IntRange(1, 5).Draw(t, "settlings") {
			for range rapid.IntRange(0, 8).Draw(t, "changes") {
				if n := len(want); n > 0 && rapid.Bool().Draw(t, "drop") {
					at := rapid.IntRange(0, n-1).Draw(t, "whom")
					want[at].gone = true
					l.drop(want[at])
					want = slices.Delete(want, at, at+1)
					continue
				}
				r := &record{id: fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "id"))}
				l.add(r)
				want = append(want, r)
			}
			got := l.settle()
			slices.SortStableFunc(want, byID)
			if !slices.Equal(got, want) {
				t.Fatalf("got %v, want %v", got, want)
			}
		}
	})
}
