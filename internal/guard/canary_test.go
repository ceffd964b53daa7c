package guard_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// crowded is a directory of 100 people, all of them in All Staff, of whom p00 to p89 are
// active; the first ten are in one of two groups of one name.
func crowded() guard.World {
	w := world()
	w.Snapshot.Groups = []access.Group{
		{DN: "CN=All Staff,DC=corp", Name: "All Staff"},
		{DN: "CN=Twin,OU=A,DC=corp", Name: "Twin"},
		{DN: "CN=Twin,OU=B,DC=corp", Name: "Twin"},
		{DN: "CN=Empty,DC=corp", Name: "Empty"},
	}
	for i := range 100 {
		name := fmt.Sprintf("p%02d", i)
		p := access.Person{ID: id(name), Email: access.Email(name + "@corp.example"), Standing: access.Active, Groups: []int32{0}}
		if i < 10 {
			p.Groups = []int32{0, 2}
		}
		if i >= 90 {
			p.Standing = access.Disabled
		}
		w.Snapshot.People = append(w.Snapshot.People, p)
	}
	return w
}

// TestP01_AnUnmetCanaryStopsAllNarrowing, and says what is missed.
func TestP01_AnUnmetCanaryStopsAllNarrowing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		canary guard.Canary
		last   int
		want   string
	}{
		{"a person", guard.Canary{Person: "p01@corp.example"}, 0, ""},
		{"nobody", guard.Canary{Person: "ceo@corp.example"}, 0, "expected person ceo@corp.example is not in the directory"},
		{"somebody disabled", guard.Canary{Person: "p95@corp.example"}, 0, "expected person p95@corp.example is disabled in the directory"},
		{"a group", guard.Canary{Group: "all staff", AtLeast: 90}, 0, ""},
		{"a group by its DN", guard.Canary{Group: "cn=twin,ou=b,dc=corp", AtLeast: 10}, 0, ""},
		{"a group that shrank", guard.Canary{Group: "All Staff", AtLeast: 91}, 0, "expected group All Staff has 90 active people, and should have at least 91"},
		{"an empty group", guard.Canary{Group: "Empty"}, 0, "expected group Empty has 0 active people, and should have at least 1"},
		{"no group", guard.Canary{Group: "Nobody"}, 0, "expected group Nobody is not in the directory"},
		{"two groups", guard.Canary{Group: "Twin"}, 0, "expected group Twin is there more than once: name it by its DN"},
		{"as many people as before", guard.Canary{PeopleMayShrink: 10}, 100, ""},
		{"more people", guard.Canary{PeopleMayShrink: 10}, 50, ""},
		{"a tenth fewer", guard.Canary{PeopleMayShrink: 10}, 111, ""},
		{"more than a tenth fewer", guard.Canary{PeopleMayShrink: 10}, 112, "the directory has 100 people, and had 112 at the last good full run: more than 10% fewer"},
		{"no run before", guard.Canary{PeopleMayShrink: 10}, 0, ""},
	}
	changes := append(many(2, plan.Grant, "staff"), many(2, plan.Revoke, "staff")...)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := unlimited()
			l.Expect = []guard.Canary{{Person: "p00@corp.example"}, tt.canary}
			d := split(changes, crowded(), l, guard.Usage{People: tt.last, Approved: approve(changes...)})
			var unmet []guard.Unmet
			allowed := 4
			if tt.want != "" {
				unmet, allowed = []guard.Unmet{{Canary: tt.canary, Why: tt.want}}, 2
			}
			if diff := cmp.Diff(unmet, d.Canaries); diff != "" {
				t.Errorf("unmet (-want +got):\n%s", diff)
			}
			if got := len(d.Allowed.Changes); got != allowed {
				t.Errorf("got %d allowed, want %d", got, allowed)
			}
		})
	}
}

// TestAllUnmetCanariesAreNamed in the reason.
func TestAllUnmetCanariesAreNamed(t *testing.T) {
	t.Parallel()
	l := unlimited()
	l.Expect = []guard.Canary{{Person: "ceo@corp.example"}, {Group: "Nobody"}}
	got := why(t, split(many(1, plan.Revoke, "staff"), crowded(), l, guard.Usage{}))
	const want = "all that takes access away waits: expected person ceo@corp.example is not in the directory; expected group Nobody is not in the directory"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
