package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func TestP05_OnlyWhatWasDoneIsUsed(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	before := time.Now()
	for key, result := range map[plan.Key]plan.Result{
		"a": plan.Done, "b": plan.Done, "c": plan.Already, "d": plan.Refused, "e": plan.Skipped, "f": plan.Unknown,
	} {
		done(t, l, key, result)
	}
	approved, expired := grant(plan.Grant, "", "Reader", plan.Done), grant(plan.Grant, "", "Reader", plan.Done)
	ordered := grant(plan.Grant, "", "Reader", plan.Done)
	approved.change.Approved, expired.change.Expired, ordered.change.Ordered = true, true, true
	play(t, l, approved, expired, ordered)
	play(t, l, event{plan.Change{Op: plan.CreateFolder, As: "svc", Path: "/new"}, plan.Outcome{Folder: "f2", Result: plan.Done}})
	cases := []struct {
		name    string
		ops     []plan.Op
		expired bool
		since   time.Time
		want    int
	}{
		{"grants", []plan.Op{plan.Grant}, false, before, 2},
		{"grants and folders", []plan.Op{plan.Grant, plan.CreateFolder}, false, before, 3},
		{"what a date has brought about", []plan.Op{plan.Grant}, true, before, 1},
		{"raises", []plan.Op{plan.Raise}, false, before, 0},
		{"nothing", nil, false, before, 0},
		{"since for ever", []plan.Op{plan.Grant}, false, time.Time{}, 2},
		{"since it was done", []plan.Op{plan.Grant}, false, later(), 0},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := l.Used(t.Context(), tt.ops, tt.expired, tt.since); got != tt.want || err != nil {
				t.Errorf("got %d and error %v, want %d", got, err, tt.want)
			}
		})
	}
}

// TestP05_AClockThatWasAheadUsesNoBudgetForEver: what it has dated into the future counts for
// as long as it would have by the right clock, by the runs since.
func TestP05_AClockThatWasAheadUsesNoBudgetForEver(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	done(t, l, "ahead", plan.Done)
	ahead := epoch(time.Now().AddDate(10, 0, 0))
	for _, s := range []string{`UPDATE changes SET intended_at = $1, settled_at = $1`, `UPDATE runs SET started = $1`} {
		if _, err := l.db.ExecContext(t.Context(), s, ahead); err != nil {
			t.Fatal(err)
		}
	}
	back := time.Now()
	if _, err := l.Begin(t.Context(), back, "test"); err != nil {
		t.Fatal(err)
	}
	done(t, l, "since", plan.Done)
	for _, tt := range []struct {
		since time.Time
		want  int
	}{{back.Add(-24 * time.Hour), 2}, {back, 2}, {back.Add(time.Microsecond), 1}, {back.Add(24 * time.Hour), 0}} {
		if got, err := l.Used(t.Context(), []plan.Op{plan.Grant}, false, tt.since); got != tt.want || err != nil {
			t.Errorf("since %s: got %d and error %v, want %d", tt.since.Sub(back), got, err, tt.want)
		}
	}
}

func TestP05_AnAllowanceEnds(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	for _, a := range []struct {
		kind  string
		n     int
		until time.Time
	}{{"revoke", 10, day(1)}, {"revoke", 5, day(2)}, {"create", 1, day(1)}} {
		if err := l.Allow(t.Context(), a.kind, a.n, a.until, otto, day(0)); err != nil {
			t.Fatal(err)
		}
	}
	for n, want := range []map[string]int{{"revoke": 15, "create": 1}, {"revoke": 5}, {}} {
		got, err := l.Allowed(t.Context(), day(n))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("day %d (-want +got):\n%s", n, diff)
		}
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	learn(t, l, plan.Learned{Links: []plan.Link{{Person: anna, Account: "a1"}, {Person: person(2), Account: "a2"}}})
	ours := []access.Owned{
		{Person: anna, Account: "a1", Folder: "f1", Causes: []access.Cause{{Rule: "sales"}, {Rule: "staff"}}},
		{Person: anna, Account: "a1", Folder: "f2", Causes: []access.Cause{{Rule: "sales"}}},
		{Person: person(2), Account: "a2", Folder: "f1", Causes: []access.Cause{{Rule: "sales"}, {Rule: "staff"}}},
		{Person: person(2), Account: "a2", Folder: "f2", Causes: []access.Cause{{Rule: "lost"}}},
	}
	if err := l.Adopt(t.Context(), otto, ours, nil); err != nil {
		t.Fatal(err)
	}
	learn(t, l, plan.Learned{Lost: map[plan.GrantKey]string{{Account: "a2", Folder: "f2"}: "a human removed it"}})
	want := Counts{Links: 2, Owned: 3, OwnedByRule: map[string]int{"sales": 3, "staff": 2}}
	check := func(name string) {
		t.Helper()
		got, err := l.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		got.Seats = 0 // of which TestSeatsAreCounted tells
		if full := recall(t, l).Full; full.IsZero() != (want.People == 0) {
			t.Errorf("%s: the last full run was at %s, and has read %d people", name, full, want.People)
		}
	}
	check("no full run yet")
	end := func(n int, result, summary string) {
		t.Helper()
		for range n {
			if err := l.End(t.Context(), begin(t, l), later(), result, []byte(summary)); err != nil {
				t.Fatal(err)
			}
		}
	}
	end(1, "done", `{"full":true,"people":40}`)
	end(1, "partial", `{"full":true,"people":41}`)
	want.People = 41
	check("the newest full run")
	end(1, "done", `{"full":true,"people":12,"unmet":["too few people"]}`)
	end(1, "failed", `{"full":true,"people":7}`)
	end(1, "done", `{"full":true,"people":9,"named":["anna"]}`)
	begin(t, l) // was killed
	end(210, "done", `{"full":false,"people":8}`)
	check("behind many that do not count")
}

// TestSeatsAreCounted: of users and administrators as last known, not of who has only got a mail.
func TestSeatsAreCounted(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	st := access.State{Of: access.Scope{Accounts: true, Fresh: true}, Accounts: []access.Account{
		{ID: "a1", Email: "a1@corp.example", Kind: access.User, Status: access.Live},
		{ID: "a2", Email: "a2@corp.example", Kind: access.User, Status: access.Suspended},
		{ID: "a3", Email: "a3@corp.example", Kind: access.Admin, Status: access.Live},
		{ID: "a4", Email: "a4@corp.example", Kind: access.User, Status: access.Deleted},
		{ID: "a5", Email: "a5@corp.example", Kind: access.Recipient, Status: access.Live},
	}}
	if err := l.Observe(t.Context(), day(1), &access.Catalog{}, st); err != nil {
		t.Fatal(err)
	}
	if c, err := l.Counts(t.Context()); err != nil || c.Seats != 3 {
		t.Errorf("got %d seats, %v; want 3", c.Seats, err)
	}
}
