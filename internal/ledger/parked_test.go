package ledger

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// revokes are changes of a cause, by their keys.
func revokes(keys ...plan.Key) (changes []plan.Change) {
	for _, key := range keys {
		changes = append(changes, plan.Change{Key: key, Op: plan.Revoke, Person: anna, Account: "a1", Folder: "f1", From: "Reader"})
	}
	return changes
}

// waits is an item of the cause sales.
func waits(keys ...plan.Key) Parked {
	return Parked{Cause: "revoke|sales|", Kind: "revoke", Rule: "sales", Why: "it would take more than the budget has", Changes: revokes(keys...)}
}

func park(t *testing.T, l *Ledger, now time.Time, whole bool, items ...Parked) {
	t.Helper()
	if err := l.Park(t.Context(), begin(t, l), items, whole, now); err != nil {
		t.Fatal(err)
	}
}

func decide(t *testing.T, l *Ledger, id int64, approve bool, now time.Time) {
	t.Helper()
	if _, err := l.Decide(t.Context(), id, approve, otto, now); err != nil {
		t.Fatal(err)
	}
}

// is a parked item in short.
type is struct {
	ID    int64
	State ParkedState
	Keys  []plan.Key
}

// stand says in short how it stands with what is parked.
func stand(t *testing.T, r interface {
	ParkedItems(ctx context.Context, all bool) ([]Parked, error)
	ParkedItem(ctx context.Context, id int64) (Parked, error)
}, all bool, now time.Time,
) (short []is) {
	t.Helper()
	items, err := r.ParkedItems(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		item, err := r.ParkedItem(t.Context(), i.ID)
		if err != nil || item.Size != len(item.Changes) || item.Size != i.Size {
			t.Fatalf("item %d: got %d changes, counted %d and %d; or: %v", i.ID, len(item.Changes), item.Size, i.Size, err)
		}
		var keys []plan.Key
		for _, c := range item.Changes {
			keys = append(keys, c.Key)
		}
		short = append(short, is{i.ID, i.State(now), keys})
	}
	return short
}

func TestP05_AnItemIsNotParkedTwice(t *testing.T) {
	t.Parallel()
	late := day(0).Add(OpenFor)
	reject := func(t *testing.T, l *Ledger) { t.Helper(); decide(t, l, 1, false, day(1)) }
	approve := func(t *testing.T, l *Ledger) { t.Helper(); decide(t, l, 1, true, day(1)) }
	nothing := func(*testing.T, *Ledger) {}
	other := waits("a", "b")
	other.Changes[1].From = "Owner"
	cases := []struct {
		name   string
		before func(*testing.T, *Ledger) // after a and b were parked as item 1
		now    time.Time
		whole  bool
		again  []Parked
		want   []is
	}{
		{"the same", nothing, day(1), true, []Parked{waits("b", "a")}, []is{{1, Waiting, []plan.Key{"a", "b"}}}},
		{"fewer", nothing, day(1), true, []Parked{waits("b")}, []is{{1, Waiting, []plan.Key{"b"}}}},
		{"some of them, in a run about some people", nothing, day(1), false, []Parked{waits("b")}, []is{{1, Waiting, []plan.Key{"a", "b"}}}},
		{"more: nobody has seen what it is now", nothing, day(1), true, []Parked{waits("a", "b", "c")}, []is{{2, Waiting, []plan.Key{"a", "b", "c"}}}},
		{"more, in a run about some people", nothing, day(1), false, []Parked{waits("c")}, []is{{2, Waiting, []plan.Key{"a", "b", "c"}}}},
		{"as many, and one from another role", nothing, day(1), true, []Parked{other}, []is{{2, Waiting, []plan.Key{"a", "b"}}}},
		{"none any more", nothing, day(1), true, nil, nil},
		{"none, in a run about some people", nothing, day(1), false, nil, []is{{1, Waiting, []plan.Key{"a", "b"}}}},

		{"expired, the same", nothing, late, true, []Parked{waits("a", "b")}, []is{{1, Expired, []plan.Key{"a", "b"}}}},
		{"expired, fewer", nothing, late, true, []Parked{waits("a")}, []is{{2, Waiting, []plan.Key{"a"}}}},
		{"expired, more", nothing, late, true, []Parked{waits("a", "b", "c")}, []is{{2, Waiting, []plan.Key{"a", "b", "c"}}}},

		{"rejected, the same", reject, day(2), true, []Parked{waits("a", "b")}, []is{{1, Rejected, []plan.Key{"a", "b"}}}},
		{"rejected, the same long after", reject, day(30), true, []Parked{waits("a", "b")}, []is{{1, Rejected, []plan.Key{"a", "b"}}}},
		{"rejected, some of them, in a run about some people", reject, day(2), false, []Parked{waits("a")}, []is{{1, Rejected, []plan.Key{"a", "b"}}}},
		{"rejected, others", reject, day(2), true, []Parked{waits("c")}, []is{{2, Waiting, []plan.Key{"c"}}}},
		{"rejected, none any more", reject, day(2), true, nil, nil},

		{"approved, the same", approve, day(2), true, []Parked{waits("a", "b")}, []is{{1, Approved, []plan.Key{"a", "b"}}}},
		{"approved, the same when it would have expired", approve, late, true, []Parked{waits("a", "b")}, []is{{1, Approved, []plan.Key{"a", "b"}}}},
		{"approved, fewer", approve, day(2), true, []Parked{waits("b")}, []is{{1, Approved, []plan.Key{"a", "b"}}}},
		{"approved, others", approve, day(2), true, []Parked{waits("c")}, []is{{2, Waiting, []plan.Key{"c"}}}},
		{"approved, and not done in time", approve, day(1).Add(OpenFor), true, []Parked{waits("a", "b")}, []is{{2, Waiting, []plan.Key{"a", "b"}}}},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			park(t, l, day(0), true, waits("a", "b"))
			tt.before(t, l)
			for range 2 { // said again, it is the same
				park(t, l, tt.now, tt.whole, tt.again...)
				if diff := cmp.Diff(tt.want, stand(t, l, false, tt.now)); diff != "" {
					t.Errorf("parked (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// However often it is brought up to date, an item does not stay open for longer.
func TestP05_AnItemThatGrowsExpires(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	keys := []plan.Key{"a"}
	for n := range 3 {
		park(t, l, day(n), true, waits(keys...))
		keys = append(keys, plan.Key(rune('b'+n)))
	}
	if diff := cmp.Diff([]is{{3, Expired, []plan.Key{"a", "b", "c"}}}, stand(t, l, false, day(3))); diff != "" {
		t.Errorf("parked (-want +got):\n%s", diff)
	}
}

func TestParkedIsRemembered(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	item := waits("b", "a")
	park(t, l, day(0), true, item)
	item.Why = "another reason"
	park(t, l, day(1), true, item)
	got, err := l.ParkedItem(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(item.Changes)
	item.ID, item.Run, item.Size, item.Opened, item.Updated = 1, 2, 2, day(0), day(1)
	if diff := cmp.Diff(item, got); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
	park(t, l, day(2), true)
	if diff := cmp.Diff([]is{{1, Settled, []plan.Key{"a", "b"}}}, stand(t, l, true, day(9))); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
}

func TestP06_WhatCannotBeDecided(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		before func(*testing.T, *Ledger)
		id     int64
		now    time.Time
		state  ParkedState // "": unknown
		says   []string
	}{
		{"never parked", func(*testing.T, *Ledger) {}, 7, day(1), "", []string{"nothing is parked under 7", "`kw-onboarder parked`"}},
		{"grown since it was seen", func(t *testing.T, l *Ledger) {
			t.Helper()
			park(t, l, day(1), true, waits("a", "b", "c"))
		}, 1, day(1), "", []string{"nothing is parked under 1", "more has joined it"}},
		{"approved", func(t *testing.T, l *Ledger) {
			t.Helper()
			decide(t, l, 1, true, day(1))
		}, 1, day(2), Approved, []string{"item 1 was approved by otto on 2027-03-02", "after the restore"}},
		{"rejected", func(t *testing.T, l *Ledger) {
			t.Helper()
			decide(t, l, 1, false, day(1))
		}, 1, day(2), Rejected, []string{"item 1 was rejected by otto on 2027-03-02"}},
		{"expired", func(*testing.T, *Ledger) {}, 1, day(3), Expired, []string{"item 1 expired on 2027-03-04", "apply --plan"}},
		{"settled", func(t *testing.T, l *Ledger) {
			t.Helper()
			park(t, l, day(1), true)
		}, 1, day(2), Settled, []string{"settled by itself on 2027-03-02"}},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, approve := range []bool{true, false} {
				l := open(t, options(t))
				park(t, l, day(0), true, waits("a", "b"))
				tt.before(t, l)
				before := stand(t, l, true, tt.now)
				_, err := l.Decide(t.Context(), tt.id, approve, otto, tt.now)
				wantError(t, err, tt.says...)
				var (
					unknown *UnknownItemError
					decided *DecidedError
				)
				switch {
				case tt.state == "" && (!errors.As(err, &unknown) || unknown.ID != tt.id):
					t.Errorf("got %#v, want an UnknownItemError", err)
				case tt.state != "" && (!errors.As(err, &decided) || decided.State != tt.state):
					t.Errorf("got %#v, want a DecidedError with state %s", err, tt.state)
				}
				if diff := cmp.Diff(before, stand(t, l, true, tt.now)); diff != "" {
					t.Errorf("a refused decision changed something (-before +after):\n%s", diff)
				}
			}
		})
	}
}

func TestP06_OfTwoWhoDecideAtOnceOneIsRefused(t *testing.T) {
	t.Parallel()
	o := options(t)
	park(t, open(t, o), day(0), true, waits("a"))
	var (
		all  sync.WaitGroup
		errs [2]error
	)
	for i := range errs {
		l := open(t, o)
		all.Go(func() { _, errs[i] = l.Decide(t.Context(), 1, i == 0, otto, day(1)) })
	}
	all.Wait()
	refused := errors.Join(errs[:]...)
	var decided *DecidedError
	if (errs[0] == nil) == (errs[1] == nil) || !errors.As(refused, &decided) || decided.Item.User != "otto" {
		t.Errorf("got errors %v and %v, want one, that names who was first", errs[0], errs[1])
	}
}

// done makes a run that does a change.
func done(t *testing.T, l *Ledger, key plan.Key, result plan.Result) {
	t.Helper()
	c := plan.Change{Key: key, Op: plan.Grant, Person: anna, Account: "a1", Folder: string("f-" + key), To: "Reader"}
	if err := l.Intend(t.Context(), begin(t, l), []plan.Change{c}); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context(), []plan.Outcome{{Key: key, Result: result}}); err != nil {
		t.Fatal(err)
	}
}

// Each change that was approved goes once, within 72 hours.
func TestP06_WhatIsApprovedStillGoes(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	done(t, l, "b", plan.Done) // before it was parked: it is another time
	other := waits("x")
	other.Cause = "other"
	park(t, l, day(0), true, waits("a", "b", "c"), other)
	approved := func(now time.Time) (got []plan.Key) {
		t.Helper()
		changes, err := l.Approved(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		for key, c := range changes {
			if diff := cmp.Diff(revokes(key)[0], c); diff != "" {
				t.Errorf("change %s (-want +got):\n%s", key, diff)
			}
			got = append(got, key)
		}
		slices.Sort(got)
		return got
	}
	steps := []struct {
		name string
		do   func()
		now  time.Time
		want []plan.Key
	}{
		{"nothing is approved", func() {}, day(0), nil},
		{"one item is, the other is not", func() { decide(t, l, 1, true, day(1)); decide(t, l, 2, false, day(1)) }, day(1), []plan.Key{"a", "b", "c"}},
		{"refused: it may go again", func() { done(t, l, "a", plan.Refused) }, day(1), []plan.Key{"a", "b", "c"}},
		{"done", func() { done(t, l, "a", plan.Done) }, day(1), []plan.Key{"b", "c"}},
		{"more of the cause is parked", func() { park(t, l, day(2), true, waits("a", "d")) }, day(2), []plan.Key{"b", "c"}},
		{"shortly before its end", func() {}, day(1).Add(OpenFor - time.Second), []plan.Key{"b", "c"}},
		{"expired", func() {}, day(1).Add(OpenFor), nil},
	}
	for _, s := range steps {
		s.do()
		if diff := cmp.Diff(s.want, approved(s.now)); diff != "" {
			t.Errorf("%s: approved (-want +got):\n%s", s.name, diff)
		}
	}
}

// What was done before an item was parked does not use up its approval.
func TestP06_AnApprovalIsOfItsTime(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	other := waits("b")
	other.Cause = "other"
	park(t, l, day(0), false, waits("a"))
	done(t, l, "b", plan.Done)
	park(t, l, day(0), false, other)
	decide(t, l, 1, true, day(1))
	decide(t, l, 2, true, day(1))
	if got, err := l.Approved(t.Context(), day(1)); err != nil || len(got) != 2 {
		t.Errorf("got %v and error %v, want a and b", got, err)
	}
}

// Whoever has noted a number must not decide about something else by it.
func TestP06_ANumberIsNotGivenTwice(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	park(t, l, day(0), true, waits("a"))
	park(t, l, day(1), true)
	pause := Hold{Scope: HoldAll, Since: day(0), Until: day(1)}
	if _, err := l.AddHold(t.Context(), pause); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Prune(t.Context(), day(9)); err != nil {
		t.Fatal(err)
	}
	park(t, l, day(9), true, waits("b"))
	if diff := cmp.Diff([]is{{2, Waiting, []plan.Key{"b"}}}, stand(t, l, false, day(9))); diff != "" {
		t.Errorf("parked (-want +got):\n%s", diff)
	}
	if id, err := l.AddHold(t.Context(), pause); id != 2 || err != nil {
		t.Errorf("got hold %d and error %v, want 2", id, err)
	}
}

// What a run about some people says of an item counts only theirs: what the last run about
// everybody said stays.
func TestP05_ADeltaKeepsWhatWasSaidOfTheWhole(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	change := func(key string) plan.Change {
		return plan.Change{Key: plan.Key(key), Op: plan.CreateAccount, Person: access.PersonID{Source: "corp", ID: key}}
	}
	park := func(why string, whole bool, changes ...plan.Change) {
		t.Helper()
		if err := l.Park(t.Context(), 1, []Parked{{Cause: "c", Kind: "create", Why: why, Changes: changes}}, whole, now); err != nil {
			t.Fatal(err)
		}
	}
	park("3 at once", true, change("a"), change("b"), change("c"))
	park("1 at once", false, change("d"))
	items, err := l.ParkedItems(t.Context(), false)
	if err != nil || len(items) != 1 || items[0].Why != "3 at once" || items[0].Size != 4 {
		t.Errorf("got %+v, %v; want one item of 4 changes that says of 3", items, err)
	}
}
