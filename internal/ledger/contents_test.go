package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func TestRecallOfAScope(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	c, st := tenantOf([]string{"a1", "a2", "a3"}, nil)
	observe(t, l, day(0), c, st)
	place, bert := access.Place{As: "svc", Path: "/Sales"}, access.PersonID{Source: "corp", ID: "bert"}
	learn(t, l, plan.Learned{
		Links:   []plan.Link{{Person: anna, Account: "a1"}, {Person: bert, Account: "a2"}},
		Folders: map[access.Place]string{place: "f1"},
		Groups:  map[string]access.GroupID{"staff": {Source: "corp", ID: "g1"}},
	})
	bertsGrant := grant(plan.Grant, "", "Reader", plan.Done)
	bertsGrant.change.Person, bertsGrant.change.Account = bert, "a2"
	play(t, l, grant(plan.Grant, "", "Reader", plan.Done), bertsGrant)
	all := recall(t, l)
	cases := []struct {
		name         string
		of           plan.Scope
		links, owned []access.PersonID
	}{
		{"nobody", plan.Scope{}, nil, nil},
		{"a person", plan.Scope{People: []access.PersonID{anna}}, []access.PersonID{anna}, []access.PersonID{anna}},
		{"whose id another directory has", plan.Scope{People: []access.PersonID{{Source: "labs", ID: "anna"}}}, nil, nil},
		{"a stranger", plan.Scope{People: []access.PersonID{person(7)}, Emails: []access.Email{"x@corp.example"}}, nil, nil},
		{"who has an address", plan.Scope{Emails: []access.Email{"a2@corp.example", "a3@corp.example"}}, []access.PersonID{bert}, nil},
		{
			"a person, and who has an address",
			plan.Scope{People: []access.PersonID{anna}, Emails: []access.Email{"a2@corp.example"}},
			[]access.PersonID{anna, bert},
			[]access.PersonID{anna},
		},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := plan.NewMemory()
			want.Folders, want.Groups = all.Folders, all.Groups
			for _, p := range tt.links {
				want.Links[p] = all.Links[p]
			}
			for _, p := range tt.owned {
				for key, o := range all.Owned {
					if o.Person == p {
						want.Owned[key] = o
					}
				}
			}
			got, err := l.Recall(t.Context(), &tt.of)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("memory (-want +got):\n%s", diff)
			}
		})
	}
}

// What is settled is known at once, without another look at Kiteworks.
func TestSettleKeepsTheLastKnownStateCurrent(t *testing.T) {
	t.Parallel()
	human := access.Grant{Account: "a1", Folder: "f1", Role: "Reader", Origin: "top", SharedBy: "boss", Created: given}
	ours := func(role string) *access.Grant {
		return &access.Grant{Account: "a1", Folder: "f1", Role: role, SharedBy: "svc-id", Created: given}
	}
	cases := []struct {
		name   string
		before []access.Grant
		event  event
		want   *access.Grant
	}{
		{"granted", nil, grant(plan.Grant, "", "Reader", plan.Done), ours("Reader")},
		{"raised", []access.Grant{human}, grant(plan.Raise, "Reader", "Owner", plan.Done), ours("Owner")},
		{"there already, and not known", nil, grant(plan.Grant, "", "Reader", plan.Already), ours("Reader")},
		{"there already, and known", []access.Grant{human}, grant(plan.Grant, "", "Owner", plan.Already), &human},
		{"refused", []access.Grant{human}, grant(plan.Raise, "Reader", "Owner", plan.Refused), &human},
		{"unknown", nil, grant(plan.Grant, "", "Reader", plan.Unknown), nil},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, options(t))
			c, st := tenantOf(nil, []string{"f1"})
			st.Grants = tt.before
			observe(t, l, day(0), c, st)
			play(t, l, tt.event)
			want := access.State{Of: st.Of}
			if tt.want != nil {
				want.Grants = []access.Grant{*tt.want}
			}
			if diff := cmp.Diff(want, lastKnown(t, l, nil)); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSettleKeepsNewAccountsAndFolders(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	c, st := tenantOf([]string{"a1", "a2"}, []string{"f1"})
	st.Accounts[1].Kind = access.Recipient
	observe(t, l, day(0), c, st)
	create := func(id, name string, p access.PersonID, r plan.Result) event {
		return event{
			plan.Change{Op: plan.CreateAccount, Person: p, Email: access.Email(id + "@corp.example"), Name: name, Profile: "Standard"},
			plan.Outcome{Account: id, Result: r},
		}
	}
	play(t, l,
		create("a1", "", person(1), plan.Already),
		create("a2", "Bert", person(2), plan.Done),
		create("a3", "Carl", person(3), plan.Already),
		event{
			plan.Change{Op: plan.CreateFolder, As: "svc", Path: "/f1/new", Parent: "f1"},
			plan.Outcome{Folder: "f2", Result: plan.Done},
		},
	)
	want := st.Accounts
	want[1].Kind, want[1].Name = access.User, "Bert"
	want = append(want, access.Account{ID: "a3", Email: "a3@corp.example", Name: "Carl", Profile: "Standard", Kind: access.User, Status: access.Live})
	got := lastKnown(t, l, nil)
	if diff := cmp.Diff(want, got.Accounts); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"f1"}, got.Of.Folders); diff != "" {
		t.Errorf("observed folders: who made one has not looked at its members (-want +got):\n%s", diff)
	}
	known, err := l.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.Folders = append(c.Folders, access.Folder{ID: "f2", Parent: "f1", As: "svc", Path: "/f1/new"})
	if diff := cmp.Diff(c, known); diff != "" {
		t.Errorf("catalog (-want +got):\n%s", diff)
	}
}

// A catalog of nothing but one folder would make every role unknown.
func TestANewFolderIsNoCatalog(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	play(t, l, event{plan.Change{Op: plan.CreateFolder, As: "svc", Path: "/new"}, plan.Outcome{Folder: "f2", Result: plan.Done}})
	if c, err := l.Catalog(t.Context()); c != nil || err != nil {
		t.Errorf("got catalog %v and error %v, want none", c, err)
	}
}

func TestDue(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	steps := []struct {
		name   string
		judged []access.PersonID
		next   map[access.PersonID]time.Time
		now    time.Time
		want   []access.PersonID
	}{
		{"everybody", nil, map[access.PersonID]time.Time{person(1): day(3), person(2): day(1), person(3): day(2), person(4): {}}, day(2), []access.PersonID{person(2), person(3)}},
		{"one is judged anew", []access.PersonID{person(2)}, map[access.PersonID]time.Time{person(2): day(5)}, day(4), []access.PersonID{person(3), person(1)}},
		{"two have no date any more", []access.PersonID{person(3), person(1)}, map[access.PersonID]time.Time{person(1): {}}, day(9), []access.PersonID{person(2)}},
		{"nobody is judged", []access.PersonID{}, nil, day(9), []access.PersonID{person(2)}},
		{"everybody anew", nil, map[access.PersonID]time.Time{person(9): day(9)}, day(9), []access.PersonID{person(9)}},
		{"nobody is left", nil, nil, day(9), nil},
	}
	for _, s := range steps {
		if err := l.Schedule(t.Context(), s.judged, s.next); err != nil {
			t.Fatal(err)
		}
		got, err := l.Due(t.Context(), s.now)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.want, got); diff != "" {
			t.Errorf("%s: due (-want +got):\n%s", s.name, diff)
		}
	}
}

func TestInbox(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	want := Request{
		Verb: "apply", Args: []byte(`{"named":["anna"]}`), Filed: day(0),
		Actor: Actor{UID: 1000, User: "otto", Reason: "it is urgent"},
	}
	for id := int64(1); id <= 2; id++ {
		if got, err := l.File(t.Context(), want); err != nil || got != id {
			t.Fatalf("got request %d and error %v, want %d", got, err, id)
		}
	}
	answer := Request{ID: 1, Answered: day(1), Run: 7, Answer: "3 changes", Failed: true}
	if err := l.Answer(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	wantError(t, l.Answer(t.Context(), answer), "request 1", "is answered")
	wantError(t, l.Answer(t.Context(), Request{ID: 2}), "moment")
	want.ID = 2
	pending, err := l.Pending(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Request{want}, pending); diff != "" {
		t.Errorf("pending (-want +got):\n%s", diff)
	}
	want.ID, want.Answered, want.Run, want.Answer, want.Failed = 1, day(1), 7, "3 changes", true
	got, err := l.Request(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	_, err = l.Request(t.Context(), 3)
	wantError(t, err, "no request 3")
}

// It is asked each second: with a million answered requests behind it, it must look at none of them.
func TestPendingLooksOnlyAtWhatWaits(t *testing.T) {
	t.Parallel()
	l := open(t, fileOptions(t)) // only SQLite explains it in a row
	var id, parent, unused int
	var how string
	row := l.db.QueryRowContext(t.Context(), `EXPLAIN QUERY PLAN `+selectRequests+whereWaiting)
	if err := row.Scan(&id, &parent, &unused, &how); err != nil {
		t.Fatal(err)
	}
	if want := "SCAN inbox USING INDEX inbox_waiting"; how != want {
		t.Errorf("got %q, want %q", how, want)
	}
}

func TestAReaderOfNothingKnowsNothing(t *testing.T) {
	t.Parallel()
	r := openReadOnly(t, fileOptions(t))
	if c, err := r.Catalog(t.Context()); c != nil || err != nil {
		t.Errorf("got catalog %v and error %v", c, err)
	}
	if st, err := r.Observed(t.Context(), nil, nil); len(st.Accounts) != 0 || st.Of.Accounts || err != nil {
		t.Errorf("got state %v and error %v", st, err)
	}
	if due, err := r.Due(t.Context(), day(0)); due != nil || err != nil {
		t.Errorf("got due %v and error %v", due, err)
	}
	if runs, err := r.Runs(t.Context(), 9); runs != nil || err != nil {
		t.Errorf("got runs %v and error %v", runs, err)
	}
	if history, err := r.History(t.Context(), Subject{Account: "a1"}, "", day(0)); history != nil || err != nil {
		t.Errorf("got history %v and error %v", history, err)
	}
	_, _, err := r.Run(t.Context(), 1)
	wantError(t, err, "no run 1")
	_, err = r.ParkedItem(t.Context(), 1)
	wantError(t, err, "nothing is parked under 1")
	_, err = r.Request(t.Context(), 1)
	wantError(t, err, "no request 1")
	_, err = r.Grants(t.Context(), "a1", day(0))
	wantError(t, err, "never observed")
}

func TestAReaderOfNothingHoldsNothingBack(t *testing.T) {
	t.Parallel()
	r := openReadOnly(t, fileOptions(t))
	if got := stand(t, r, true, day(0)); got != nil {
		t.Errorf("got parked %v", got)
	}
	if approved, err := r.Approved(t.Context(), day(0)); len(approved) != 0 || err != nil {
		t.Errorf("got approved %v and error %v", approved, err)
	}
	if holds, err := r.Holds(t.Context(), day(0)); holds != nil || err != nil {
		t.Errorf("got holds %v and error %v", holds, err)
	}
	if failing, err := r.Failing(t.Context()); failing != nil || err != nil {
		t.Errorf("got failing %v and error %v", failing, err)
	}
	if allowed, err := r.Allowed(t.Context(), day(0)); len(allowed) != 0 || err != nil {
		t.Errorf("got allowed %v and error %v", allowed, err)
	}
	if digests, err := r.RuleDigests(t.Context()); len(digests) != 0 || err != nil {
		t.Errorf("got digests %v and error %v", digests, err)
	}
	if excluded, err := r.Excluded(t.Context()); len(excluded) != 0 || err != nil {
		t.Errorf("got excluded %v and error %v", excluded, err)
	}
	if leaving, err := r.Leaving(t.Context()); leaving != nil || err != nil {
		t.Errorf("got leavers %v and error %v", leaving, err)
	}
	if did, _, err := r.Did(t.Context(), 1); did != nil || err == nil {
		t.Errorf("got changes %v of run 1, want an error", did)
	}
	if used, err := r.Used(t.Context(), []plan.Op{plan.Grant}, false, day(0)); used != 0 || err != nil {
		t.Errorf("got used %d and error %v", used, err)
	}
	if counts, err := r.Counts(t.Context()); counts.Links != 0 || counts.People != 0 || err != nil {
		t.Errorf("got counts %v and error %v", counts, err)
	}
}
