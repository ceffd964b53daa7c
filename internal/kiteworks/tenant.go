package kiteworks

import (
	"context"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Tenant is a Reader that may also write.
type Tenant struct{ *Reader }

// NewTenant makes a Tenant. It sends nothing yet.
func NewTenant(o Options) (*Tenant, error) {
	r, err := NewReader(o)
	if err != nil {
		return nil, err
	}
	return &Tenant{Reader: r}, nil
}

// Apply carries out one step and answers with one outcome for each of its
// changes, in their order. A refusal has had no effect; after anything doubtful
// the truth is read, and only what cannot be read stays Unknown.
func (t *Tenant) Apply(ctx context.Context, s plan.Step) []plan.Outcome {
	n, err := t.current(ctx)
	if err != nil {
		return each(s, plan.Outcome{Result: plan.Refused, Why: err.Error()})
	}
	switch s.Op {
	case plan.CreateAccount:
		return []plan.Outcome{t.createAccount(ctx, n, s.Changes[0])}
	case plan.CreateFolder:
		return []plan.Outcome{t.createFolder(ctx, s.Changes[0])}
	case plan.Grant:
		return t.grant(ctx, n, s)
	}
	return each(s, plan.Outcome{Result: plan.Refused, Why: fmt.Sprintf("this version cannot %s", s.Op)})
}

// each gives every change of a step the same outcome.
func each(s plan.Step, o plan.Outcome) []plan.Outcome {
	out := make([]plan.Outcome, len(s.Changes))
	for i, c := range s.Changes {
		out[i] = o
		out[i].Key = c.Key
	}
	return out
}

func outcome(c plan.Change, r plan.Result, why string) plan.Outcome {
	return plan.Outcome{Key: c.Key, Result: r, Why: why}
}

// folderOf is the folder that a grant's step writes to.
func folderOf(s plan.Step) access.Folder {
	return access.Folder{ID: s.Folder, As: s.As, Path: s.Changes[0].Path}
}
