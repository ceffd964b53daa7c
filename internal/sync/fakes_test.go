package sync_test

import (
	"context"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// The fakes are structs of functions: a test replaces the one it is about.
var (
	_ kwsync.Directory = (*directory)(nil)
	_ kwsync.Tenant    = (*tenant)(nil)
	_ kwsync.Journal   = (*journal)(nil)
)

type directory struct {
	refresh func(context.Context) (*access.Snapshot, error)
	touched access.Touched
}

func (d *directory) Refresh(ctx context.Context, _ bool) (*access.Snapshot, access.Touched, error) {
	sn, err := d.refresh(ctx)
	return sn, d.touched, err
}

type tenant struct {
	catalog  func(context.Context, []access.Place) (*access.Catalog, error)
	observe  func(context.Context, []access.Folder) (access.State, error)
	members  func(context.Context, []access.Folder) (access.State, error)
	confirm  func(context.Context, access.Folder, []string) ([]access.Grant, error)
	requests func() int
	apply    func(context.Context, plan.Step) []plan.Outcome
}

func (t *tenant) Catalog(ctx context.Context, want []access.Place) (*access.Catalog, error) {
	return t.catalog(ctx, want)
}

func (t *tenant) Observe(ctx context.Context, folders []access.Folder) (access.State, error) {
	return t.observe(ctx, folders)
}

func (t *tenant) Members(ctx context.Context, folders []access.Folder) (access.State, error) {
	return t.members(ctx, folders)
}

func (t *tenant) Confirm(ctx context.Context, f access.Folder, accounts []string) ([]access.Grant, error) {
	return t.confirm(ctx, f, accounts)
}

func (t *tenant) Requests() int { return t.requests() }

func (t *tenant) Apply(ctx context.Context, s plan.Step) []plan.Outcome { return t.apply(ctx, s) }

type journal struct {
	begin  func(context.Context, time.Time, string) (int64, error)
	open   func(context.Context) ([]plan.Change, error)
	recall func(context.Context, *plan.Scope) (plan.Memory, error)
	learn  func(context.Context, plan.Learned) error
	intend func(context.Context, int64, []plan.Change) error
	settle func(context.Context, []plan.Outcome) error
	end    func(context.Context, int64, time.Time, string, []byte) error

	catalog  func(context.Context) (*access.Catalog, error)
	observed func(context.Context, *plan.Scope, []string) (access.State, error)
	observe  func(context.Context, time.Time, *access.Catalog, access.State) error
	due      func(context.Context, time.Time) ([]access.PersonID, error)
	schedule func(context.Context, []access.PersonID, map[access.PersonID]time.Time) error
	did      func(context.Context, int64) ([]plan.Change, []plan.Outcome, error)
}

func (j *journal) Did(ctx context.Context, run int64) ([]plan.Change, []plan.Outcome, error) {
	return j.did(ctx, run)
}

func (j *journal) Catalog(ctx context.Context) (*access.Catalog, error) { return j.catalog(ctx) }

func (j *journal) Observed(ctx context.Context, of *plan.Scope, folders []string) (access.State, error) {
	return j.observed(ctx, of, folders)
}

func (j *journal) Observe(ctx context.Context, at time.Time, c *access.Catalog, st access.State) error {
	return j.observe(ctx, at, c, st)
}

func (j *journal) Due(ctx context.Context, now time.Time) ([]access.PersonID, error) {
	return j.due(ctx, now)
}

func (j *journal) Schedule(ctx context.Context, judged []access.PersonID, next map[access.PersonID]time.Time) error {
	return j.schedule(ctx, judged, next)
}

func (j *journal) Begin(ctx context.Context, at time.Time, trigger string) (int64, error) {
	return j.begin(ctx, at, trigger)
}

func (j *journal) Open(ctx context.Context) ([]plan.Change, error) { return j.open(ctx) }

func (j *journal) Recall(ctx context.Context, of *plan.Scope) (plan.Memory, error) {
	return j.recall(ctx, of)
}

func (j *journal) Learn(ctx context.Context, l plan.Learned) error { return j.learn(ctx, l) }

func (j *journal) Intend(ctx context.Context, run int64, c []plan.Change) error {
	return j.intend(ctx, run, c)
}

func (j *journal) Settle(ctx context.Context, o []plan.Outcome) error { return j.settle(ctx, o) }

func (j *journal) End(ctx context.Context, run int64, at time.Time, result string, summary []byte) error {
	return j.end(ctx, run, at, result, summary)
}

// lease is the right to write, until a moment.
type lease struct{ until func() time.Time }

func (l lease) Until() time.Time { return l.until() }
