package ledger

import (
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestP03_WhatARunFoundLostIsRemembered, until we give it again: it has no floor
// then, for what a human left there is nothing.
func TestP03_WhatARunFoundLostIsRemembered(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	key := plan.GrantKey{Account: "u1", Folder: "f1"}
	person := access.PersonID{Source: "corp", ID: "ann"}
	ours := access.Owned{Person: person, Account: key.Account, Folder: key.Folder, As: "svc", Role: "Viewer", Floor: "Downloader"}
	if err := l.Adopt(t.Context(), Actor{}, []access.Owned{ours}, nil); err != nil {
		t.Fatal(err)
	}
	lost := map[plan.GrantKey]string{key: "removed by somebody else", {Account: "u1", Folder: "f2"}: "never ours"}
	if err := l.Learn(t.Context(), plan.Learned{Lost: lost}); err != nil {
		t.Fatal(err)
	}
	owned := recall(t, l).Owned
	if got := owned[key]; len(owned) != 1 || got.Lost != lost[key] || got.Role != ours.Role {
		t.Errorf("remembered: %+v, want the one grant, lost because %q", owned, lost[key])
	}
	run := begin(t, l)
	again := plan.Change{Key: "k", Op: plan.Grant, Person: person, Account: key.Account, Folder: key.Folder, As: "svc", To: "Viewer"}
	if err := l.Intend(t.Context(), run, []plan.Change{again}); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context(), []plan.Outcome{{Key: "k", Result: plan.Done}}); err != nil {
		t.Fatal(err)
	}
	if got := recall(t, l).Owned[key]; got.Lost != "" || got.Floor != "" {
		t.Errorf("given again it is %+v, want ours, with no floor", got)
	}
}
