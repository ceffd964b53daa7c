package sync

import (
	"context"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Directory reads people and groups.
type Directory interface {
	// Refresh returns a complete snapshot or an error (promise P1), and what
	// differs in it from the one before. full reads everything anew; otherwise
	// reading what has changed is enough, where that gives the same.
	Refresh(ctx context.Context, full bool) (*access.Snapshot, access.Touched, error)
}

// Prover looks afresh at single people and groups (promise P2). An error always means
// that nothing is known.
type Prover interface {
	// Person says what has become of somebody. Of one who is in place the proof has all
	// that the rules look at, but for the groups.
	Person(ctx context.Context, id access.PersonID) (access.Proof, error)
	// Groups are all that somebody who is in place is in now, directly or through others.
	Groups(ctx context.Context, id access.PersonID) ([]access.GroupID, error)
	// Group says whether a group is still there, and shows its members.
	Group(ctx context.Context, id access.GroupID) (access.Proof, error)
	Close()
}

// Reader reads Kiteworks. `plan` and `mode: observe` have only this: that
// nothing is written is a matter of type (promise P7).
type Reader interface {
	// Catalog finds roles, profiles and the wanted places.
	Catalog(ctx context.Context, want []access.Place) (*access.Catalog, error)
	// Observe reads all accounts and the members of the given folders,
	// completely or with an error (promise P1).
	Observe(ctx context.Context, folders []access.Folder) (access.State, error)
	// Members reads the members of the given folders, and no account.
	Members(ctx context.Context, folders []access.Folder) (access.State, error)
	// Confirm reads singly who of these accounts is a member of a folder: a list may lack a row.
	Confirm(ctx context.Context, f access.Folder, accounts []string) ([]access.Grant, error)
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
	// Recall returns what is remembered of these people; of everybody if of is nil.
	Recall(ctx context.Context, of *plan.Scope) (plan.Memory, error)
}

// Memory is what the ledger knows of Kiteworks from before, and of dates to come.
type Memory interface {
	// Catalog is the last known one; nil if Kiteworks was never observed.
	Catalog(ctx context.Context) (*access.Catalog, error)
	// Observed is the last known state of these people's accounts, and of those with
	// their addresses, on those of the folders that were ever read.
	Observed(ctx context.Context, of *plan.Scope, folders []string) (access.State, error)
	// Observe remembers what was seen: of the folders in its scope all grants, and,
	// with the accounts, the whole catalog.
	Observe(ctx context.Context, at time.Time, c *access.Catalog, st access.State) error
	// Due lists the people for whom a date has come.
	Due(ctx context.Context, now time.Time) ([]access.PersonID, error)
	// Schedule remembers when a date may change something for the people who were
	// judged; judged is nil if all were.
	Schedule(ctx context.Context, judged []access.PersonID, next map[access.PersonID]time.Time) error
}

// History is the ledger as one who asks what a run has done sees it.
type History interface {
	// Did returns what a run has sent, and how each of it ended.
	Did(ctx context.Context, run int64) ([]plan.Change, []plan.Outcome, error)
}

// Journal is the ledger as a run that writes sees it (promise P8).
type Journal interface {
	Recall
	Memory
	History
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

// Brakes is what was done, decided and held, as a dry run sees it.
type Brakes interface {
	// Load returns what the brakes have to know at a moment, and what is failing.
	Load(ctx context.Context, now time.Time) (guard.Usage, []guard.Hold, []guard.Failing, error)
	// Halted says why nothing may be changed at a moment, or nothing be taken away; "": it
	// may. It is asked between two batches of a run under way.
	Halted(ctx context.Context, now time.Time) (all, narrowing string, err error)
}

// Parking is where a run that writes leaves what waits, what keeps failing, and what the
// rules meant.
type Parking interface {
	// Park remembers what a run has parked; whole says that nothing else waits any more,
	// since the run was about everybody.
	Park(ctx context.Context, run int64, items []guard.Parked, whole bool, now time.Time) error
	// Quarantine remembers what is failing.
	Quarantine(ctx context.Context, failing []guard.Failing) error
	// HoldUndone holds what an undone run would do again, under these keys.
	HoldUndone(ctx context.Context, run int64, keys []plan.Key, now time.Time) error
	// KeepRules remembers the digests of what these rules mean, and how many people each shuts
	// out. Of a rule that is not among them it keeps what is known for as long as something
	// is ours because of it.
	KeepRules(ctx context.Context, digests map[string]string, excluded map[string]int) error
}

// Lease is the right to write to Kiteworks, which one process has at a time.
type Lease interface {
	// Until is when the right ends unless it is renewed; zero: never. In the past: it is lost.
	Until() time.Time
}

// Inbox holds what was asked of a running daemon and cannot wait until a run has ended.
type Inbox interface {
	// Take returns the next such request, if there is one.
	Take(ctx context.Context) (t Trigger, found bool, err error)
	// Answer tells whoever asked how its run ended.
	Answer(ctx context.Context, t Trigger, r *Report)
}
