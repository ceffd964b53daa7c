package ledger

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// wherever names a person in every table that may do so.
func wherever(t *testing.T, l *Ledger, p access.PersonID) {
	t.Helper()
	create, given := made, grant(plan.Grant, "", "Reader", plan.Done)
	create.change.Person, given.change.Person = p, p
	keyOf := func(op string) plan.Key { return plan.Key(op + "|" + p.String()) }
	run := begin(t, l)
	for _, e := range []event{create, given} {
		e.change.Key, e.change.Needs = keyOf(e.change.Op.String()), []plan.Key{keyOf("account"), "account|corp:other"}
		e.outcome.Key = e.change.Key
		if err := l.Intend(t.Context(), run, []plan.Change{e.change}); err != nil {
			t.Fatal(err)
		}
		if err := l.Settle(t.Context(), []plan.Outcome{e.outcome}); err != nil {
			t.Fatal(err)
		}
	}
	bert := access.PersonID{Source: "corp", ID: "bert"}
	learn(t, l, plan.Learned{
		Links:   []plan.Link{{Person: bert, Account: "a2"}},
		Heirs:   map[access.PersonID][]access.Heir{bert: {{As: "manager", Person: p}}},
		Leaving: []plan.Leaving{{Person: p, Exit: plan.ExitGone, Since: day(1)}},
	})
	if err := l.Schedule(t.Context(), nil, map[access.PersonID]time.Time{p: day(3)}); err != nil {
		t.Fatal(err)
	}
	for _, h := range []Hold{{Scope: HoldPerson, Key: p.String(), By: otto}, {Scope: HoldChange, Key: string(keyOf("grant")) + "|f1", By: otto}} {
		if _, err := l.AddHold(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	failing := []Failing{{Scope: HoldPerson, Key: p.String()}, {Scope: HoldChange, Key: string(keyOf("suspend"))}}
	if err := l.SaveFailing(t.Context(), failing); err != nil {
		t.Fatal(err)
	}
	cause := "suspend|leavers|offboarded|" + p.String()
	park(t, l, day(0), true, Parked{Cause: cause, Changes: []plan.Change{{Key: keyOf("suspend"), Op: plan.Suspend, Person: p}}})
}

// Whoever gets another id is named by it everywhere, as if they had had it always.
func TestP10_APersonGetsAnotherIDEverywhere(t *testing.T) {
	t.Parallel()
	old, anew := access.PersonID{Source: "corp", ID: "old-id"}, access.PersonID{Source: "corp", ID: "new-id"}
	got, want := open(t, options(t)), open(t, options(t))
	wherever(t, got, old)
	wherever(t, want, anew)
	if n, err := got.Rekey(t.Context(), []Rekeyed{{old, anew}, {person(7), person(8)}, {anna, anna}}, nil, otto); n != 1 || err != nil {
		t.Fatalf("got %d and error %v, want one who is linked", n, err)
	}
	wantRun(t, got, "rekey", `{"Rekeyed":2,"Linked":1,"Groups":0}`)
	if diff := cmp.Diff(recall(t, want), recall(t, got)); diff != "" {
		t.Errorf("memory (-as always +rekeyed):\n%s", diff)
	}
	for line := range strings.Lines(everyWord(t, got)) {
		if strings.Contains(line, "old-id") && !strings.HasPrefix(line, "texts") { // a text may be left over, of which there is no row
			t.Errorf("the old id is left in %s", line)
		}
	}
	same := func(name string, read func(l *Ledger) (any, error)) {
		t.Helper()
		w, err := read(want)
		if err != nil {
			t.Fatal(err)
		}
		g, err := read(got)
		if diff := cmp.Diff(w, g, ignoreMoments); diff != "" || err != nil {
			t.Errorf("%s (-as always +rekeyed), error %v:\n%s", name, err, diff)
		}
	}
	same("history", func(l *Ledger) (any, error) { return l.History(t.Context(), Subject{Person: anew}, "", later()) })
	same("due", func(l *Ledger) (any, error) { return l.Due(t.Context(), day(9)) })
	same("holds", func(l *Ledger) (any, error) { return l.Holds(t.Context(), day(9)) })
	same("failing", func(l *Ledger) (any, error) { return l.Failing(t.Context()) })
	same("parked", func(l *Ledger) (any, error) { return l.ParkedItem(t.Context(), 1) })
}

// ignoreMoments leaves out when something was, which differs between two ledgers.
var ignoreMoments = cmp.FilterPath(func(p cmp.Path) bool {
	return p.Last().Type() == reflect.TypeFor[time.Time]()
}, cmp.Ignore())

func TestNobodyBecomesSomebodyElse(t *testing.T) {
	t.Parallel()
	bert, labs := person(1), access.PersonID{Source: "labs", ID: "anna"}
	cases := []struct {
		name   string
		before func(t *testing.T, l *Ledger)
		pairs  []Rekeyed
		want   string
	}{
		{"who has an account", func(t *testing.T, l *Ledger) {
			t.Helper()
			learn(t, l, plan.Learned{Links: []plan.Link{{Person: bert, Account: "a2"}}})
		}, []Rekeyed{{anna, bert}}, "who has an account"},
		{"who has something of ours", func(t *testing.T, l *Ledger) {
			t.Helper()
			e := grant(plan.Grant, "", "Reader", plan.Done)
			e.change.Person = bert
			play(t, l, e)
		}, []Rekeyed{{anna, bert}}, "something of ours"},
		{"who has left", func(t *testing.T, l *Ledger) {
			t.Helper()
			offboard(t, l, bert, 1, false)
		}, []Rekeyed{{anna, bert}}, "has left"},
		{"two become one", nil, []Rekeyed{{anna, person(3)}, {bert, person(3)}}, "both corp:anna and"},
		{"one becomes two", nil, []Rekeyed{{anna, person(3)}, {anna, person(4)}}, "is to become both"},
		{"in another directory", nil, []Rekeyed{{anna, labs}}, "stays in the directory"},
		{"nobody", nil, []Rekeyed{{anna, access.PersonID{Source: "corp"}}}, "a person has an id"},
		{"not while a change is open", func(t *testing.T, l *Ledger) {
			t.Helper()
			if err := l.Intend(t.Context(), begin(t, l), []plan.Change{{Key: "open", Op: plan.Suspend, Person: bert}}); err != nil {
				t.Fatal(err)
			}
		}, []Rekeyed{{anna, person(3)}}, "no outcome yet (1)"},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			learn(t, l, plan.Learned{Links: []plan.Link{{Person: anna, Account: "a1"}}})
			if tt.before != nil {
				tt.before(t, l)
			}
			before := everyWord(t, l)
			_, err := l.Rekey(t.Context(), tt.pairs, nil, otto)
			wantError(t, err, tt.want)
			if diff := cmp.Diff(before, everyWord(t, l)); diff != "" {
				t.Errorf("ledger (-before +after):\n%s", diff)
			}
		})
	}
}

// What was learned of somebody under the new id already makes way for what is known of them.
func TestWhoWasMetUnderTheNewIDAlready(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	anew := person(3)
	play(t, l, made)
	if err := l.Schedule(t.Context(), nil, map[access.PersonID]time.Time{anna: day(1), anew: day(2)}); err != nil {
		t.Fatal(err)
	}
	if err := l.SaveFailing(t.Context(), []Failing{{Scope: HoldPerson, Key: anna.String()}, {Scope: HoldPerson, Key: anew.String()}}); err != nil {
		t.Fatal(err)
	}
	keys := []plan.Key{plan.Key("suspend|" + anna.String()), plan.Key("suspend|" + anew.String())}
	park(t, l, day(0), true, Parked{Cause: "c", Changes: []plan.Change{
		{Key: keys[0], Op: plan.Suspend, Person: anna}, {Key: keys[1], Op: plan.Suspend, Person: anew},
	}}, Parked{Cause: "c|" + anna.String()}, Parked{Cause: "c|" + anew.String()})
	if _, err := l.Rekey(t.Context(), []Rekeyed{{anna, anew}}, nil, otto); err != nil {
		t.Fatal(err)
	}
	if due, err := l.Due(t.Context(), day(1)); err != nil || !cmp.Equal(due, []access.PersonID{anew}) {
		t.Errorf("got due %v and error %v, want the old date", due, err)
	}
	if failing, err := l.Failing(t.Context()); err != nil || len(failing) != 1 {
		t.Errorf("got failing %v and error %v, want one", failing, err)
	}
	want := []is{{1, Waiting, keys[1:]}, {2, Waiting, nil}, {3, Settled, nil}}
	if diff := cmp.Diff(want, stand(t, l, true, day(0))); diff != "" {
		t.Errorf("parked (-want +got):\n%s", diff)
	}
}

// Groups get other ids where a rule means them, and where something was given through them.
func TestP10_GroupsGetOtherIDs(t *testing.T) {
	t.Parallel()
	group := func(id string) access.GroupID { return access.GroupID{Source: "corp", ID: id} }
	l := open(t, options(t))
	play(t, l, grant(plan.Grant, "", "Owner", plan.Done))
	key := plan.GrantKey{Account: "a1", Folder: "f1"}
	learn(t, l, plan.Learned{
		Groups: map[string]access.GroupID{"devs": group("old"), "ops": group("ops")},
		Causes: map[plan.GrantKey][]access.Cause{key: {{Rule: "x", Via: []access.GroupID{group("ops"), group("old")}}, {Rule: "y"}}},
	})
	if _, err := l.Rekey(t.Context(), nil, []Regrouped{{group("old"), group("new")}}, otto); err != nil {
		t.Fatal(err)
	}
	m := recall(t, l)
	if diff := cmp.Diff(map[string]access.GroupID{"devs": group("new"), "ops": group("ops")}, m.Groups); diff != "" {
		t.Errorf("pins (-want +got):\n%s", diff)
	}
	want := []access.Cause{{Rule: "x", Via: []access.GroupID{group("ops"), group("new")}}, {Rule: "y"}}
	if diff := cmp.Diff(want, m.Owned[key].Causes); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
	for name, bad := range map[string][]Regrouped{
		"two become one": {{group("a"), group("c")}, {group("b"), group("c")}},
		"without an id":  {{group("a"), group("")}},
	} {
		if _, err := l.Rekey(t.Context(), nil, bad, otto); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}
