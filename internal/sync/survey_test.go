package sync_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// A survey looks at nobody's account and at no member.
func TestP07_SurveyOnlyReadsWhatTheRulesNeed(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").person("bob", "IT")
	s.memory.Groups["staff"] = access.GroupID{Source: "dir", ID: "g1"}
	s.memory.Folders[access.Place{As: as, Path: "/Dep/IT"}] = "f-it"
	var asked []access.Place
	s.tenant.catalog = func(ctx context.Context, want []access.Place) (*access.Catalog, error) {
		asked = want
		return s.lookUp(ctx, want)
	}
	got, err := s.runner(t).Survey(t.Context())
	if err != nil {
		t.Fatalf("Survey: %v", err)
	}
	if diff := cmp.Diff([]string{"recall", "refresh", "catalog"}, s.events); diff != "" {
		t.Errorf("it did (-want +got):\n%s", diff)
	}
	want := kwsync.Survey{Snapshot: &s.snapshot, Catalog: &s.catalog, Groups: s.memory.Groups, Folders: s.memory.Folders}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	places := []access.Place{{As: as, Path: "/Dep"}, {As: as, Path: "/Dep/Fin"}, {As: as, Path: "/Dep/IT", FolderID: "f-it"}}
	if diff := cmp.Diff(places, asked); diff != "" {
		t.Errorf("it asked for (-want +got):\n%s", diff)
	}
}

func TestSurveyFailures(t *testing.T) {
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
			s.tenant.catalog = func(context.Context, []access.Place) (*access.Catalog, error) { return nil, broken }
		}, "read Kiteworks: broken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage().person("ann", "Fin")
			tt.spoil(s)
			if got, err := s.runner(t).Survey(t.Context()); err == nil || err.Error() != tt.want || got.Snapshot != nil {
				t.Errorf("got %v and a snapshot %v, want %q and none", err, got.Snapshot != nil, tt.want)
			}
		})
	}
	if _, err := (&kwsync.Planner{}).Survey(t.Context()); err == nil {
		t.Error("a planner without anything surveyed")
	}
}
