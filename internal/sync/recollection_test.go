package sync_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// What was seen last counts, and beside it what was known of elsewhere.
func TestRecollectionKnowsBoth(t *testing.T) {
	t.Parallel()
	var known *access.Catalog
	var asked []string
	j := &journal{
		catalog: func(context.Context) (*access.Catalog, error) { return known, nil },
		observed: func(_ context.Context, of *plan.Scope, folders []string) (access.State, error) {
			if of != nil {
				t.Errorf("asked about %v, want everybody", of)
			}
			asked = folders
			return access.State{}, nil
		},
	}
	further := &access.Catalog{
		Roles:   []access.Role{{ID: "1", Name: "Old"}},
		Folders: []access.Folder{{ID: "a", Path: "/Before"}, {ID: "b", Path: "/B"}},
	}
	r := kwsync.Recollection{Memory: j, Further: further}
	got, err := r.Catalog(t.Context(), nil)
	if err != nil || !cmp.Equal(got, further) {
		t.Errorf("nothing was seen: got %+v and %v, want what is known of elsewhere", got, err)
	}
	known = &access.Catalog{Roles: []access.Role{{ID: "1", Name: "New"}}, Folders: []access.Folder{{ID: "a", Path: "/A"}}}
	want := &access.Catalog{Roles: known.Roles, Folders: []access.Folder{{ID: "a", Path: "/A"}, {ID: "b", Path: "/B"}}}
	if got, err = r.Catalog(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("catalog (-want +got):\n%s", diff)
	}
	if _, err := r.Observe(t.Context(), nil); err != nil || len(asked) != 1 || asked[0] != "" {
		t.Errorf("no folder: asked for %q (%v), want none, not all", asked, err)
	}
	if _, err := r.Observe(t.Context(), want.Folders); err != nil || !cmp.Equal(asked, []string{"a", "b"}) {
		t.Errorf("two folders: asked for %q (%v)", asked, err)
	}
}
