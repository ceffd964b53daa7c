package kiteworks

import (
	"context"
	"errors"
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
		return each(s, unread(plan.Change{}, "the roles and profiles", err))
	}
	switch s.Op {
	case plan.Grant:
		return t.grant(ctx, n, s)
	case plan.Raise:
		return t.raise(ctx, n, s)
	case plan.SetProfile:
		return t.setProfile(ctx, n, s)
	}
	return []plan.Outcome{t.one(ctx, n, s.Changes[0])}
}

// one carries out a change that has a request of its own.
func (t *Tenant) one(ctx context.Context, n *names, c plan.Change) plan.Outcome {
	switch c.Op {
	case plan.CreateAccount:
		return t.createAccount(ctx, n, c)
	case plan.CreateFolder:
		return t.createFolder(ctx, c)
	case plan.Suspend, plan.Unsuspend:
		return t.suspend(ctx, c, c.Op == plan.Suspend)
	case plan.Rename:
		return t.rename(ctx, c)
	case plan.SetName:
		return t.setName(ctx, c)
	case plan.Lower, plan.Revoke:
		return t.narrow(ctx, n, c)
	case plan.Delete:
		return t.remove(ctx, c)
	}
	return outcome(c, plan.Refused, fmt.Sprintf("this version cannot %s", c.Op))
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

// noSeat is the code of a licence that is used up. A grant of an account that is not there
// yet, or the return of a suspended one, may meet it as well as a creation.
const noSeat = "ERR_LICENSE_MAX_USERS_COUNT_REACHED"

// denied is the outcome of a request that has had no effect: a verdict of the
// server, or one that never reached it.
func denied(c plan.Change, err error) plan.Outcome {
	if errors.Is(err, errUnsent) {
		return outcome(c, plan.Skipped, err.Error())
	}
	out := outcome(c, plan.Refused, err.Error())
	out.NoSeat = codeOf(err) == noSeat
	return out
}

// unread is the outcome where nothing was sent, because what stands there could not be read.
func unread(c plan.Change, what string, err error) plan.Outcome {
	out := denied(c, err)
	out.Why = "not sent, because " + what + " could not be read before: " + out.Why
	return out
}

// folderOf is the folder that a change of a member writes to.
func folderOf(c plan.Change) access.Folder {
	return access.Folder{ID: c.Folder, As: c.As, Path: c.Path}
}
