package sync_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// P7: a dry run holds interfaces without a method that writes, and what app
// puts behind them has none either.
func TestP07_PlannerHoldsNothingThatWrites(t *testing.T) {
	t.Parallel()
	reads := []string{
		"Ahead", "Application", "Backup", "Catalog", "Close", "Confirm", "Covers", "Did", "Due", "Excluded", "Grants", "History", "Holders", "Leaving", "Members", "Observe", "Observed", "Probe", "Recall", "Refresh", "Registered", "Request", "Requests", "Restored", "RoleOn", "Run", "Runs", "Self", "SignIn",
		"AccountsAt", "Existed", "Find", "Looked", "Names", "Newest", "Overview", "RequestsOf", "Stretches",
		"Allowed", "Approved", "Counts", "Failing", "Holds", "ParkedItem", "ParkedItems", "RuleDigests", "Used",
	}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[kwsync.Directory](),
		reflect.TypeFor[kwsync.Reader](),
		reflect.TypeFor[kwsync.Recall](),
		reflect.TypeFor[*kiteworks.Reader](),
		reflect.TypeFor[*ledger.Reader](),
	} {
		for m := range typ.Methods() {
			if !slices.Contains(reads, m.Name) {
				t.Errorf("%s has the method %s: if it only reads, say so here", typ, m.Name)
			}
		}
	}
	writers := []reflect.Type{reflect.TypeFor[kwsync.Tenant](), reflect.TypeFor[kwsync.Journal]()}
	for field := range reflect.TypeFor[kwsync.Planner]().Fields() {
		for _, w := range writers {
			if field.Type == w || field.Type.Implements(w) {
				t.Errorf("Planner.%s is a %s, which can write", field.Name, field.Type)
			}
		}
	}
}

func TestP07_PlanOnlyReads(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").opened(account("bob"))
	rep, err := s.runner(t).Plan(t.Context())
	if err != nil {
		t.Fatalf("Plan: %v", err)
	}
	if diff := cmp.Diff([]string{"recall", "refresh", "catalog", "observe"}, s.events); diff != "" {
		t.Errorf("it did (-want +got):\n%s", diff)
	}
	if rep.Run != 0 || len(rep.Plan.Changes) != 3 || rep.Requests != (kwsync.Requests{Read: 2, Write: 3}) {
		t.Errorf("run %d, %d changes, %+v; want no number, 3 changes, 2 requests to read and 3 to write",
			rep.Run, len(rep.Plan.Changes), rep.Requests)
	}
}

func TestPlanAndRunAgree(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").person("bob", "IT").folder("f-it", "/Dep/IT").account("bob")
	planned, err := s.runner(t).Plan(t.Context())
	if err != nil {
		t.Fatalf("Plan: %v", err)
	}
	ran, err := s.run(t)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if planned.Plan.Digest() != ran.Plan.Digest() {
		t.Errorf("the plan was %v, the run did %v", keys(planned.Plan.Changes), keys(ran.Plan.Changes))
	}
	if planned.Requests.Planned() != ran.Requests.Made {
		t.Errorf("%d requests were foretold, %d made", planned.Requests.Planned(), ran.Requests.Made)
	}
}

func TestPlannerNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	rep, err := (&kwsync.Planner{}).Plan(t.Context())
	if err == nil || rep.Result() != kwsync.Failed {
		t.Errorf("Plan: %v (%s), want an error and a failed report", err, rep.Result())
	}
}

func TestPlanFailures(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	tests := []struct {
		name  string
		spoil func(*stage)
		want  string
	}{
		{"ledger", func(s *stage) {
			s.journal.recall = func(context.Context, *plan.Scope) (plan.Memory, error) { return plan.Memory{}, broken }
		}, "read the ledger: broken"},
		{"directory", func(s *stage) {
			s.directory.refresh = func(context.Context) (*access.Snapshot, error) { return nil, broken }
		}, "read the directory: broken"},
		{"Kiteworks", func(s *stage) {
			s.tenant.observe = func(context.Context, []access.Folder) (access.State, error) { return access.State{}, broken }
		}, "read Kiteworks: broken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage().person("ann", "Fin")
			tt.spoil(s)
			rep, err := s.runner(t).Plan(t.Context())
			if err == nil || err.Error() != tt.want || rep.Err != tt.want || rep.Result() != kwsync.Failed {
				t.Errorf("Plan: %v, report %q (%s), want %q", err, rep.Err, rep.Result(), tt.want)
			}
		})
	}
}
