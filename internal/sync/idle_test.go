package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// watch is the trigger of a run that has nothing to do unless somebody was touched.
var watch = kwsync.Trigger{Name: "watch", OnlyIfTouched: true}

// untouched is a stage that is as it should be, and of which nothing is new.
func untouched() *stage {
	s := newStage().person("ann", "Fin").folder("f-fin", "/Dep/Fin").account("ann")
	s.state.Grants = []access.Grant{{Account: "u-ann", Folder: "f-fin", Role: "Viewer"}}
	s.directory.touched = access.Touched{How: []string{"dir: nothing changed"}}
	return s
}

func TestIdleRun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(*stage)
		trigger kwsync.Trigger
		idle    bool
	}{
		{"nobody was touched", func(*stage) {}, watch, true},
		{"somebody was touched", func(s *stage) { s.directory.touched.People = []access.PersonID{id("ann")} }, watch, false},
		{"nothing is known of before", func(s *stage) { s.directory.touched.Everyone = true }, watch, false},
		{"an intent is open", func(s *stage) { s.opened(grant("ann", "f-fin", "/Dep/Fin")) }, watch, false},
		{"a delta by the schedule", func(*stage) {}, kwsync.Trigger{Name: "delta"}, false},
		{"a full run", func(*stage) {}, kwsync.Trigger{Name: "full", Full: true}, false},
		{"a full run that says otherwise", func(*stage) {}, kwsync.Trigger{Name: "full", Full: true, OnlyIfTouched: true}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := untouched()
			tt.change(s)
			rep, err := s.runner(t).Run(t.Context(), tt.trigger)
			if err != nil {
				t.Fatalf("Run: %v", err)
			}
			if rep.Idle != tt.idle || rep.Result() != kwsync.Done {
				t.Errorf("idle %v, %s, want idle %v, done", rep.Idle, rep.Result(), tt.idle)
			}
			if asked := slices.Contains(s.events, "catalog") || slices.Contains(s.events, "observe"); asked == tt.idle {
				t.Errorf("it did %v: an idle run asks Kiteworks nothing, any other does", s.events)
			}
		})
	}
}

func TestIdleRunIsRecordedAndReportsTheDirectory(t *testing.T) {
	t.Parallel()
	s := untouched()
	var summary struct{ Idle bool }
	s.journal.end = func(_ context.Context, _ int64, _ time.Time, result string, text []byte) error {
		return errors.Join(s.note("end "+result), json.Unmarshal(text, &summary))
	}
	rep, err := s.runner(t).Run(t.Context(), watch)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if diff := cmp.Diff([]string{"lock", "begin", "open", "refresh", "end done", "unlock"}, s.events); diff != "" {
		t.Errorf("it did (-want +got):\n%s", diff)
	}
	if !summary.Idle {
		t.Error("the ledger does not know that the run was idle")
	}
	if diff := cmp.Diff([]string{"dir: nothing changed"}, rep.Directory); diff != "" || rep.People != 1 || rep.Touched != 0 {
		t.Errorf("directory %v, %d people, %d touched, want the one that was read", rep.Directory, rep.People, rep.Touched)
	}
	if rep.Requests != (kwsync.Requests{}) || s.requests != 0 {
		t.Errorf("requests %+v and %d made, want none", rep.Requests, s.requests)
	}
}

// What a failed run had read as new is not new to the next one: that one must
// not be idle, or the change would wait for the schedule and the failure would
// look like a success.
func TestRunBehindAFailedOneIsNotIdle(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	tests := []struct {
		name  string
		spoil func(*stage)
		idle  bool // the run after it
	}{
		{"Kiteworks was down", func(s *stage) {
			s.tenant.observe = func(context.Context, []access.Folder) (access.State, error) { return access.State{}, broken }
		}, false},
		{"the directory was down, and has told nothing", func(s *stage) {
			s.directory.refresh = func(context.Context) (*access.Snapshot, error) { return nil, broken }
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := untouched()
			r := s.runner(t)
			good, read := s.tenant, s.directory.refresh
			s.directory.touched.People = []access.PersonID{id("ann")}
			tt.spoil(s)
			if rep, err := r.Run(t.Context(), watch); !errors.Is(err, broken) || rep.Idle {
				t.Fatalf("Run: %v, idle %v, want the failure", err, rep.Idle)
			}
			s.tenant, s.directory.refresh, s.directory.touched.People = good, read, nil
			for _, want := range []bool{tt.idle, true} { // once it came through, nothing is left over
				rep, err := r.Run(t.Context(), watch)
				if err != nil || rep.Idle != want {
					t.Errorf("Run: %v, idle %v, want %v", err, rep.Idle, want)
				}
			}
		})
	}
}
