package sync

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// observed is the report of a run that would have made n grants and a folder.
func observed(mode guard.Mode, n int) *Report {
	r := &Report{Mode: mode.String(), Withheld: []guard.Withheld{{Change: plan.Change{Key: "f", Op: plan.CreateFolder, Path: "/A"}}}}
	for i := range n {
		r.Withheld = append(r.Withheld, guard.Withheld{Change: plan.Change{
			Key: plan.Key(fmt.Sprintf("g%d", i)), Op: plan.Grant, Person: access.PersonID{Source: "corp", ID: "ann"}, Name: "Ann",
			Email: "ann@corp.example", Account: "a1", Folder: "f1", Path: "/B", From: "Viewer", To: "Manager", Causes: []access.Cause{{Rule: "staff"}},
		}})
	}
	return r
}

func TestP07_WhatAnObservingRunWouldHaveDoneIsKept(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(observed(guard.Observe, 1).summary().Would)
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"key":"f","op":"create folder","path":"/A"},` +
		`{"key":"g0","op":"grant","source":"corp","person":"ann","email":"ann@corp.example","account":"a1","folder":"f1","path":"/B","from":"Viewer","to":"Manager","rules":["staff"]}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	s := observed(guard.Observe, 2*wouldKept).summary()
	if diff := cmp.Diff(map[string]int{"create folder": 1, "grant": 2 * wouldKept}, s.WouldBe); diff != "" || len(s.Would) != wouldKept {
		t.Errorf("of many %d are kept, want %d; counted (-want +got):\n%s", len(s.Would), wouldKept, diff)
	}
	if s := observed(guard.CreateOnly, 1).summary(); s.Would != nil || s.WouldBe != nil {
		t.Errorf("mode create-only: got %+v, want nothing: it acts", s)
	}
}

// status shows what the last full run has seen of the brakes.
func TestTheSummaryHoldsCanariesAndViolations(t *testing.T) {
	t.Parallel()
	r := &Report{Canaries: []guard.Unmet{{Why: "the boss is gone"}}, Violations: make([]guard.Violation, 2)}
	if s := r.summary(); s.Violations != 2 || !cmp.Equal(s.Unmet, []string{"the boss is gone"}) {
		t.Errorf("got %d and %v, want 2 and why the canary is unmet", s.Violations, s.Unmet)
	}
}
