package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

var (
	key  = plan.GrantKey{Account: "a1", Folder: "f1"}
	otto = Actor{UID: 1000, User: "otto", Reason: "after the restore"}
)

func lost(o *access.Owned, why string) *access.Owned {
	o.Lost = why
	return o
}

// What a human has changed is no longer ours, until we give it anew.
func TestP03_LostUntilGivenAgain(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		after []event
		want  *access.Owned
	}{
		{"lost", nil, lost(owned("Reader", ""), "a human removed it")},
		{"granted again", []event{grant(plan.Grant, "", "Owner", plan.Done)}, owned("Owner", "")},
		{"there already", []event{grant(plan.Grant, "", "Owner", plan.Already)}, lost(owned("Reader", ""), "a human removed it")},
		{"raised: what the human left is the floor", []event{grant(plan.Raise, "Reader", "Owner", plan.Done)}, owned("Owner", "Reader")},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			play(t, l, grant(plan.Grant, "", "Reader", plan.Done))
			learn(t, l, plan.Learned{Lost: map[plan.GrantKey]string{{Account: "a0", Folder: "f1"}: "not ours", key: "a human removed it"}})
			play(t, l, tt.after...)
			if diff := cmp.Diff(map[plan.GrantKey]access.Owned{key: *tt.want}, recall(t, l).Owned); diff != "" {
				t.Errorf("owned (-want +got):\n%s", diff)
			}
		})
	}
}

func TestP03_DisownedIsAsIfAHumanHadGivenIt(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	play(t, l,
		event{plan.Change{Op: plan.CreateAccount, Person: anna}, plan.Outcome{Result: plan.Done, Account: "a1"}},
		grant(plan.Grant, "", "Reader", plan.Done),
	)
	wantError(t, l.Disown(t.Context(), otto, []plan.GrantKey{key}, []string{"a9"}), "account a9", "kw-onboarder link")
	if n := len(recall(t, l).Owned); n != 1 {
		t.Errorf("a refused disown: got %d owned grants, want 1", n)
	}
	if err := l.Disown(t.Context(), otto, []plan.GrantKey{key, {Account: "a9", Folder: "f9"}}, []string{"a1"}); err != nil {
		t.Fatal(err)
	}
	want := plan.NewMemory()
	want.Links[anna] = plan.Link{Person: anna, Account: "a1"}
	if diff := cmp.Diff(want, recall(t, l)); diff != "" {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
	wantRun(t, l, "disown", `{"Grants":[{"Account":"a1","Folder":"f1"},{"Account":"a9","Folder":"f9"}],"Accounts":["a1"]}`)
}

// wantRun compares the newest run with what otto asked for.
func wantRun(t *testing.T, l *Ledger, trigger, summary string) {
	t.Helper()
	runs, err := l.Runs(t.Context(), 1)
	if err != nil || len(runs) != 1 {
		t.Fatalf("got runs %v and error %v", runs, err)
	}
	got := runs[0]
	if got.Started.IsZero() || !got.Started.Equal(got.Ended) {
		t.Errorf("got a run from %s to %s, want one moment", got.Started, got.Ended)
	}
	want := Run{
		ID: got.ID, Trigger: trigger, Actor: otto, Started: got.Started, Ended: got.Ended, Result: "done", Summary: []byte(summary),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
}

func TestP03_AdoptNeverOverwritesWhatIsOurs(t *testing.T) {
	t.Parallel()
	adopted := owned("Owner", "Collaborator")
	adopted.Causes = []access.Cause{{Rule: "legal"}}
	cases := []struct {
		name   string
		before func(t *testing.T, l *Ledger)
		want   *access.Owned
	}{
		{"a human's", func(*testing.T, *Ledger) {}, adopted},
		{"ours", func(t *testing.T, l *Ledger) {
			t.Helper()
			play(t, l, grant(plan.Grant, "", "Reader", plan.Done))
		}, owned("Reader", "")},
		{"ours, lost", func(t *testing.T, l *Ledger) {
			t.Helper()
			play(t, l, grant(plan.Grant, "", "Reader", plan.Done))
			learn(t, l, plan.Learned{Lost: map[plan.GrantKey]string{key: "a human changed it"}})
		}, adopted},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			learn(t, l, plan.Learned{Links: []plan.Link{{Person: anna, Account: "a1"}}})
			tt.before(t, l)
			if err := l.Adopt(t.Context(), otto, []access.Owned{*adopted}, []string{"a1"}); err != nil {
				t.Fatal(err)
			}
			m := recall(t, l)
			if diff := cmp.Diff(map[plan.GrantKey]access.Owned{key: *tt.want}, m.Owned); diff != "" {
				t.Errorf("owned (-want +got):\n%s", diff)
			}
			if !m.Links[anna].Created {
				t.Error("the account was not adopted")
			}
			wantRun(t, l, "adopt", `{"Grants":[{"Account":"a1","Folder":"f1"}],"Accounts":["a1"]}`)
		})
	}
	l := open(t, options(t))
	wantError(t, l.Adopt(t.Context(), otto, []access.Owned{*adopted}, []string{"a1"}), "account a1 is linked to nobody")
	if m := recall(t, l); !m.Empty() {
		t.Errorf("a refused adoption left %v", m)
	}
}
