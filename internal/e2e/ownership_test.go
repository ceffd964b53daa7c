package e2e_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

// TestP03_WhatAHumanGaveBetweenKillAndStartIsNotOurs kills the program before
// its last grant has an effect. A colleague then gives the same person the same
// role: the open intent must not make it ours.
func TestP03_WhatAHumanGaveBetweenKillAndStartIsNotOurs(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds and kills the program")
	}
	const late = "u000023@example.com"
	ldap, _ := startDirectory(t, smallCompany)
	s := watchedSite(t, ldap, kwsim.Plan{Folders: 23, Strangers: 8, Grants: 20})
	s.addUser(kwsim.User{Email: late})
	s.settings.Rules = `  - name: one
    when:
      filter: "(uid=u000023)"
    grants:
      - folder: "/Departments/{{ .department }}"
        role: Collaborator
`
	killAt(t, s, 1, beforeEffect)
	s.giveByHand(handsFolder, late, "Collaborator", colleague)
	before := s.picture()
	rep := s.mustApply()
	checkUnchanged(t, s, before)
	if len(rep.Settled) != 1 {
		t.Errorf("settled: %+v, want the one open intent", rep.Settled)
	}
	memory, open := s.ledger()
	if diff := cmp.Diff([]holding{}, s.owned(memory)); diff != "" || len(open) > 0 {
		t.Errorf("%d intents are open; the ledger owns what a human gave (-want +owned):\n%s", len(open), diff)
	}
}
