package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func TestP10_AnAdministratorSaysWhoseAnAccountIs(t *testing.T) {
	t.Parallel()
	bert := person(1)
	heirs := []access.Heir{{As: "manager", Person: person(2)}}
	annas := plan.Link{Person: anna, Account: "a1", Created: true, Suspended: true, Name: "Anna Lang", Heirs: heirs}
	bertsOwned := *owned("Reader", "")
	bertsOwned.Person = bert
	cases := []struct {
		name   string
		before []event // behind anna having a1, suspended
		person access.PersonID
		to     string
		was    Relinked
		links  []plan.Link
		owned  access.Owned
		left   bool // anna's exit is still remembered
	}{
		{
			"a newcomer, whose account it was under another id", nil, bert, "a1",
			Relinked{Other: anna},
			[]plan.Link{{Person: bert, Account: "a1", Created: true, Suspended: true, Name: "Anna Lang"}},
			bertsOwned, false,
		},
		{"as it is", nil, anna, "a1", Relinked{}, []plan.Link{annas}, *owned("Reader", ""), true},
		{
			"another account, of nobody", nil, anna, "a9",
			Relinked{Before: "a1"},
			[]plan.Link{{Person: anna, Account: "a9", Heirs: heirs}},
			*owned("Reader", ""), true,
		},
		{
			"somebody new, with an account of nobody", nil, bert, "a9",
			Relinked{},
			[]plan.Link{annas, {Person: bert, Account: "a9"}},
			*owned("Reader", ""), true,
		},
		{
			"somebody who had another",
			[]event{{
				plan.Change{Op: plan.CreateAccount, Person: bert}, plan.Outcome{Result: plan.Done, Account: "a2"},
			}},
			bert, "a1",
			Relinked{Before: "a2", Other: anna},
			[]plan.Link{{Person: bert, Account: "a1", Created: true, Suspended: true, Name: "Anna Lang"}},
			bertsOwned, false,
		},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			play(t, l, made, grant(plan.Grant, "", "Reader", plan.Done), changed(plan.Suspend, "", "", plan.Done))
			learn(t, l, plan.Learned{
				Heirs:   map[access.PersonID][]access.Heir{anna: heirs},
				Leaving: []plan.Leaving{{Person: anna, Exit: plan.ExitGone, Since: day(1)}},
			})
			play(t, l, tt.before...)
			was, err := l.Relink(t.Context(), tt.person, tt.to, otto, day(2))
			if err != nil || was != tt.was {
				t.Errorf("got %+v and error %v, want %+v", was, err, tt.was)
			}
			want := map[access.PersonID]plan.Link{}
			for _, link := range tt.links {
				want[link.Person] = link
			}
			m := recall(t, l)
			if diff := cmp.Diff(want, m.Links); diff != "" {
				t.Errorf("links (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(map[plan.GrantKey]access.Owned{key: tt.owned}, m.Owned); diff != "" {
				t.Errorf("owned (-want +got):\n%s", diff)
			}
			if got := len(m.Leaving) == 1; got != tt.left {
				t.Errorf("got leavers %v, want anna among them: %t", m.Leaving, tt.left)
			}
		})
	}
}

func TestRelinkIsARunAndTriesAgainWhatFailed(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	fails := Failing{ID: 1, Scope: HoldPerson, Key: anna.String(), Failures: 3, Since: day(0), Until: day(9), Why: "taken"}
	if err := l.SaveFailing(t.Context(), []Failing{fails}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Relink(t.Context(), anna, "a1", otto, day(2)); err != nil {
		t.Fatal(err)
	}
	wantRun(t, l, "link", `{"Person":{"Source":"corp","ID":"anna"},"Account":"a1"}`)
	got, err := l.Failing(t.Context())
	if err != nil || len(got) != 1 || !got[0].Until.Equal(day(2)) {
		t.Errorf("got %v and error %v, want it to be tried from day 2 on", got, err)
	}
}

func TestRelinkWaitsForAnOpenIntent(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	play(t, l, made)
	if err := l.Intend(t.Context(), begin(t, l), []plan.Change{{Key: "open", Op: plan.Suspend, Person: anna, Account: "a1"}}); err != nil {
		t.Fatal(err)
	}
	before := everyWord(t, l)
	_, err := l.Relink(t.Context(), person(1), "a1", otto, day(2))
	wantError(t, err, "no outcome yet (1)")
	if diff := cmp.Diff(before, everyWord(t, l)); diff != "" {
		t.Errorf("ledger (-before +after):\n%s", diff)
	}
}
