package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

var (
	anna  = access.PersonID{Source: "corp", ID: "anna"}
	given = time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)
)

// event is one change and how it ended.
type event struct {
	change  plan.Change
	outcome plan.Outcome
}

// play intends and settles events, one after the other.
func play(t *testing.T, l *Ledger, events ...event) {
	t.Helper()
	run := begin(t, l)
	for _, e := range events {
		e.change.Key = "k"
		e.outcome.Key = "k"
		if err := l.Intend(t.Context(), run, []plan.Change{e.change}); err != nil {
			t.Fatal(err)
		}
		if err := l.Settle(t.Context(), []plan.Outcome{e.outcome}); err != nil {
			t.Fatal(err)
		}
	}
}

// grant is a change of anna's role on folder f1.
func grant(op plan.Op, from, to string, result plan.Result) event {
	return event{
		plan.Change{
			Op: op, Person: anna, Account: "a1", As: "svc", Folder: "f1", Path: "/Sales", From: from, To: to,
			Causes: []access.Cause{{Rule: "sales"}, {Rule: "staff"}, {Rule: "sales"}},
		},
		plan.Outcome{Result: result, SharedBy: "svc-id", Created: given},
	}
}

func owned(role, floor string) *access.Owned {
	return &access.Owned{
		Person: anna, Account: "a1", Folder: "f1", As: "svc", Role: role, Floor: floor,
		SharedBy: "svc-id", Created: given, Causes: []access.Cause{{Rule: "sales"}, {Rule: "staff"}},
	}
}

func TestP03_OnlyWhatWeDidIsOwned(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		events []event
		want   *access.Owned
	}{
		{"granted", []event{grant(plan.Grant, "", "Reader", plan.Done)}, owned("Reader", "")},
		{"held already", []event{grant(plan.Grant, "", "Reader", plan.Already)}, nil},
		{"refused", []event{grant(plan.Grant, "", "Reader", plan.Refused)}, nil},
		{"skipped", []event{grant(plan.Grant, "", "Reader", plan.Skipped)}, nil},
		{"a human's, raised", []event{grant(plan.Raise, "Reader", "Owner", plan.Done)}, owned("Owner", "Reader")},
		{"a human's, raised already", []event{grant(plan.Raise, "Reader", "Owner", plan.Already)}, nil},
		{"ours, raised: the floor is older than we", []event{
			grant(plan.Grant, "", "Reader", plan.Done),
			grant(plan.Raise, "Reader", "Owner", plan.Done),
		}, owned("Owner", "")},
		{"a human's, raised twice", []event{
			grant(plan.Raise, "Reader", "Collaborator", plan.Done),
			grant(plan.Raise, "Collaborator", "Owner", plan.Done),
		}, owned("Owner", "Reader")},
		{"ours, changed by a human, raised: the human's role is the floor", []event{
			grant(plan.Grant, "", "Manager", plan.Done),
			grant(plan.Raise, "Reader", "Owner", plan.Done),
		}, owned("Owner", "Reader")},
		{"ours, removed by a human, granted again", []event{
			grant(plan.Raise, "Reader", "Owner", plan.Done),
			grant(plan.Grant, "", "Owner", plan.Done),
		}, owned("Owner", "")},
		{"ours, then seen again", []event{
			grant(plan.Grant, "", "Reader", plan.Done),
			grant(plan.Grant, "", "Reader", plan.Already),
		}, owned("Reader", "")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			play(t, l, c.events...)
			want := map[plan.GrantKey]access.Owned{}
			if c.want != nil {
				want[plan.GrantKey{Account: "a1", Folder: "f1"}] = *c.want
			}
			if diff := cmp.Diff(want, recall(t, l).Owned); diff != "" {
				t.Errorf("owned (-want +got):\n%s", diff)
			}
		})
	}
}

func TestP03_AccountsAreOursOnlyIfWeMadeThem(t *testing.T) {
	t.Parallel()
	create := func(r plan.Result) event {
		return event{plan.Change{Op: plan.CreateAccount, Person: anna}, plan.Outcome{Result: r, Account: "a1"}}
	}
	cases := []struct {
		name   string
		events []event
		want   map[access.PersonID]plan.Link
	}{
		{"made", []event{create(plan.Done)}, map[access.PersonID]plan.Link{anna: {Person: anna, Account: "a1", Created: true}}},
		{"there already", []event{create(plan.Already)}, map[access.PersonID]plan.Link{anna: {Person: anna, Account: "a1"}}},
		{"made, then there", []event{create(plan.Done), create(plan.Already)}, map[access.PersonID]plan.Link{
			anna: {Person: anna, Account: "a1", Created: true},
		}},
		{"refused", []event{create(plan.Refused)}, map[access.PersonID]plan.Link{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			play(t, l, c.events...)
			if diff := cmp.Diff(c.want, recall(t, l).Links); diff != "" {
				t.Errorf("links (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSettlePinsFolders(t *testing.T) {
	t.Parallel()
	for _, result := range []plan.Result{plan.Done, plan.Already} {
		l := open(t, options(t))
		play(t, l, event{
			plan.Change{Op: plan.CreateFolder, As: "svc", Path: "/Sales"},
			plan.Outcome{Result: result, Folder: "f1"},
		})
		want := map[access.Place]string{{As: "svc", Path: "/Sales"}: "f1"}
		if diff := cmp.Diff(want, recall(t, l).Folders); diff != "" {
			t.Errorf("%s: pins (-want +got):\n%s", result, diff)
		}
	}
}

// Unknown keeps the intent open, with its reason, until what was read settles it.
func TestP08_UnknownStaysOpen(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	changes, outcomes := grants(0, 2)
	if err := l.Intend(t.Context(), begin(t, l), changes); err != nil {
		t.Fatal(err)
	}
	outcomes[1].Result, outcomes[1].Why = plan.Unknown, "connection reset"
	if err := l.Settle(t.Context(), outcomes); err != nil {
		t.Fatal(err)
	}
	got, err := l.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(changes[1:], got); diff != "" {
		t.Errorf("open intents (-want +got):\n%s", diff)
	}
	if got := len(recall(t, l).Owned); got != 1 {
		t.Errorf("got %d owned grants, want only the one that is done", got)
	}
	var why string
	if err := l.db.QueryRowContext(t.Context(), `SELECT why FROM changes WHERE result IS NULL`).Scan(&why); err != nil || why != "connection reset" {
		t.Errorf("got reason %q and error %v", why, err)
	}
	outcomes[1].Result = plan.Done
	if err := l.Settle(t.Context(), outcomes[1:]); err != nil {
		t.Fatal(err)
	}
	if got := len(recall(t, l).Owned); got != 2 {
		t.Errorf("got %d owned grants, want 2", got)
	}
}

// What cannot be settled is an error, and nothing of its batch is settled.
func TestSettleIsAllOrNothing(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		change  plan.Change
		outcome plan.Outcome
		want    string
	}{
		{"a key never intended", plan.Change{Op: plan.Grant}, plan.Outcome{Key: "other", Result: plan.Refused}, "no intent is open"},
		{"no result", plan.Change{Op: plan.Grant}, plan.Outcome{}, "no result"},
		{"a grant without account", plan.Change{Op: plan.Grant, Folder: "f"}, plan.Outcome{Result: plan.Done}, "account and folder"},
		{"a grant without folder", plan.Change{Op: plan.Raise, Account: "a"}, plan.Outcome{Result: plan.Done}, "account and folder"},
		{"an account without id", plan.Change{Op: plan.CreateAccount, Person: anna}, plan.Outcome{Result: plan.Done}, "account's id"},
		{"a folder without id", plan.Change{Op: plan.CreateFolder, As: "s", Path: "/P"}, plan.Outcome{Result: plan.Done}, "folder's id"},
		{
			"an account of somebody else",
			plan.Change{Op: plan.CreateAccount, Person: anna},
			plan.Outcome{Result: plan.Already, Account: "bert's"},
			"is linked to corp:bert",
		},
		{
			"a second account for one person",
			plan.Change{Op: plan.CreateAccount, Person: access.PersonID{Source: "corp", ID: "bert"}},
			plan.Outcome{Result: plan.Done, Account: "another"},
			"whose account is bert's",
		},
		{
			"a second folder for one path",
			plan.Change{Op: plan.CreateFolder, As: "svc", Path: "/Pinned"},
			plan.Outcome{Result: plan.Done, Folder: "another"},
			"means folder pinned",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			learn(t, l, plan.Learned{
				Links:   []plan.Link{{Person: access.PersonID{Source: "corp", ID: "bert"}, Account: "bert's"}},
				Folders: map[access.Place]string{{As: "svc", Path: "/Pinned"}: "pinned"},
			})
			before := recall(t, l)
			changes, outcomes := grants(0, 1)
			c.change.Key = "bad"
			if c.outcome.Key == "" {
				c.outcome.Key = c.change.Key
			}
			if err := l.Intend(t.Context(), begin(t, l), append(changes, c.change)); err != nil {
				t.Fatal(err)
			}
			wantError(t, l.Settle(t.Context(), append(outcomes, c.outcome)), string(c.outcome.Key), c.want)
			if got, err := l.Open(t.Context()); err != nil || len(got) != 2 {
				t.Errorf("got %d open intents and error %v, want both", len(got), err)
			}
			if diff := cmp.Diff(before, recall(t, l)); diff != "" {
				t.Errorf("memory (-before +after):\n%s", diff)
			}
		})
	}
}

func TestSettleTwiceIsAnError(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	changes, outcomes := grants(0, 1)
	if err := l.Intend(t.Context(), begin(t, l), changes); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context(), outcomes); err != nil {
		t.Fatal(err)
	}
	wantError(t, l.Settle(t.Context(), outcomes), "no intent is open")
}

func learn(t *testing.T, l *Ledger, learned plan.Learned) {
	t.Helper()
	if err := l.Learn(t.Context(), learned); err != nil {
		t.Fatal(err)
	}
}

func TestLearn(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	place, byID := access.Place{As: "svc", Path: "/Sales"}, access.Place{As: "svc", FolderID: "f9"}
	first := plan.Learned{
		Links:   []plan.Link{{Person: anna, Account: "a1", Created: true}}, // found, so not of our making
		Folders: map[access.Place]string{place: "f1", byID: "f9"},
		Groups:  map[string]access.GroupID{"staff": {Source: "corp", ID: "g1"}},
	}
	learn(t, l, first)
	learn(t, l, plan.Learned{ // what is known already is kept
		Links:   []plan.Link{{Person: anna, Account: "a2"}},
		Folders: map[access.Place]string{place: "f2"},
		Groups:  map[string]access.GroupID{"staff": {Source: "corp", ID: "g2"}},
	})
	want := plan.NewMemory()
	want.Links[anna] = plan.Link{Person: anna, Account: "a1"}
	want.Folders, want.Groups = first.Folders, first.Groups
	if diff := cmp.Diff(want, recall(t, l)); diff != "" {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
	err := l.Learn(t.Context(), plan.Learned{
		Links:  []plan.Link{{Person: access.PersonID{Source: "corp", ID: "bert"}, Account: "a1"}},
		Groups: map[string]access.GroupID{"other": {Source: "corp", ID: "g3"}},
	})
	wantError(t, err, "link corp:bert", "a1", "corp:anna")
	if diff := cmp.Diff(want, recall(t, l)); diff != "" {
		t.Errorf("memory behind a refused lesson (-want +got):\n%s", diff)
	}
}
