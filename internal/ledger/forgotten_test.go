package ledger

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Names that come with leaving are forgotten too; what keeps access away stays.
func TestForgetALeaver(t *testing.T) {
	t.Parallel()
	bert, otto := person(1), Actor{User: "otto", Reason: "as anna@corp.example asked"}
	inherits := []access.Heir{
		{As: "manager", Person: anna, Email: "anna@corp.example"},
		{As: "anna@corp.example", Email: "anna@corp.example"},
		{As: "it@corp.example", Email: "it@corp.example"},
	}
	l := open(t, options(t))
	play(t, l, made, changed(plan.SetName, "Anna Lang", "Anna Kurz", plan.Done), event{
		plan.Change{
			Op: plan.Delete, Person: person(2), Account: "a9", To: "anna@corp.example", Retain: &plan.Retention{Heir: "a1"},
		},
		plan.Outcome{Result: plan.Done},
	})
	learn(t, l, plan.Learned{
		Links: []plan.Link{{Person: bert, Account: "a2"}}, Heirs: map[access.PersonID][]access.Heir{bert: inherits},
	})
	if _, err := l.Offboard(t.Context(), anna, otto, day(1)); err != nil {
		t.Fatal(err)
	}
	n, err := l.Names(t.Context(), Subject{Person: anna})
	if diff := cmp.Diff([]string{"Anna Kurz", "Anna Lang", "anna@corp.example"}, n.Names); diff != "" || err != nil {
		t.Errorf("names (-want +got), error %v:\n%s", err, diff)
	}
	want := recall(t, l)
	if err := l.Forget(t.Context(), Subject{Person: anna}); err != nil {
		t.Fatal(err)
	}
	want.Links[anna] = plan.Link{Person: anna, Account: "a1", Created: true}
	want.Links[bert] = plan.Link{Person: bert, Account: "a2", Heirs: []access.Heir{{As: "manager", Person: anna}, inherits[2]}}
	want.Leaving[anna] = plan.Leaving{Person: anna, Exit: plan.ExitOffboarded, Since: day(1), Why: "otto"}
	if diff := cmp.Diff(want, recall(t, l)); diff != "" {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
	words := everyWord(t, l)
	for _, secret := range []string{"anna@corp.example", "Anna Lang", "Anna Kurz"} {
		if strings.Contains(words, secret) {
			t.Errorf("%q is still in the ledger:\n%s", secret, words)
		}
	}
}

// That somebody has left is forgotten when it has no use any more: when their account is
// deleted. An order to offboard them is not.
func TestForgetAndPruneKeepALeaverWhoIsNotDoneWith(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name       string
		deleted    bool
		offboarded bool
		want       int
	}{
		{"has an account", false, false, 1},
		{"has none any more", true, false, 0},
		{"offboarded", false, true, 1},
		{"offboarded, has none any more", true, true, 1},
	}
	for _, tt := range cases {
		for how, act := range map[string]func(l *Ledger) error{
			"forget": func(l *Ledger) error { return l.Forget(context.Background(), Subject{Person: anna}) },
			"prune":  func(l *Ledger) error { _, err := l.Prune(context.Background(), day(9)); return err },
		} {
			t.Run(tt.name+", "+how, func(t *testing.T) {
				t.Parallel()
				l := open(t, options(t))
				play(t, l, made)
				learn(t, l, plan.Learned{Leaving: []plan.Leaving{{Person: anna, Exit: plan.ExitGone, Since: day(1)}}})
				if tt.offboarded {
					offboard(t, l, anna, 1, false)
				}
				if tt.deleted {
					play(t, l, changed(plan.Delete, "", "", plan.Done))
				}
				if err := act(l); err != nil {
					t.Fatal(err)
				}
				if got := leavers(t, l); len(got) != tt.want {
					t.Errorf("got leavers %v, want %d", got, tt.want)
				}
			})
		}
	}
}
