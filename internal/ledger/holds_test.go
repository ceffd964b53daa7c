package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func holds(t *testing.T, l *Ledger, now time.Time) []Hold {
	t.Helper()
	all, err := l.Holds(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestHolds(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	want := []Hold{
		{Scope: HoldAll, Since: day(0), Until: day(1), By: otto},
		{Scope: HoldPerson, Key: "corp/anna", Why: "run 7 was undone", Since: day(0), By: otto},
	}
	for i := range want {
		id, err := l.AddHold(t.Context(), want[i])
		if err != nil || id != int64(i)+1 {
			t.Fatalf("got hold %d and error %v", id, err)
		}
		want[i].ID = id
	}
	if diff := cmp.Diff(want, holds(t, l, day(0))); diff != "" {
		t.Errorf("holds (-want +got):\n%s", diff)
	}
	_, err := l.Readmit(t.Context(), 0, otto, day(0))
	wantError(t, err, "item 0 holds nothing back")
	if diff := cmp.Diff(want[1:], holds(t, l, day(1))); diff != "" {
		t.Errorf("when the pause is over (-want +got):\n%s", diff)
	}
	if err := l.EndHold(t.Context(), 2, otto, day(1)); err != nil {
		t.Fatal(err)
	}
	if got := holds(t, l, day(1)); len(got) != 0 {
		t.Errorf("when it was ended: got %v, want none", got)
	}
	wantError(t, l.EndHold(t.Context(), 2, otto, day(1)), "no hold 2")
}

// What was rejected is left alone until somebody takes that back.
func TestP06_ARejectionHolds(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	other := waits("x")
	other.Cause = "other"
	park(t, l, day(0), true, waits("a", "b"), other)
	decide(t, l, 1, false, day(1))
	decide(t, l, 2, true, day(1))
	var want []Hold
	for i, key := range []string{"a", "b"} {
		want = append(want, Hold{
			ID: int64(i) + 1, Scope: HoldChange, Key: key, Why: "parked item 1 was rejected", Item: 1, Since: day(1), By: otto,
		})
	}
	if diff := cmp.Diff(want, holds(t, l, day(900))); diff != "" {
		t.Errorf("holds (-want +got):\n%s", diff)
	}
	for _, item := range []int64{0, 2, 3} {
		_, err := l.Readmit(t.Context(), item, otto, day(2))
		wantError(t, err, "holds nothing back")
	}
	if n, err := l.Readmit(t.Context(), 1, otto, day(2)); n != 2 || err != nil {
		t.Errorf("got %d holds ended and error %v, want 2", n, err)
	}
	if got := holds(t, l, day(2)); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
	_, err := l.Readmit(t.Context(), 1, otto, day(2))
	wantError(t, err, "item 1 holds nothing back")
	park(t, l, day(2), true, waits("a", "b"))
	if diff := cmp.Diff([]is{{3, Waiting, []plan.Key{"a", "b"}}}, stand(t, l, false, day(2))); diff != "" {
		t.Errorf("what was taken back is parked anew (-want +got):\n%s", diff)
	}
}

func TestP09_WhatFailsIsRemembered(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	folder := Failing{ID: 1, Scope: HoldFolder, Key: "f1", Failures: 1, Since: day(0), Until: day(0), Why: "locked"}
	hana := Failing{ID: 2, Scope: HoldPerson, Key: "corp/hana", Failures: 3, Since: day(0), Until: day(2), Why: "no seat"}
	worse := folder
	worse.Failures, worse.Until, worse.Why = 2, day(3), "locked still"
	retried := hana
	retried.Until = day(1)
	again := hana
	again.Failures, again.Until = 4, day(4)
	save := func(failing ...Failing) func() error {
		return func() error {
			for i := range failing {
				failing[i].ID = 0 // a run does not know it
			}
			return l.SaveFailing(t.Context(), failing)
		}
	}
	retry := func(n int, id int64) func() error { return func() error { return l.Retry(t.Context(), day(n), id) } }
	steps := []struct {
		name string
		do   func() error
		want []Failing
	}{
		{"two fail", save(folder, hana), []Failing{folder, hana}},
		{"one fails again, the other was not tried", save(hana, worse), []Failing{worse, hana}},
		{"one is to be tried", retry(1, 2), []Failing{worse, retried}},
		{"a run that began before does not undo that", save(worse, hana), []Failing{worse, retried}},
		{"it fails again", save(worse, again), []Failing{worse, again}},
		{"what may be tried already still may", retry(9, 1), []Failing{worse, again}},
		{"one has succeeded", save(again), []Failing{again}},
		{"both have", save(), nil},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Fatal(err)
		}
		got, err := l.Failing(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.name, diff)
		}
	}
}

func TestP09_ARetryOfNothingTriesNothing(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	want := []Failing{{ID: 1, Scope: HoldChange, Key: "k", Failures: 3, Since: day(0), Until: day(2), Why: "no"}}
	if err := l.SaveFailing(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	wantError(t, l.Retry(t.Context(), day(1), 1, 9), "nothing fails under 9", "`kw-onboarder quarantine`")
	got, err := l.Failing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("failing (-want +got):\n%s", diff)
	}
}
