package guard_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// owns makes a grant one of ours.
func owns(w *guard.World, person, folder, lost string) {
	w.Memory.Owned[plan.GrantKey{Account: "u-" + person, Folder: folder}] = access.Owned{Person: id(person), Lost: lost}
}

// haunted is a world in which some stand where a wall is.
func haunted() guard.World {
	w := world("ann", "bob", "doubtful", "eve", "mallory", "twin1", "twin2")
	for i := range w.Snapshot.People {
		if p := &w.Snapshot.People[i]; p.ID == id("twin1") || p.ID == id("twin2") {
			p.Email = "twin@corp.example"
		}
	}
	w.State.Accounts = []access.Account{
		{ID: "u-ann", Email: "ann@corp.example"},
		{ID: "u-mallory", Email: "mallory@corp.example"},
		{ID: "u-guest", Email: "guest@far.example"},
		{ID: "u-old", Email: "mallory.old@corp.example"},
		{ID: "u-twin", Email: "twin@corp.example"},
		{ID: "u-doubtful", Email: "doubtful@corp.example"},
	}
	w.Memory.Links[id("mallory")] = plan.Link{Person: id("mallory"), Account: "u-old"}
	w.Memory.Links[id("gone")] = plan.Link{Person: id("gone"), Account: "u-guest"}
	has(&w, "ann", "east", "top")
	has(&w, "ann", "east.bid", "top")
	has(&w, "ann", "top", "")
	has(&w, "ann", "west", "")
	owns(&w, "ann", "top", "")
	owns(&w, "ann", "west", "a human has changed it")
	has(&w, "bob", "east", "")
	has(&w, "doubtful", "legal", "")
	has(&w, "eve", "east", access.OriginUnknown)
	has(&w, "eve", "west", "")
	owns(&w, "eve", "east", "")
	has(&w, "guest", "legal", "")
	has(&w, "mallory", "legal", "")
	has(&w, "old", "legal", "")
	owns(&w, "old", "legal", "")
	has(&w, "twin", "legal", "")
	return w
}

// TestAccessAgainstAWallIsReported: whoever gave it, with what of it is ours.
func TestAccessAgainstAWallIsReported(t *testing.T) {
	t.Parallel()
	l := unlimited()
	l.Walls = []guard.Wall{twoBids(t), legal(t)}
	ours := func(account, folder string) []plan.GrantKey {
		return []plan.GrantKey{{Account: account, Folder: folder}}
	}
	want := []guard.Violation{
		{
			Wall: "two-bids", Account: "u-ann", Email: "ann@corp.example", Person: id("ann"),
			Folders: []access.Path{"/Top", "/Top/East", "/Top/East/Bid", "/Top/West"}, Owned: ours("u-ann", "top"),
		},
		{Wall: "two-bids", Account: "u-eve", Folders: []access.Path{"/Top/East", "/Top/West"}, Owned: ours("u-eve", "east")},
		{Wall: "legal-inside", Account: "u-mallory", Email: "mallory@corp.example", Person: id("mallory"), Folders: []access.Path{"/Legal"}},
		{
			Wall: "legal-inside", Account: "u-old", Email: "mallory.old@corp.example", Person: id("mallory"),
			Folders: []access.Path{"/Legal"}, Owned: ours("u-old", "legal"),
		},
	}
	if diff := cmp.Diff(want, split(nil, haunted(), l, guard.Usage{}).Violations); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDoubtfulAccessIsNoViolation: what perhaps leads somewhere is not held against anybody.
func TestDoubtfulAccessIsNoViolation(t *testing.T) {
	t.Parallel()
	w := world("ann")
	has(&w, "ann", "east", "")
	has(&w, "ann", "top", "")
	without("west")(&w)
	unusable("/Top/West")(&w)
	l := unlimited()
	l.Walls = []guard.Wall{twoBids(t)}
	if got := split(nil, w, l, guard.Usage{}).Violations; len(got) > 0 {
		t.Errorf("got %+v, want none", got)
	}
}

// TestWhatAWallTakesAwayIsNotBudgeted: ours goes if the wall says so, and nothing but the
// grant that is against it.
func TestWhatAWallTakesAwayIsNotBudgeted(t *testing.T) {
	t.Parallel()
	against, other := on(plan.Revoke, "old", "legal", "staff"), on(plan.Revoke, "old", "plain", "staff")
	lower := on(plan.Lower, "old", "legal", "staff")
	for _, revoke := range []bool{true, false} {
		l := unlimited()
		l.PerRule = &guard.PerRule{}
		l.Budgets[guard.Revoke], l.ParkRuleChanges = guard.Budget{}, true
		l.Walls = []guard.Wall{legal(t)}
		l.Walls[0].Revoke = revoke
		d := split([]plan.Change{against, other, lower}, haunted(), l, guard.Usage{Changed: map[string]bool{"staff": true}})
		want := map[plan.Key]guard.Brake{other.Key: guard.ByRuleChange, lower.Key: guard.ByRuleChange}
		if !revoke {
			want[against.Key] = guard.ByRuleChange
		}
		if diff := cmp.Diff(want, stopped(d)); diff != "" {
			t.Errorf("owned is revoked: %t: withheld (-want +got):\n%s", revoke, diff)
		}
	}
}
