package guard

import (
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Who makes the folders owns them, on both sides of a wall, and is no person to report.
func TestOurIdentitiesAreAgainstNoWall(t *testing.T) {
	t.Parallel()
	w := World{
		Snapshot: &access.Snapshot{},
		Catalog:  &access.Catalog{Folders: []access.Folder{{ID: "a", Path: "/A"}, {ID: "b", Path: "/B"}}},
		State: access.State{
			Of:       access.Scope{Accounts: true, Folders: []string{"a", "b"}},
			Accounts: []access.Account{{ID: "1", Email: "svc@corp.example"}, {ID: "2", Email: "ann@corp.example"}, {ID: "3"}},
		},
	}
	for _, folder := range []string{"a", "b"} {
		for _, account := range []string{"1", "2", "3"} {
			w.State.Grants = append(w.State.Grants, access.Grant{Account: account, Folder: folder, Role: "Owner"})
		}
	}
	l := Limits{
		Mode: Sync, Walls: []Wall{{Name: "apart", NeverBoth: []Area{{Path: "/A"}, {Path: "/B"}}}},
		Identities: []access.Email{"svc@corp.example", ""},
	}
	var got []string
	for _, v := range Split(plan.Plan{}, w, l, Usage{}, nil, time.Time{}).Violations {
		got = append(got, v.Account)
	}
	if len(got) != 2 || got[0] != "2" || got[1] != "3" {
		t.Errorf("against the wall: got accounts %v, want 2 and 3", got)
	}
}
