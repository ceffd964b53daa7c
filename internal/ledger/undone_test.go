package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func TestP12_WhatARunDidIsKnownWithItsIDs(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	run := begin(t, l)
	changes := []plan.Change{made.change, grant(plan.Raise, "Reader", "Owner", plan.Done).change, changed(plan.Suspend, "", "", plan.Done).change}
	for i, k := range []plan.Key{"create", "raise", "suspend"} {
		changes[i].Key = k
	}
	if err := l.Intend(t.Context(), run, changes); err != nil {
		t.Fatal(err)
	}
	err := l.Settle(t.Context(), []plan.Outcome{{Key: "create", Result: plan.Done, Account: "a1"}, {Key: "raise", Result: plan.Refused, Why: "no"}})
	if err != nil {
		t.Fatal(err)
	}
	did, ended, err := l.Did(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	changes[0].Account = "a1"
	if diff := cmp.Diff(changes, did); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	want := []plan.Outcome{
		{Key: "create", Result: plan.Done, Account: "a1"},
		{Key: "raise", Result: plan.Refused, Account: "a1", Folder: "f1", Why: "no"},
		{Key: "suspend", Result: plan.Unknown, Account: "a1"},
	}
	if diff := cmp.Diff(want, ended); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	_, _, err = l.Did(t.Context(), 99)
	wantError(t, err, "no run 99")
}

// What was undone is held until somebody takes that back, for each run by itself.
func TestP12_WhatWasUndoneIsHeld(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	hold := func(run int64, keys ...plan.Key) {
		t.Helper()
		if err := l.HoldUndone(t.Context(), run, keys, otto, day(0)); err != nil {
			t.Fatal(err)
		}
	}
	hold(7, "a", "b")
	hold(8, "b")
	hold(7, "b", "c") // the undoing was begun once more
	held := func(id int64, key, why string) Hold {
		return Hold{ID: id, Scope: HoldChange, Key: key, Why: why, Since: day(0), By: otto}
	}
	want := []Hold{held(1, "a", "run 7 was undone"), held(2, "b", "run 7 was undone"), held(3, "b", "run 8 was undone"), held(4, "c", "run 7 was undone")}
	if diff := cmp.Diff(want, holds(t, l, day(1))); diff != "" {
		t.Errorf("holds (-want +got):\n%s", diff)
	}
	if n, err := l.ReleaseUndo(t.Context(), 7, otto, day(1)); n != 3 || err != nil {
		t.Errorf("got %d holds and error %v, want 3", n, err)
	}
	if diff := cmp.Diff(want[2:3], holds(t, l, day(1))); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
	_, err := l.ReleaseUndo(t.Context(), 7, otto, day(1))
	wantError(t, err, "run 7 holds nothing back")
}
