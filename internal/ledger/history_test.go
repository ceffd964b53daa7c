package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// keys are the keys of changes, in their order.
func keys(records []Record) (all []plan.Key) {
	for _, r := range records {
		all = append(all, r.Change.Key)
	}
	return all
}

// later is after all that a test has done.
func later() time.Time { return time.Now().Add(time.Hour) }

func TestRunsAndTheirChanges(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	changes, outcomes := grants(0, 3)
	first := begin(t, l)
	if err := l.Intend(t.Context(), first, changes); err != nil {
		t.Fatal(err)
	}
	outcomes[1].Result, outcomes[1].Why = plan.Refused, "no such role"
	if err := l.Settle(t.Context(), outcomes[:2]); err != nil {
		t.Fatal(err)
	}
	if err := l.End(t.Context(), first, day(1), "partial", []byte(`{"changes":3}`)); err != nil {
		t.Fatal(err)
	}
	second := begin(t, l)
	runs, err := l.Runs(t.Context(), 9)
	if err != nil || len(runs) != 2 || runs[0].ID != second || !runs[0].Ended.IsZero() {
		t.Fatalf("got runs %v and error %v, want two, the newest first", runs, err)
	}
	if runs, err = l.Runs(t.Context(), 1); err != nil || len(runs) != 1 || runs[0].ID != second {
		t.Errorf("got runs %v and error %v, want the newest", runs, err)
	}
	run, records, err := l.Run(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	wantRun := Run{ID: first, Trigger: "test", Started: run.Started, Ended: day(1), Result: "partial", Summary: []byte(`{"changes":3}`)}
	if diff := cmp.Diff(wantRun, run); diff != "" || run.Started.IsZero() {
		t.Errorf("run (-want +got):\n%s", diff)
	}
	want := []Record{
		{Run: first, Seq: 1, Change: changes[0], Result: "done"},
		{Run: first, Seq: 2, Change: changes[1], Result: "refused", Why: "no such role"},
		{Run: first, Seq: 3, Change: changes[2]},
	}
	for i, r := range records {
		if r.Intended.IsZero() || r.Settled.IsZero() != (r.Result == "") {
			t.Errorf("change %d: intended at %s, settled at %s", i, r.Intended, r.Settled)
		}
		records[i].Intended, records[i].Settled = time.Time{}, time.Time{}
	}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	_, _, err = l.Run(t.Context(), 77)
	wantError(t, err, "no run 77")
}

func TestHistoryOfASubject(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	bert := access.PersonID{Source: "corp", ID: "bert"}
	run := begin(t, l)
	intended := []plan.Change{
		{Key: "account", Op: plan.CreateAccount, Person: anna},
		{Key: "f1", Op: plan.Grant, Person: anna, Account: "a1", Folder: "f1", To: "Reader"},
		{Key: "f2", Op: plan.Grant, Person: anna, Account: "a1", Folder: "f2", To: "Reader"},
		{Key: "bert", Op: plan.Grant, Person: bert, Account: "a2", Folder: "f1", To: "Reader"},
		{Key: "folder", Op: plan.CreateFolder, As: "svc", Path: "/Sales"},
		{Key: "other", Op: plan.Grant, Person: access.PersonID{Source: "labs", ID: "anna"}, Account: "a3", Folder: "f1", To: "Reader"},
	}
	if err := l.Intend(t.Context(), run, intended); err != nil {
		t.Fatal(err)
	}
	made := []plan.Outcome{{Key: "account", Result: plan.Done, Account: "a1"}, {Key: "folder", Result: plan.Done, Folder: "f9"}}
	if err := l.Settle(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name   string
		of     Subject
		folder string
		until  time.Time
		want   []plan.Key
	}{
		{"a person", Subject{Person: anna}, "", later(), []plan.Key{"account", "f1", "f2"}},
		{"an account, its creation too", Subject{Account: "a1"}, "", later(), []plan.Key{"account", "f1", "f2"}},
		{"both", Subject{Person: anna, Account: "a2"}, "", later(), []plan.Key{"account", "f1", "f2", "bert"}},
		{"on a folder", Subject{Person: anna}, "f2", later(), []plan.Key{"f2"}},
		{"before it began", Subject{Person: anna}, "", time.Unix(1, 0), nil},
		{"nobody", Subject{}, "", later(), nil},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := l.History(t.Context(), tt.of, tt.folder, tt.until)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, keys(got)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

// Who could read the folder in March?
func TestHoldersAtAMoment(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	c, st := tenantOf([]string{"a1", "a2"}, []string{"f1", "f2"})
	learn(t, l, plan.Learned{Links: []plan.Link{{Person: anna, Account: "a1"}}})
	ours := []access.Owned{
		{Person: anna, Account: "a1", Folder: "f1", Role: "Reader", Causes: []access.Cause{{Rule: "sales"}}},
		{Person: anna, Account: "a1", Folder: "f2", Role: "Reader", Causes: []access.Cause{{Rule: "sales"}}},
	}
	if err := l.Adopt(t.Context(), otto, ours, nil); err != nil {
		t.Fatal(err)
	}
	learn(t, l, plan.Learned{Lost: map[plan.GrantKey]string{{Account: "a1", Folder: "f2"}: "a human gave it anew"}})
	observe(t, l, day(1), c, st)
	_, gone := tenantOf([]string{"a2"}, []string{"f1", "f2"})
	gone.Grants[0].Role = "Owner"
	observe(t, l, day(5), c, gone)
	want := []Holding{
		{Account: st.Accounts[0], Grant: st.Grants[0], Since: day(1), Until: day(5), Person: anna, Owned: true, Rules: []string{"sales"}},
		{Account: st.Accounts[1], Grant: st.Grants[1], Since: day(1), Until: day(5)},
	}
	holders := func(n int) []Holding {
		t.Helper()
		held, err := l.Holders(t.Context(), "f1", day(n))
		if err != nil {
			t.Fatal(err)
		}
		return held
	}
	for _, n := range []int{1, 4} {
		if diff := cmp.Diff(want, holders(n)); diff != "" {
			t.Errorf("day %d (-want +got):\n%s", n, diff)
		}
	}
	if diff := cmp.Diff([]Holding{{Account: st.Accounts[1], Grant: gone.Grants[0], Since: day(5)}}, holders(5)); diff != "" {
		t.Errorf("day 5 (-want +got):\n%s", diff)
	}
	held, err := l.Grants(t.Context(), "a1", day(2))
	if err != nil {
		t.Fatal(err)
	}
	want[1] = Holding{Account: st.Accounts[0], Grant: st.Grants[2], Since: day(1), Until: day(5), Person: anna}
	if diff := cmp.Diff(want, held); diff != "" {
		t.Errorf("grants of a1 (-want +got):\n%s", diff)
	}
	if held, err = l.Grants(t.Context(), "a1", day(6)); err != nil || len(held) != 0 {
		t.Errorf("grants of a1 when it is gone: got %v and error %v", held, err)
	}
	_, err = l.Grants(t.Context(), "a1", day(0))
	wantError(t, err, "the accounts were not observed at 2027-03-01", "since 2027-03-02")
}

// Prune forgets what is over and nothing that is needed to act.
func TestPrune(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	c, st := tenantOf([]string{"a1", "a2"}, []string{"f1"})
	observe(t, l, day(0), c, st)
	st.Grants[0].Role, st.Accounts[0].Name = "Owner", "Other"
	observe(t, l, day(10), c, st)
	st.Grants[1].Role = "Owner"
	observe(t, l, day(20), c, st)

	run := func(n int, settled bool) {
		t.Helper()
		id, err := l.Begin(t.Context(), day(n), "test")
		if err != nil {
			t.Fatal(err)
		}
		changes, outcomes := grants(n, 1)
		if err := l.Intend(t.Context(), id, changes); err != nil {
			t.Fatal(err)
		}
		if settled {
			if err := l.Settle(t.Context(), outcomes); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.End(t.Context(), id, day(n+1), "done", nil); err != nil {
			t.Fatal(err)
		}
	}
	run(0, true)
	run(1, false) // its intent is open
	run(2, true)
	run(20, true)
	file := func(answered time.Time) {
		t.Helper()
		id, err := l.File(t.Context(), Request{Verb: "apply", Args: []byte("{}"), Filed: day(0)})
		if err == nil && !answered.IsZero() {
			err = l.Answer(t.Context(), Request{ID: id, Answered: answered})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	file(day(1))
	file(day(20))
	file(time.Time{})

	brakeAndRelease(t, l)

	memory, state := recall(t, l), lastKnown(t, l, nil)
	n, err := l.Prune(t.Context(), day(15))
	if err != nil {
		t.Fatal(err)
	}
	if want := 2 + 2 + 1 + 1 + 1 + 1 + 1 + 1; n != want { // runs, changes, a request, an item, a hold, an allowance, an account and a grant as they were
		t.Errorf("got %d rows forgotten, want %d", n, want)
	}
	if diff := cmp.Diff(memory, recall(t, l)); diff != "" {
		t.Errorf("memory (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(state, lastKnown(t, l, nil)); diff != "" {
		t.Errorf("last known state (-before +after):\n%s", diff)
	}
	if got, err := l.Open(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("got %d open intents and error %v, want 1", len(got), err)
	}
	if runs, err := l.Runs(t.Context(), 9); err != nil || len(runs) != 2 {
		t.Errorf("got runs %v and error %v, want the one with an open intent, and the newest", runs, err)
	}
	if held, err := l.Holders(t.Context(), "f1", day(15)); err != nil || len(held) != 2 || held[0].Grant.Role != "Owner" {
		t.Errorf("got holders %v and error %v, want both", held, err)
	}
	_, err = l.Holders(t.Context(), "f1", day(14))
	if e := (*UnobservedError)(nil); !errors.As(err, &e) || !e.Since.Equal(day(15)) {
		t.Errorf("got error %v, want one that says that what was before day 15 is not known any more", err)
	}
	if diff := cmp.Diff([]is{{2, Waiting, []plan.Key{"b"}}, {3, Waiting, []plan.Key{"c"}}}, stand(t, l, true, day(21))); diff != "" {
		t.Errorf("parked (-want +got):\n%s", diff)
	}
	if got := holds(t, l, day(15)); len(got) != 1 {
		t.Errorf("got holds %v, want the one that stands", got)
	}
	if n, err = l.Prune(t.Context(), day(15)); n != 0 || err != nil {
		t.Errorf("again: got %d rows and error %v, want none", n, err)
	}
	if n, err = l.Prune(t.Context(), day(1000)); n != 3 || err != nil { // a request, an allowance, and a grant as it was
		t.Errorf("all: got %d rows and error %v", n, err)
	}
}

// brakeAndRelease parks, holds and allows what is over by day 15, and what is not.
func brakeAndRelease(t *testing.T, l *Ledger) {
	t.Helper()
	other := waits("c")
	other.Cause = "other"
	for _, p := range []struct {
		day   int
		items []Parked
	}{{1, []Parked{waits("a")}}, {2, nil}, {20, []Parked{waits("b"), other}}} {
		if err := l.Park(t.Context(), 1, p.items, true, day(p.day)); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []int{1, 16} {
		if _, err := l.AddHold(t.Context(), Hold{Scope: HoldAll, Since: day(0), Until: day(n)}); err != nil {
			t.Fatal(err)
		}
		if err := l.Allow(t.Context(), "revoke", 1, day(n), otto, day(0)); err != nil {
			t.Fatal(err)
		}
	}
}
