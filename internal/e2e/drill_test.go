package e2e_test

import (
	"context"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/drill"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// drillRules give something because of a group, of a department, and of being there.
const drillRules = `  - name: everyone
    when:
      everyone: true
    account:
      profile: Standard
    grants:
      - folder: /Projects/Welcome
        role: Viewer
        create: true
  - name: departments
    when:
      filter: "(!(department=R&D/Lab))"
    grants:
      - folder: "/Departments/{{ .department }}"
        role: Collaborator
        create: true
  - name: company
    when:
      group: company
    grants:
      - folder: /Projects/Company
        role: Viewer
        create: true
`

// still is a directory in which nothing happens.
type still struct{ *access.Snapshot }

func (s still) Refresh(context.Context, bool) (*access.Snapshot, access.Touched, error) {
	return s.Snapshot, access.Touched{Everyone: true}, nil
}

// seen is the directory as the site's runs see it.
func (s *site) seen() *access.Snapshot {
	s.t.Helper()
	p, closePlanner, err := app.OpenPlanner(context.Background(), s.load(), app.Settings{Version: "e2e"})
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = closePlanner() }() // it was only read
	sn, _, err := p.Directory.Refresh(context.Background(), true)
	if err != nil {
		s.t.Fatal(err)
	}
	return sn
}

// TestP05_NoAccidentOfTheDirectoryTakesMoreThanABudget tries what may happen to a directory on
// one of 1,000 people, in mode sync, as if a fresh look confirmed all of it.
func TestP05_NoAccidentOfTheDirectoryTakesMoreThanABudget(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, 1000)
	s := newSite(t, ldap, smallTenant())
	s.settings.Mode, s.settings.Rules, s.settings.Extra = "sync", drillRules, ladder
	s.mustApply()
	s.mustApply()
	memory, _ := s.ledger()
	r, err := app.OpenRehearsal(t.Context(), s.load(), &access.Catalog{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }() // it was only read
	budget := map[plan.Op]int{       // the default ones
		plan.Suspend: max(5, len(memory.Links)*2/100), plan.Delete: 0,
		plan.Revoke: max(20, len(memory.Owned)*5/100), plan.Lower: max(20, len(memory.Owned)*5/100),
	}
	brakes := map[string]guard.Brake{
		"half-gone": guard.ByBudget, "filter-mistyped": guard.ByBudget, "group-emptied": guard.ByBudget, "department-renamed": "",
	}
	o := drill.Options{Seed: 1, Groups: []string{"company"}, Attributes: []string{"department"}}
	for _, e := range drill.Exercises(s.seen(), o) {
		if e.Snapshot == nil {
			t.Errorf("%s was not tried: %s", e.Name, e.Why)
			continue
		}
		rep, err := r.Plan(t.Context(), still{e.Snapshot}, e.First)
		if err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		for op, most := range budget {
			if n := rep.Plan.Count(op); n > most {
				t.Errorf("%s: %d would pass of %s, want no more than %d", e.Name, n, op, most)
			}
		}
		if by := brakes[e.Name]; by != "" && !parkedBy(rep, by) {
			t.Errorf("%s: parked %+v, want something by %s", e.Name, rep.Parked, by)
		}
		t.Logf("%s: %d leavers, %d parked, %d changes pass", e.Name, len(rep.Leavers), len(rep.Parked), len(rep.Plan.Changes))
	}
}

func parkedBy(rep kwsync.Report, by guard.Brake) bool {
	for _, p := range rep.Parked {
		if p.Brake == by {
			return true
		}
	}
	return false
}
