package sync

import (
	"context"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Recollection is a Reader that asks nobody: Kiteworks as it was last known.
type Recollection struct {
	Memory interface {
		Catalog(ctx context.Context) (*access.Catalog, error)
		Observed(ctx context.Context, of *plan.Scope, folders []string) (access.State, error)
	}
	// Further is what was known of elsewhere, of folders that were not looked at since.
	Further *access.Catalog
}

var _ Reader = Recollection{}

// Catalog is the last known one. A place that is not in it counts as one that does not exist.
func (r Recollection) Catalog(ctx context.Context, _ []access.Place) (*access.Catalog, error) {
	known, err := r.Memory.Catalog(ctx)
	switch {
	case err != nil:
		return nil, err
	case known == nil:
		return r.Further, nil
	case r.Further == nil:
		return known, nil
	}
	return merge(r.Further, known), nil
}

// Observe is the last known state of these folders, and of all accounts.
func (r Recollection) Observe(ctx context.Context, folders []access.Folder) (access.State, error) {
	ids := make([]string, len(folders))
	for i, f := range folders {
		ids[i] = f.ID
	}
	if len(ids) == 0 {
		ids = []string{""} // no folder, while none named means all
	}
	return r.Memory.Observed(ctx, nil, ids)
}

// Members finds nothing that Observe has not.
func (Recollection) Members(context.Context, []access.Folder) (access.State, error) {
	return access.State{}, nil
}

// Confirm finds nobody: what was last known is never in doubt.
func (Recollection) Confirm(context.Context, access.Folder, []string) ([]access.Grant, error) {
	return nil, nil
}

// Requests is none.
func (Recollection) Requests() int { return 0 }
