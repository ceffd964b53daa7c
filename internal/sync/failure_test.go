package sync_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

func TestRunFailsBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	down := errors.New("connect to ldaps://dc1: connection refused")
	tests := []struct {
		name  string
		spoil func(*stage)
		want  string
		ended bool // the ledger hears of the end
	}{
		{"the directory is down", func(s *stage) {
			s.directory.refresh = func(context.Context) (*access.Snapshot, error) { return nil, down }
		}, "read the directory: " + down.Error(), true},
		{"the catalog cannot be read", func(s *stage) {
			s.tenant.catalog = func(context.Context, []access.Place) (*access.Catalog, error) { return nil, down }
		}, "read Kiteworks: " + down.Error(), true},
		{"the state cannot be read", func(s *stage) {
			s.tenant.observe = func(context.Context, []access.Folder) (access.State, error) { return access.State{}, down }
		}, "read Kiteworks: " + down.Error(), true},
		{"the ledger cannot be recalled", func(s *stage) {
			s.journal.recall = func(context.Context, *plan.Scope) (plan.Memory, error) { return plan.Memory{}, errDisk }
		}, "read the ledger: " + errDisk.Error(), true},
		{"the open intents cannot be read", func(s *stage) {
			s.journal.open = func(context.Context) ([]plan.Change, error) { return nil, errDisk }
		}, "read the open intents: " + errDisk.Error(), true},
		{"the run cannot be opened", func(s *stage) {
			s.journal.begin = func(context.Context, time.Time, string) (int64, error) { return 0, errDisk }
		}, "open the run in the ledger: " + errDisk.Error(), false},
		{"what was found cannot be remembered", func(s *stage) {
			s.journal.learn = func(context.Context, plan.Learned) error { return errDisk }
		}, "remember what was found: " + errDisk.Error(), true},
		{"intents cannot be committed", func(s *stage) {
			s.journal.intend = func(context.Context, int64, []plan.Change) error { return errDisk }
		}, "record 1 intents: " + errDisk.Error(), true},
		{"what was seen cannot be remembered", func(s *stage) {
			s.journal.observe = func(context.Context, time.Time, *access.Catalog, access.State) error { return errDisk }
		}, "remember what was seen of Kiteworks: " + errDisk.Error(), true},
		{"a person of whom nobody has heard", func(s *stage) { s.snapshot.People = nil }, `nobody in the directory has the e-mail, id or DN "ann@corp.example"`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage().person("ann", "Fin")
			tt.spoil(s)
			r := s.runner(t)
			rep, err := r.Run(t.Context(), kwsync.Trigger{Name: "test", Full: true, Named: []string{"ann@corp.example"}})
			if err == nil || err.Error() != tt.want || rep.Err != tt.want {
				t.Errorf("Run: %v, report %q, want %q", err, rep.Err, tt.want)
			}
			if s.wrote() {
				t.Errorf("something was written: %v", s.events)
			}
			if got := slices.Contains(s.events, "end failed"); got != tt.ended {
				t.Errorf("end recorded: %v, want %v", got, tt.ended)
			}
			if rep.Result() != kwsync.Failed {
				t.Errorf("result %s, want %s", rep.Result(), kwsync.Failed)
			}
		})
	}
}

func TestRunFailsWhenOutcomesCannotBeRecorded(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").person("bob", "Fin").folder("f-fin", "/Dep/Fin")
	s.journal.settle = func(context.Context, []plan.Outcome) error { return errDisk }
	rep, err := s.run(t)
	if want := "record 2 outcomes: " + errDisk.Error(); err == nil || err.Error() != want {
		t.Errorf("Run: %v, want %q", err, want)
	}
	want := []string{"done account|dir:ann", "done account|dir:bob"}
	if diff := cmp.Diff(want, results(&rep)); diff != "" {
		t.Errorf("what was sent is not in the report (-want +got):\n%s", diff)
	}
	if got := s.sent; len(got) != 2 {
		t.Errorf("%d changes were sent, want 2: nothing behind the batch that was not recorded", len(got))
	}
	if !slices.Contains(s.events, "end failed") {
		t.Error("the end of the run was not recorded")
	}
}

func TestRunThatCannotBeClosedHasFailed(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin")
	s.journal.end = func(context.Context, int64, time.Time, string, []byte) error { return errDisk }
	rep, err := s.run(t)
	want := "close the run in the ledger: " + errDisk.Error()
	if err == nil || err.Error() != want {
		t.Errorf("Run: %v, want %q", err, want)
	}
	if rep.Result() != kwsync.Failed || rep.Err != want {
		t.Errorf("result %s (%q), want %s: metrics show the report", rep.Result(), rep.Err, kwsync.Failed)
	}
}

func TestRunnerNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		take func(*kwsync.Runner)
		want string
	}{
		{"no tenant", func(r *kwsync.Runner) { r.Tenant = nil }, "a runner needs a tenant, except in mode observe, where it must not have one"},
		{"a tenant in mode observe", func(r *kwsync.Runner) { r.Limits.Mode = guard.Observe }, "a runner needs a tenant, except in mode observe, where it must not have one"},
		{"no journal", func(r *kwsync.Runner) { r.Journal = nil }, "a runner needs a journal and a lease"},
		{"no lease", func(r *kwsync.Runner) { r.Lease = nil }, "a runner needs a journal and a lease"},
		{"no directory", func(r *kwsync.Runner) { r.Directory = nil }, "a planner needs a directory, a reader, a memory, rules and a clock"},
		{"no rules", func(r *kwsync.Runner) { r.Rules = nil }, "a planner needs a directory, a reader, a memory, rules and a clock"},
		{"no clock", func(r *kwsync.Runner) { r.Now = nil }, "a planner needs a directory, a reader, a memory, rules and a clock"},
		{"no mode", func(r *kwsync.Runner) { r.Limits = guard.Limits{} }, "a planner needs a mode"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage()
			r := s.runner(t)
			tt.take(r)
			rep, err := r.Run(t.Context(), kwsync.Trigger{Name: "test", Full: true})
			if err == nil || err.Error() != tt.want || rep.Result() != kwsync.Failed {
				t.Errorf("Run: %v (%s), want %q", err, rep.Result(), tt.want)
			}
			if len(s.events) > 0 {
				t.Errorf("it did %v before it looked at itself", s.events)
			}
		})
	}
}
