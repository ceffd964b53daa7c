package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// threeDays is a ledger that saw one account change over three days: its address on
// day 2, its role on day 3, when the folder is no longer looked at.
func threeDays(t *testing.T) *Ledger {
	t.Helper()
	l := open(t, options(t))
	see := func(at time.Time, email access.Email, role string, folders ...string) {
		st := access.State{
			Of:       access.Scope{Accounts: true, Folders: folders},
			Accounts: []access.Account{{ID: "a1", Email: email, Name: "Ann", Profile: "Standard", Kind: access.User, Status: access.Live}},
		}
		if role != "" {
			st.Grants = []access.Grant{{Account: "a1", Folder: "f1", Role: role, SharedBy: "boss"}}
		}
		c := &access.Catalog{}
		for _, f := range folders {
			c.Folders = append(c.Folders, access.Folder{ID: f, Path: access.Path("/" + f)})
		}
		observe(t, l, at, c, st)
	}
	see(day(1), "ann@corp.example", "Viewer", "f1")
	see(day(2), "ann_lee@corp.example", "Manager", "f1")
	see(day(3), "ann_lee@corp.example", "", "f2")
	if err := l.Learn(t.Context(), plan.Learned{Links: []plan.Link{{Person: person(7), Account: "a1"}}}); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestStretchesAreAllThatWasEverHeld(t *testing.T) {
	t.Parallel()
	l := threeDays(t)
	want := []Stretch{
		{Grant: access.Grant{Account: "a1", Folder: "f1", Role: "Viewer", SharedBy: "boss"}, Since: day(1), Until: day(2)},
		{Grant: access.Grant{Account: "a1", Folder: "f1", Role: "Manager", SharedBy: "boss"}, Since: day(2)},
	}
	for _, by := range []struct{ folder, account string }{{"f1", ""}, {"", "a1"}} {
		got, err := l.Stretches(t.Context(), by.folder, by.account)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("stretches of %v (-want +got):\n%s", by, diff)
		}
	}
}

func TestAccountsAtAreAsTheyWereThenOrNearestToIt(t *testing.T) {
	t.Parallel()
	l := threeDays(t)
	tests := []struct {
		name    string
		at      time.Time
		want    access.Email
		existed bool
		looked  bool
	}{
		{"before anybody looked", day(1).Add(-time.Hour), "ann@corp.example", false, false},
		{"on the first day", day(1), "ann@corp.example", true, true},
		{"after the change", day(2), "ann_lee@corp.example", true, true},
		{"now", day(9), "ann_lee@corp.example", true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := l.AccountsAt(t.Context(), []string{"a1", "nobody", ""}, tt.at)
			if err != nil || len(got) != 1 || got["a1"].Email != tt.want {
				t.Errorf("got %+v, %v, want %s", got, err, tt.want)
			}
			existed, err := l.Existed(t.Context(), "a1", tt.at)
			if existed != tt.existed || (err == nil) != tt.looked {
				t.Errorf("existed: got %v, %v, want %v, observed %v", existed, err, tt.existed, tt.looked)
			}
		})
	}
}

func TestLookedSaysSinceWhenAndUntilWhen(t *testing.T) {
	t.Parallel()
	l := threeDays(t)
	if err := l.Looked(t.Context(), "f1", day(2)); err != nil {
		t.Errorf("on day 2: %v, want it observed", err)
	}
	wantError(t, l.Looked(t.Context(), "f1", day(4)), day(1).Format(time.DateOnly), "until "+day(3).Format(time.DateOnly))
	wantError(t, l.Looked(t.Context(), "f3", day(2)), "never observed")
}

func TestFindKnowsEveryNameThatSomebodyHad(t *testing.T) {
	t.Parallel()
	l := threeDays(t)
	run := begin(t, l)
	refused := plan.Change{Key: "k", Op: plan.CreateAccount, Person: person(8), Email: "new_one@corp.example", Name: "New"}
	if err := l.Intend(t.Context(), run, []plan.Change{refused}); err != nil {
		t.Fatal(err)
	}
	ann := []Subject{{Person: person(7), Account: "a1"}}
	tests := []struct {
		name, text string
		want       []Subject
	}{
		{"the address of then", "ann@corp.example", ann},
		{"the address of now, in capitals", "Ann_Lee@corp.example", ann},
		{"the account", "a1", ann},
		{"the person", person(7).ID, ann},
		{"the person with the directory", person(7).String(), ann},
		{"who never had an account", "new_one@corp.example", []Subject{{Person: person(8)}}},
		{"an underscore is no wildcard", "newXone@corp.example", nil},
		{"nor is a percent sign", "%", nil},
		{"nobody", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := l.Find(t.Context(), tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

// What Names shows is what Forget removes.
func TestNamesAreWhatForgetRemoves(t *testing.T) {
	t.Parallel()
	l := threeDays(t)
	run := begin(t, l)
	given := plan.Change{
		Key: "k", Op: plan.Grant, Person: person(7), Account: "a1", Email: "ann_lee@corp.example", Name: "Ann L.", Folder: "f1", Path: "/F", To: "Manager",
	}
	if err := l.Intend(t.Context(), run, []plan.Change{given}); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context(), []plan.Outcome{{Key: "k", Result: plan.Done}}); err != nil {
		t.Fatal(err)
	}
	if err := l.End(t.Context(), run, time.Now(), "done", []byte(`{"named":["ann_lee@corp.example"]}`)); err != nil {
		t.Fatal(err)
	}
	of := Subject{Person: person(7)}
	got, err := l.Names(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	want := Names{
		Names: []string{"Ann", "Ann L.", "ann@corp.example", "ann_lee@corp.example"}, Accounts: 2, Changes: 1, Present: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if err := l.Forget(t.Context(), of); err != nil {
		t.Fatal(err)
	}
	got, err = l.Names(t.Context(), of)
	if diff := cmp.Diff(Names{Present: true}, got); err != nil || diff != "" {
		t.Errorf("names afterwards: %v (-want +got):\n%s", err, diff)
	}
}
