package sync_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// TestP10_WhatWasRenamedIsToldInEachFullRun, and in no other: it waits for nobody.
func TestP10_WhatWasRenamedIsToldInEachFullRun(t *testing.T) {
	t.Parallel()
	s := settled()
	s.rules = append(s.rules, rules.Rule{
		Name: "unit", When: rules.Condition{Under: "OU=Sales,DC=corp"}, Grants: []rules.Grant{{Folder: "/Dep", Role: "Viewer"}},
	})
	unit := access.GroupID{Source: "dir", ID: "1"}
	s.snapshot.Units = []access.Unit{{ID: unit, DN: "OU=Vertrieb,DC=corp"}}
	s.memory.Groups = map[string]access.GroupID{"under dir:OU=Sales,DC=corp": unit}
	want := []plan.Note{{Kind: plan.NoteRenamed, Rule: "unit", Why: `the unit "OU=Sales,DC=corp" is "OU=Vertrieb,DC=corp" by now: write that`}}
	for _, full := range []bool{true, false, true} {
		if !full {
			want, s.directory.touched = nil, access.Touched{People: []access.PersonID{id("ann")}}
		}
		rep, err := s.runner(t).Run(t.Context(), kwsync.Trigger{Name: "test", Full: full})
		if err != nil {
			t.Fatal(err)
		}
		got := rep.Plan.Notes
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("full %v: notes (-want +got):\n%s", full, diff)
		}
		if result := rep.Result(); result != kwsync.Done || rep.Idle {
			t.Errorf("full %v: the run is %s, idle %v; want done", full, result, rep.Idle)
		}
		want = []plan.Note{{Kind: plan.NoteRenamed, Rule: "unit", Why: `the unit "OU=Sales,DC=corp" is "OU=Vertrieb,DC=corp" by now: write that`}}
	}
}

// TestP10_UnitsOfADirectoryThatWasBuiltAnewAreFoundByTheirDN, like groups.
func TestP10_UnitsOfADirectoryThatWasBuiltAnewAreFoundByTheirDN(t *testing.T) {
	t.Parallel()
	unit := func(id, dn string) access.Unit {
		return access.Unit{ID: access.GroupID{Source: "dir", ID: id}, DN: dn}
	}
	m := plan.NewMemory()
	for ref, id := range map[string]string{"under dir:ou=a": "1", "under dir:ou=b": "2", "under dir:ou=c": "3"} {
		m.Groups[ref] = access.GroupID{Source: "dir", ID: id}
	}
	before := &access.Snapshot{Units: []access.Unit{unit("1", "ou=A,dc=corp"), unit("2", "ou=B,dc=corp"), unit("3", "ou=C,dc=corp"), unit("4", "ou=D,dc=corp")}}
	now := &access.Snapshot{Units: []access.Unit{unit("3", "ou=C,dc=corp"), unit("8", "OU=a, dc=corp"), unit("9", "ou=D,dc=corp")}}
	got := kwsync.Compare(before, now, m)
	want := kwsync.Rebuilt{
		Groups: []kwsync.Renewed[access.GroupID]{{Was: before.Units[0].ID, Is: now.Units[1].ID, Name: "ou=A,dc=corp"}},
		Doubts: []string{"the unit ou=B,dc=corp is in the directory no more: rules that name it stay frozen"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
