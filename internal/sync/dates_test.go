package sync_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// contracted is a stage on which ann has an account, and a role on /Dep/Fin
// until the end of a day.
func contracted(ends string) *stage {
	s := newStage().person("ann", "Fin").account("ann").folder("f-fin", "/Dep/Fin")
	s.rules[0].Grants[0].Until = &rules.Date{From: "ends", IfEmpty: rules.Deny}
	s.snapshot.People[0].Attrs["ends"] = []string{ends}
	return s
}

// TestPlan_DecidesByItsOwnClock: the moment of the run, and nothing else, says
// whether a date has passed.
func TestPlan_DecidesByItsOwnClock(t *testing.T) {
	t.Parallel()
	r := contracted("2026-03-02").runner(t)
	last := time.Date(2026, 3, 2, 23, 59, 59, 0, time.UTC)
	for at, want := range map[time.Time]int{last: 1, last.Add(time.Second): 0} {
		r.Now = func() time.Time { return at }
		rep, err := r.Plan(t.Context())
		if err != nil || rep.Plan.Count(plan.Grant) != want {
			t.Errorf("at %v: %d grants, %v; want %d", at, rep.Plan.Count(plan.Grant), err, want)
		}
	}
}

// TestP02_WhatWasGivenStaysWhenItsTimeIsOver: nothing is narrowed; it is counted.
func TestP02_WhatWasGivenStaysWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	s := contracted("2026-03-01")
	s.state.Grants = []access.Grant{{Account: "u-ann", Folder: "f-fin", Role: "Viewer"}}
	s.memory.Owned[plan.GrantKey{Account: "u-ann", Folder: "f-fin"}] = access.Owned{Person: id("ann"), Account: "u-ann", Folder: "f-fin", Role: "Viewer", Causes: []access.Cause{{Rule: "staff"}}}
	rep, err := s.run(t)
	if err != nil || len(rep.Plan.Changes) > 0 || s.wrote() || len(rep.Plan.Unasked) != 1 {
		t.Errorf("Run: %v, changes %v, %v asked for by nobody; want no change, and 1", err, keys(rep.Plan.Changes), rep.Plan.Unasked)
	}
}

// TestRun_AHiddenGroupOfAPatternIsToldOnce: with how many people wait for it; what
// is visible is given.
func TestRun_AHiddenGroupOfAPatternIsToldOnce(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").person("bob", "Fin").account("ann").account("bob").folder("f-a", "/Dep/a")
	s.rules = []rules.Rule{{
		Name: "projects", When: rules.Condition{GroupLike: "proj-<project>"},
		Grants: []rules.Grant{{Folder: "/Dep/{{ .project }}", Role: "Viewer"}},
	}}
	s.snapshot.Groups = []access.Group{
		{ID: access.GroupID{Source: "dir", ID: "a"}, Name: "proj-a", DN: "cn=proj-a"},
		{ID: access.GroupID{Source: "dir", ID: "b"}, Name: "proj-b", DN: "cn=proj-b", Hidden: true},
	}
	s.snapshot.People[0].Groups = []int32{0}
	rep, err := s.run(t)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`blocked  projects: of the groups that are like "proj-<project>", cn=proj-b does not show all its members: let the bind account read them (2)`}
	if diff := cmp.Diff(want, notes(&rep)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if got := keys(rep.Plan.Changes); !slices.Equal(got, []string{"grant|dir:ann|f-a"}) || len(rep.Plan.Learned.Groups) > 0 {
		t.Errorf("changes %v, pins %v; want ann's on what she is visibly in", got, rep.Plan.Learned.Groups)
	}
}
