package sync_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// given is a stage on which ann has an account and, by the ledger, Viewer from us on
// /Dep/Fin; the list of its members does not have her.
func given() *stage {
	s := newStage().person("ann", "Fin").account("ann").folder("f-fin", "/Dep/Fin")
	s.memory.Links[id("ann")] = plan.Link{Person: id("ann"), Account: "u-ann", Created: true}
	s.memory.Owned[plan.GrantKey{Account: "u-ann", Folder: "f-fin"}] = access.Owned{
		Person: id("ann"), Account: "u-ann", Folder: "f-fin", As: as, Role: "Viewer", Causes: []access.Cause{{Rule: "staff"}},
	}
	return s
}

// TestP03_WhatIsMissingFromAListIsReadSinglyBeforeItIsLost: a list that lacks a row takes
// nothing away from us; what is missing twice is no longer ours.
func TestP03_WhatIsMissingFromAListIsReadSinglyBeforeItIsLost(t *testing.T) {
	t.Parallel()
	ours := plan.GrantKey{Account: "u-ann", Folder: "f-fin"}
	there := []access.Grant{{Account: "u-ann", Folder: "f-fin", Role: "Viewer"}}
	tests := []struct {
		name     string
		unlisted []access.Grant
		repair   []access.Path
		lost     map[plan.GrantKey]string
		sent     []string
	}{
		{"the list lacks a row", there, nil, map[plan.GrantKey]string{}, nil},
		{"it is gone", nil, nil, map[plan.GrantKey]string{ours: "removed by somebody else"}, nil},
		{
			"it is gone, and the root is repaired", nil,
			[]access.Path{"/Dep"},
			map[plan.GrantKey]string{ours: "removed by somebody else"},
			[]string{"grant|dir:ann|f-fin"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := given()
			s.unlisted = tt.unlisted
			var learned plan.Learned
			s.journal.learn = func(_ context.Context, l plan.Learned) error { learned = l; return nil }
			r := s.runner(t)
			r.Policy.Repair = tt.repair
			rep, err := r.Run(t.Context(), full)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.lost, learned.Lost); diff != "" {
				t.Errorf("lost (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.sent, keys(s.sent)); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			if got, want := rep.Notes(plan.NoteDrift), len(tt.lost); got != want {
				t.Errorf("%d notes of drift, want %d", got, want)
			}
		})
	}
}

// TestP03_TheLastKnownStateShowsNoDrift: a delta concludes nothing from what it did not read.
func TestP03_TheLastKnownStateShowsNoDrift(t *testing.T) {
	t.Parallel()
	s := given().touched("ann")
	s.directory.touched.Everyone = false
	s.known.catalog, s.known.state = &s.catalog, s.state
	s.known.state.Of.Folders = []string{"f-fin"}
	var learned plan.Learned
	s.journal.learn = func(_ context.Context, l plan.Learned) error { learned = l; return nil }
	r := s.runner(t)
	r.Policy.Repair = []access.Path{"/Dep"}
	rep, err := r.Run(t.Context(), delta)
	if err != nil || len(learned.Lost) > 0 || rep.Notes(plan.NoteDrift) > 0 || s.wrote() {
		t.Errorf("Run: %v, lost %v, %d notes of drift, sent %v; want nothing", err, learned.Lost, rep.Notes(plan.NoteDrift), keys(s.sent))
	}
}
