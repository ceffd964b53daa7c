package ledger

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// leavers are those of whom is remembered that they have left.
func leavers(t *testing.T, r interface {
	Leaving(ctx context.Context) ([]plan.Leaving, error)
},
) []plan.Leaving {
	t.Helper()
	all, err := r.Leaving(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func offboard(t *testing.T, l *Ledger, p access.PersonID, n int, wantAlready bool) {
	t.Helper()
	if already, err := l.Offboard(t.Context(), p, otto, day(n)); already != wantAlready || err != nil {
		t.Fatalf("got already %t and error %v, want %t", already, err, wantAlready)
	}
}

func TestWhoHasLeftIsRemembered(t *testing.T) {
	t.Parallel()
	is := func(exit plan.Exit, n int) []plan.Leaving {
		l := plan.Leaving{Person: anna, Exit: exit, Since: day(n)}
		if exit == plan.ExitOffboarded {
			l.Why = "otto (after the restore)"
		}
		return []plan.Leaving{l}
	}
	found := func(exit plan.Exit, n int) func(*testing.T, *Ledger) {
		return func(t *testing.T, l *Ledger) { t.Helper(); learn(t, l, plan.Learned{Leaving: is(exit, n)}) }
	}
	order := func(n int, already bool) func(*testing.T, *Ledger) {
		return func(t *testing.T, l *Ledger) { t.Helper(); offboard(t, l, anna, n, already) }
	}
	back := func(t *testing.T, l *Ledger) {
		t.Helper()
		learn(t, l, plan.Learned{Returned: []access.PersonID{anna, person(1)}})
	}
	takeBack := func(t *testing.T, l *Ledger) {
		t.Helper()
		if was, err := l.TakeBack(t.Context(), anna, otto); !was || err != nil {
			t.Fatalf("got %t and error %v, want that there was an order", was, err)
		}
		wantRun(t, l, "take back", `{"Person":{"Source":"corp","ID":"anna"}}`)
	}
	cases := []struct {
		name  string
		steps []func(*testing.T, *Ledger)
		want  []plan.Leaving
	}{
		{"found", []func(*testing.T, *Ledger){found(plan.ExitDisabled, 1)}, is(plan.ExitDisabled, 1)},
		{"found in another way", []func(*testing.T, *Ledger){found(plan.ExitUnmatched, 1), found(plan.ExitGone, 2)}, is(plan.ExitGone, 2)},
		{"returned", []func(*testing.T, *Ledger){found(plan.ExitDisabled, 1), back}, nil},
		{"offboarded", []func(*testing.T, *Ledger){order(1, false)}, is(plan.ExitOffboarded, 1)},
		{"offboarded twice", []func(*testing.T, *Ledger){order(1, false), order(2, true)}, is(plan.ExitOffboarded, 1)},
		{
			"offboarded when no rule applied: the steps begin then",
			[]func(*testing.T, *Ledger){found(plan.ExitUnmatched, 1), order(2, false)},
			is(plan.ExitOffboarded, 2),
		},
		{
			"offboarded when disabled: the steps keep their dates",
			[]func(*testing.T, *Ledger){found(plan.ExitDisabled, 1), order(2, false)},
			is(plan.ExitOffboarded, 1),
		},
		{
			"the directory ends the order that a run has known, and is of one mind with",
			[]func(*testing.T, *Ledger){order(1, false), found(plan.ExitDisabled, 1)},
			is(plan.ExitDisabled, 1),
		},
		{
			"that no rule applies does not end it",
			[]func(*testing.T, *Ledger){order(1, false), found(plan.ExitUnmatched, 1)},
			is(plan.ExitOffboarded, 1),
		},
		{
			"a run that has not known of it does not end it",
			[]func(*testing.T, *Ledger){order(1, false), found(plan.ExitDisabled, 2), back},
			is(plan.ExitOffboarded, 1),
		},
		{"taken back", []func(*testing.T, *Ledger){order(1, false), takeBack}, nil},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			l := open(t, o)
			want := map[access.PersonID]plan.Leaving{}
			for _, left := range tt.want {
				want[left.Person] = left
			}
			for _, step := range tt.steps {
				step(t, l)
			}
			if diff := cmp.Diff(want, recall(t, l).Leaving); diff != "" {
				t.Errorf("memory (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(append([]plan.Leaving{}, tt.want...), leavers(t, openReadOnly(t, o))); diff != "" {
				t.Errorf("list (-want +got):\n%s", diff)
			}
			for p, n := range map[access.PersonID]int{anna: len(tt.want), person(1): 0} {
				m, err := l.Recall(t.Context(), &plan.Scope{People: []access.PersonID{p}})
				if err != nil || len(m.Leaving) != n {
					t.Errorf("of %s alone: got %v and error %v, want %d", p, m.Leaving, err, n)
				}
			}
		})
	}
}

// TestWhatSomebodyElseHasLiftedIsOver: whoever leaves again is suspended again.
func TestWhatSomebodyElseHasLiftedIsOver(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	play(t, l, made, changed(plan.Suspend, "", "", plan.Done))
	if !recall(t, l).Links[anna].Suspended {
		t.Fatal("the suspension is not remembered")
	}
	learn(t, l, plan.Learned{Lifted: []access.PersonID{person(1)}})
	if !recall(t, l).Links[anna].Suspended {
		t.Error("the suspension of somebody else was lifted, and hers is forgotten")
	}
	learn(t, l, plan.Learned{Lifted: []access.PersonID{anna}})
	if got := recall(t, l).Links[anna]; got.Suspended || got.Deleted || !got.Created {
		t.Errorf("got %+v, want an account of ours that is not suspended", got)
	}
}

func TestOnlyAnOrderIsTakenBack(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	left := []plan.Leaving{{Person: anna, Exit: plan.ExitGone, Since: day(1)}}
	learn(t, l, plan.Learned{Leaving: left})
	if was, err := l.TakeBack(t.Context(), anna, otto); was || err != nil {
		t.Errorf("got %t and error %v, want none", was, err)
	}
	if diff := cmp.Diff(left, leavers(t, l)); diff != "" {
		t.Errorf("leavers (-want +got):\n%s", diff)
	}
	if runs, err := l.Runs(t.Context(), 1); len(runs) != 0 || err != nil {
		t.Errorf("got runs %v and error %v, want none", runs, err)
	}
}

func TestHeirsAndCausesAreLearned(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	play(t, l, grant(plan.Grant, "", "Reader", plan.Done))
	heirs := []access.Heir{{As: "manager", Person: person(1), Email: "boss@corp.example"}, {As: "it@corp.example", Email: "it@corp.example"}}
	causes := []access.Cause{{Rule: "legal", Via: []access.GroupID{{Source: "corp", ID: "g1"}}}}
	learn(t, l, plan.Learned{
		Links:  []plan.Link{{Person: anna, Account: "a1"}},
		Heirs:  map[access.PersonID][]access.Heir{anna: heirs, person(1): heirs}, // the other is not linked
		Causes: map[plan.GrantKey][]access.Cause{key: causes, {Account: "a1", Folder: "f9"}: causes},
	})
	want := plan.NewMemory()
	want.Links[anna] = plan.Link{Person: anna, Account: "a1", Heirs: heirs}
	o := owned("Reader", "")
	o.Causes = causes
	want.Owned[key] = *o
	if diff := cmp.Diff(want, recall(t, l)); diff != "" {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
	learn(t, l, plan.Learned{Heirs: map[access.PersonID][]access.Heir{anna: nil}})
	if got := recall(t, l).Links[anna].Heirs; got != nil {
		t.Errorf("got heirs %v, want none", got)
	}
}
