package ledger

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// A directory that is gone from the configuration is given up: what its people have stays, and
// is nobody's of ours; the ledger opens without it.
func TestADirectoryIsRetired(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Directories = []string{"corp", "labs"}
	l := open(t, o)
	lena := access.PersonID{Source: "labs", ID: "lena"}
	learn(t, l, plan.Learned{
		Links:  []plan.Link{{Person: anna, Account: "a1"}},
		Groups: map[string]access.GroupID{"staff": {Source: "corp", ID: "g1"}, "lab": {Source: "labs", ID: "g1"}},
	})
	lenas := grant(plan.Grant, "", "Reader", plan.Done)
	lenas.change.Person, lenas.change.Account = lena, "a2"
	play(t, l,
		event{plan.Change{Op: plan.CreateAccount, Person: lena}, plan.Outcome{Result: plan.Done, Account: "a2"}},
		lenas, grant(plan.Grant, "", "Reader", plan.Done),
	)
	learn(t, l, plan.Learned{
		Heirs: map[access.PersonID][]access.Heir{
			anna: {{As: "manager", Person: lena, Email: "lena@labs.example"}, {As: "deputy", Person: lena}, {As: "it", Person: person(1)}},
			lena: {{As: "manager", Person: anna}},
		},
		Leaving: []plan.Leaving{{Person: anna, Exit: plan.ExitGone, Since: day(1)}, {Person: lena, Exit: plan.ExitGone, Since: day(1)}},
	})
	want := recall(t, l)
	delete(want.Links, lena)
	delete(want.Leaving, lena)
	annas := want.Links[anna]
	annas.Heirs = []access.Heir{{As: "manager", Email: "lena@labs.example"}, {As: "it", Person: person(1)}}
	want.Links[anna] = annas
	delete(want.Owned, plan.GrantKey{Account: "a2", Folder: "f1"})
	delete(want.Groups, "lab")

	without := o
	without.Directories = []string{"corp"}
	_, err := Open(t.Context(), without)
	wantError(t, err, `"labs"`, "kw-onboarder disown --directory labs")
	if err := l.Retire(t.Context(), otto, "labs"); err != nil {
		t.Fatal(err)
	}
	wantRun(t, l, "disown", `{"Grants":[{"Account":"a2","Folder":"f1"}],"Accounts":["a2"]}`)
	if diff := cmp.Diff(want, recall(t, open(t, without))); diff != "" {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
	if got, err := Bound(t.Context(), o.State); err != nil || !slices.Equal(got, []string{"corp"}) {
		t.Errorf("got directories %v and error %v, want the other one", got, err)
	}
	records, err := l.History(t.Context(), Subject{Person: lena}, "", later())
	if err != nil || len(records) != 2 {
		t.Errorf("got history %v and error %v, want both changes", records, err)
	}
}

func TestADirectoryIsNotRetiredBeforeItsChangesAreSettled(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := open(t, o)
	if err := l.Intend(t.Context(), begin(t, l), []plan.Change{{Key: "open", Op: plan.CreateAccount, Person: anna}}); err != nil {
		t.Fatal(err)
	}
	wantError(t, l.Retire(t.Context(), otto, "corp"), `"corp" have no outcome yet (1)`)
	if got, err := Bound(t.Context(), o.State); err != nil || !slices.Equal(got, []string{"corp"}) {
		t.Errorf("got directories %v and error %v, want it still", got, err)
	}
}

func TestNoLedgerSpeaksOfNoDirectory(t *testing.T) {
	t.Parallel()
	if got, err := Bound(t.Context(), fileOptions(t).State); err != nil || len(got) > 0 {
		t.Errorf("got directories %v and error %v, want none", got, err)
	}
}
