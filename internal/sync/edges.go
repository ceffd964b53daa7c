package sync

import (
	"context"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Directory reads people and groups.
type Directory interface {
	// Refresh returns a complete snapshot or an error (promise P1), and what
	// differs in it from the one before. full reads everything anew; otherwise
	// reading what has changed is enough, where that gives the same.
	Refresh(ctx context.Context, full bool) (*access.Snapshot, access.Touched, error)
}

// Reader reads Kiteworks. `plan` and `mode: observe` have only this: that
// nothing is written is a matter of type (promise P7).
type Reader interface {
	// Catalog finds roles, profiles and the wanted places.
	Catalog(ctx context.Context, want []access.Place) (*access.Catalog, error)
	// Observe reads all accounts and the members of the given folders,
	// completely or with an error (promise P1).
	Observe(ctx context.Context, folders []access.Folder) (access.State, error)
	// Requests is the number of HTTP requests made so far, tokens included.
	Requests() int
}

// Tenant is a Reader that may write.
type Tenant interface {
	Reader
	// Apply carries out one step, one request if nothing is doubtful, and
	// answers with one outcome for each of its changes, in their order. It
	// returns no error: what went wrong is in the outcomes.
	Apply(ctx context.Context, s plan.Step) []plan.Outcome
}

// Recall is the ledger as a dry run sees it.
type Recall interface {
	Recall(ctx context.Context) (plan.Memory, error)
}

// Journal is the ledger as a run that writes sees it (promise P8).
type Journal interface {
	Recall
	// Lock makes this process the only one that writes to Kiteworks for this
	// ledger, until unlock.
	Lock() (unlock func(), err error)
	// Begin opens a run and returns its number; trigger is what started it.
	Begin(ctx context.Context, started time.Time, trigger string) (run int64, err error)
	// Open returns the intents of any earlier run that have no outcome.
	Open(ctx context.Context) ([]plan.Change, error)
	// Learn remembers what was found out by reading.
	Learn(ctx context.Context, l plan.Learned) error
	// Intend commits, durably, that these changes are about to be sent.
	Intend(ctx context.Context, run int64, changes []plan.Change) error
	// Settle commits how they ended, and with that links, owned grants and pins.
	Settle(ctx context.Context, outcomes []plan.Outcome) error
	// End closes the run: how it ended, in one word, and its summary as JSON.
	End(ctx context.Context, run int64, ended time.Time, result string, summary []byte) error
}
