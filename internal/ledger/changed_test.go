package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// made is anna's account, which we have made.
var made = event{
	plan.Change{Op: plan.CreateAccount, Person: anna, Email: "anna@corp.example", Name: "Anna Lang", Profile: "Standard"},
	plan.Outcome{Result: plan.Done, Account: "a1"},
}

func changed(op plan.Op, from, to string, result plan.Result) event {
	return event{plan.Change{Op: op, Person: anna, Account: "a1", From: from, To: to}, plan.Outcome{Result: result}}
}

// What we have done to an account is remembered as ours, what somebody else has done is not;
// what is known of the account is what it is.
func TestSettleFollowsAnAccount(t *testing.T) {
	t.Parallel()
	ours := plan.Link{Person: anna, Account: "a1", Created: true, Name: "Anna Lang"}
	is := access.Account{ID: "a1", Email: "anna@corp.example", Name: "Anna Lang", Profile: "Standard", Kind: access.User, Status: access.Live}
	suspended := changed(plan.Suspend, "", "", plan.Done)
	cases := []struct {
		name    string
		events  []event
		link    func(*plan.Link)
		account func(*access.Account)
	}{
		{"made", nil, nil, nil},
		{"suspended", []event{suspended}, func(l *plan.Link) { l.Suspended = true }, func(a *access.Account) { a.Status = access.Suspended }},
		{
			"suspended by somebody else",
			[]event{changed(plan.Suspend, "", "", plan.Already)},
			nil, func(a *access.Account) { a.Status = access.Suspended },
		},
		{"not suspended", []event{changed(plan.Suspend, "", "", plan.Refused)}, nil, nil},
		{"unsuspended", []event{suspended, changed(plan.Unsuspend, "", "", plan.Done)}, nil, nil},
		{"unsuspended by somebody else", []event{suspended, changed(plan.Unsuspend, "", "", plan.Already)}, nil, nil},
		{
			"another address",
			[]event{changed(plan.Rename, "anna@corp.example", "lang@corp.example", plan.Done)},
			nil, func(a *access.Account) { a.Email = "lang@corp.example" },
		},
		{
			"another name",
			[]event{changed(plan.SetName, "Anna Lang", "Anna Kurz", plan.Done)},
			func(l *plan.Link) { l.Name = "Anna Kurz" }, func(a *access.Account) { a.Name = "Anna Kurz" },
		},
		{
			"another name by somebody else",
			[]event{changed(plan.SetName, "Anna Lang", "Anna Kurz", plan.Already)},
			nil, func(a *access.Account) { a.Name = "Anna Kurz" },
		},
		{
			"another profile",
			[]event{changed(plan.SetProfile, "Standard", "Restricted", plan.Done)},
			nil, func(a *access.Account) { a.Profile = "Restricted" },
		},
		{
			"deleted",
			[]event{suspended, grant(plan.Grant, "", "Reader", plan.Done), changed(plan.Delete, "", "heir@corp.example", plan.Done)},
			func(l *plan.Link) { l.Deleted, l.Name = true, "" }, func(a *access.Account) { a.Status = access.Deleted },
		},
		{
			"deleted by somebody else",
			[]event{grant(plan.Grant, "", "Reader", plan.Done), changed(plan.Delete, "", "", plan.Already)},
			nil, func(a *access.Account) { a.Status = access.Deleted },
		},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			play(t, l, append([]event{made}, tt.events...)...)
			want, account := plan.NewMemory(), is
			link := ours
			if tt.link != nil {
				tt.link(&link)
			}
			if tt.account != nil {
				tt.account(&account)
			}
			want.Links[anna] = link
			if diff := cmp.Diff(want, recall(t, l)); diff != "" {
				t.Errorf("memory (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(access.State{Accounts: []access.Account{account}}, lastKnown(t, l, nil)); diff != "" {
				t.Errorf("known (-want +got):\n%s", diff)
			}
		})
	}
}

// Who returns when we have deleted their account gets another one.
func TestADeletedLinkGivesWayToANewAccount(t *testing.T) {
	t.Parallel()
	heirs := []access.Heir{{As: "manager", Person: person(1)}}
	cases := []struct {
		name   string
		result plan.Result
		want   plan.Link
	}{
		{"made", plan.Done, plan.Link{Person: anna, Account: "a2", Created: true, Name: "Anna Lang", Heirs: heirs}},
		{"made by somebody else", plan.Already, plan.Link{Person: anna, Account: "a2", Heirs: heirs}},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			again := made
			again.outcome.Account, again.outcome.Result = "a2", tt.result
			play(t, l, made, changed(plan.Delete, "", "", plan.Done))
			learn(t, l, plan.Learned{Heirs: map[access.PersonID][]access.Heir{anna: heirs}})
			play(t, l, again)
			if diff := cmp.Diff(map[access.PersonID]plan.Link{anna: tt.want}, recall(t, l).Links); diff != "" {
				t.Errorf("links (-want +got):\n%s", diff)
			}
		})
	}
}

// A deleted account counts as nobody's: not in what budgets are parts of, not in numbers.
func TestADeletedAccountIsNotCounted(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	play(t, l, made, changed(plan.Delete, "", "", plan.Done))
	if c, err := l.Counts(t.Context()); c.Links != 0 || err != nil {
		t.Errorf("got %d accounts and error %v, want none", c.Links, err)
	}
	if o, err := l.Overview(t.Context(), day(1)); o.Links != 0 || o.Created != 0 || err != nil {
		t.Errorf("got overview %+v and error %v, want no accounts", o, err)
	}
}

// What is disowned is as if somebody else had done it: their suspension is not lifted.
func TestP03_ADisownedAccountWasNotSuspendedByUs(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	play(t, l, made, changed(plan.Suspend, "", "", plan.Done))
	if err := l.Disown(t.Context(), otto, nil, []string{"a1"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plan.Link{Person: anna, Account: "a1"}, recall(t, l).Links[anna]); diff != "" {
		t.Errorf("link (-want +got):\n%s", diff)
	}
}
