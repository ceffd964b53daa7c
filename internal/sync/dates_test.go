package sync_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
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

// TestWhatWasGivenEndsWhenItsTimeIsOver: by the date that was written down, although nothing
// has changed in the directory, where the mode takes anything away; it is no surprise then.
func TestWhatWasGivenEndsWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	for mode, want := range map[guard.Mode]int{guard.CreateOnly: 0, guard.UpsertOnly: 0, guard.Sync: 1} {
		s := contracted("2026-03-01").holds("ann", "f-fin", "staff")
		r, _ := s.proving(t)
		r.Limits.Mode = mode
		rep, err := r.Run(t.Context(), full)
		if err != nil || len(s.sent) != want || len(rep.Withheld) != 1-want {
			t.Errorf("%s: %v, sent %v, withheld %v; want %d sent", mode, err, keys(s.sent), withheld(&rep), want)
		}
		if want == 1 && !s.sent[0].Expired {
			t.Error("it does not count as what a date ends")
		}
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
