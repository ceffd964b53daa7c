package ledger

import (
	"context"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func (r *Reader) Did(ctx context.Context, run int64) ([]plan.Change, []plan.Outcome, error) {
	return nil, nil, nil
}
