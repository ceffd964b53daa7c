package guard

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The part of a budget is of what the purse would allow: base, floor and exceptions counted.
func TestSpent(t *testing.T) {
	t.Parallel()
	l := Limits{Budgets: map[Kind]Budget{
		Create:       {Max: Amount{Count: 4}, Per: time.Hour},
		Grant:        {Max: Amount{Percent: 10}, Of: OwnedGrants, Floor: 1, Per: time.Hour},
		CreateFolder: {Per: time.Hour}, // none may be made
		Suspend:      {Unlimited: true},
	}}
	u := Usage{
		Used:  map[Kind]int{Create: 3, Grant: 6, Revoke: 5, Suspend: 9},
		Extra: map[Kind]int{Create: 2},
		Base:  map[Base]int{OwnedGrants: 200},
	}
	want := map[Kind]float64{Create: 0.5, Grant: 0.3, CreateFolder: 1, Revoke: 0.25, Lower: 0, Delete: 0}
	if diff := cmp.Diff(want, l.Spent(u)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
