package e2e_test

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func TestP07_APlanWritesNothing(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	s := crashSite(t, ldap)
	before := s.picture()
	rep := s.mustPlan()
	if n := rep.Plan.Count(plan.CreateAccount); n != 29 {
		t.Errorf("%d accounts planned, want 29: the plan has nothing to hold back", n)
	}
	checkNothingWritten(t, s, before)
	if _, err := os.Stat(s.settings.State); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the dry run made a ledger: %v", err)
	}
}

func TestP07_ModeObserveWritesNothing(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	s := crashSite(t, ldap)
	s.settings.Mode = "observe"
	before := s.picture()
	rep := s.mustApply()
	if len(rep.Plan.Changes) > 0 || len(rep.Withheld) == 0 {
		t.Errorf("%d changes let through, %d withheld; want none, and all", len(rep.Plan.Changes), len(rep.Withheld))
	}
	checkNothingWritten(t, s, before)
	memory, open := s.ledger()
	if len(memory.Owned) > 0 || len(open) > 0 {
		t.Errorf("the ledger owns %d grants and has %d open intents, want none", len(memory.Owned), len(open))
	}
}

// checkNothingWritten says that Kiteworks saw reads and tokens only, and is as before.
func checkNothingWritten(t *testing.T, s *site, before picture) {
	t.Helper()
	if len(s.kw.History()) == 0 {
		t.Error("Kiteworks was not even read")
	}
	for op := range made(s.kw.History()) {
		if op != opToken && op[:4] != "GET " {
			t.Errorf("a dry run sent %s", op)
		}
	}
	checkUnchanged(t, s, before)
}

// checkUnchanged says that the tenant is as before, byte by byte.
func checkUnchanged(t *testing.T, s *site, before picture) {
	t.Helper()
	if diff := cmp.Diff(before, s.picture(), cmp.AllowUnexported(picture{})); diff != "" {
		t.Errorf("the tenant has changed (-before +after):\n%s", diff)
	}
}
