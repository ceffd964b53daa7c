package sync_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// group adds a group with members, within others.
func (s *stage) group(name string, changed time.Time, within []int32, members ...string) *stage {
	at := int32(len(s.snapshot.Groups))
	s.snapshot.Groups = append(s.snapshot.Groups, access.Group{
		ID: access.GroupID{Source: "dir", ID: name}, Name: name, Changed: changed, Within: within,
	})
	for i := range s.snapshot.People {
		for _, m := range members {
			if p := &s.snapshot.People[i]; p.Name == m {
				p.Groups = append(p.Groups, at)
			}
		}
	}
	return s
}

// A membership is a change of the group: the person's own entry is as old as it was.
func TestSinceIsTheLastChangeOfPersonOrGroup(t *testing.T) {
	t.Parallel()
	ago := func(d time.Duration) time.Time { return moment.Add(-d) }
	cases := []struct {
		name         string
		person       time.Time
		inner, outer time.Time // inner is in outer, which the rule names
		want         time.Time
	}{
		{"the person", ago(time.Minute), ago(time.Hour), ago(time.Hour), ago(time.Minute)},
		{"the group", ago(time.Hour), ago(2 * time.Hour), ago(time.Minute), ago(time.Minute)},
		{"a group in it", ago(time.Hour), ago(time.Minute), ago(2 * time.Hour), ago(time.Minute)},
		{"nobody says", time.Time{}, time.Time{}, time.Time{}, time.Time{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage().person("ann", "Fin").account("ann").folder("f-fin", "/Dep/Fin")
			s.snapshot.People[0].Changed = c.person
			s.group("a-inner", c.inner, []int32{1}, "ann").group("b-outer", c.outer, nil, "ann")
			s.rules[0].When = rules.Condition{Group: "b-outer"}
			rep, err := s.run(t)
			if err != nil || len(rep.Plan.Changes) != 1 {
				t.Fatalf("%d changes, %v; want one", len(rep.Plan.Changes), err)
			}
			if got := rep.Plan.Changes[0].Since; !got.Equal(c.want) {
				t.Errorf("since %s, want %s", got, c.want)
			}
		})
	}
}

// An entry that is gone does not say when it went: since then it has been seen.
func TestSinceOfWhoIsGone(t *testing.T) {
	t.Parallel()
	r, _ := employed().without("bob").proving(t)
	rep, err := r.Run(t.Context(), full)
	if err != nil || len(rep.Plan.Changes) == 0 {
		t.Fatalf("%d changes, %v; want some", len(rep.Plan.Changes), err)
	}
	for _, c := range rep.Plan.Changes {
		if c.Exit == plan.ExitGone && !c.Since.Equal(moment) {
			t.Errorf("%s: since %s, want %s", c.Key, c.Since, moment)
		}
	}
}

func TestTheReportKnowsHowTheGrantsStand(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").person("bob", "Fin").account("ann").account("bob").folder("f-fin", "/Dep/Fin")
	s.mode = guard.Sync
	s.state.Grants = []access.Grant{
		{Account: "u-bob", Folder: "f-fin", Role: "Viewer"}, // by a human
		{Account: "u-old", Folder: "f-fin", Role: "Viewer", Origin: "f-dep"},
		{Account: "u-sue", Folder: "f-fin", Role: "Viewer"},
	}
	s.memory.Owned[plan.GrantKey{Account: "u-was", Folder: "f-fin"}] = access.Owned{
		Person: id("was"), Account: "u-was", Folder: "f-fin", As: as, Role: "Viewer", Lost: "a human has removed it",
	}
	rep, err := s.run(t)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(kwsync.Tally{Human: 2, Missing: 1}, rep.Grants); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(kwsync.Tally{Owned: 1, Human: 2}, rep.Tallied()); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
}

// Whoever ages what waits must know when all is decided, and of whom.
func TestARunSaysWhatItHasDecidedBeforeItApplies(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").account("ann").folder("f-fin", "/Dep/Fin")
	r := s.runner(t)
	var told []string
	r.Decided = func(rep *kwsync.Report) {
		if len(rep.Plan.Changes) != 1 || len(rep.Outcomes) != 0 {
			t.Errorf("%d changes and %d outcomes, want one and none", len(rep.Plan.Changes), len(rep.Outcomes))
		}
		told = append(told, map[bool]string{true: "whole", false: "of some"}[rep.Whole])
	}
	for _, trigger := range []kwsync.Trigger{{Name: "full", Full: true}, {Name: "apply", Full: true, Named: []string{"ann@corp.example"}}} {
		if _, err := r.Run(t.Context(), trigger); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"whole", "of some"}, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
