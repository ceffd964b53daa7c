package history

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// site is a ledger with a small history.
type site struct {
	*ledger.Ledger
	Book
	t   *testing.T
	run int64
}

const finance = access.Path("/Departments/Finance")

func ago(days int) time.Time { return time.Now().AddDate(0, 0, -days) }

// newSite begins with a run that saw two accounts and the folder, f1 at /Departments/Finance.
func newSite(t *testing.T) *site {
	t.Helper()
	l, b := open(t)
	s := &site{Ledger: l, Book: b, t: t}
	s.see(ago(9), []string{"f1"})
	s.run = ran(t, l, ago(9), "start", "done", `{"full":true}`)
	must(t, l.Learn(t.Context(), plan.Learned{
		Links:   []plan.Link{{Person: person("ann"), Account: "a1"}},
		Folders: map[access.Place]string{{As: "svc", Path: finance}: "f1"},
		Groups:  map[string]access.GroupID{"managers": {Source: "corp", ID: "g1"}},
	}))
	return s
}

// see lets a full run observe grants on folders.
func (s *site) see(at time.Time, folders []string, grants ...access.Grant) {
	s.t.Helper()
	var all []access.Account
	for _, id := range []string{"a1", "boss", "svc"} {
		all = append(all, access.Account{ID: id, Email: access.Email(id + "@corp.example"), Name: id, Kind: access.User, Status: access.Live})
	}
	c := &access.Catalog{}
	for _, f := range folders {
		c.Folders = append(c.Folders, access.Folder{ID: f, As: "svc", Path: finance})
	}
	must(s.t, s.Observe(s.t.Context(), at, c, access.State{
		Of: access.Scope{Accounts: true, Folders: folders}, Accounts: all, Grants: grants,
	}))
}

// give lets us give ann a role on a folder, now.
func (s *site) give(folder, role, from string) { s.t.Helper(); s.giveAs("svc", folder, role, from) }

// giveAs is give where Kiteworks says who gave it; "": it does not.
func (s *site) giveAs(by, folder, role, from string) {
	s.t.Helper()
	op := plan.Grant
	if from != "" {
		op = plan.Raise
	}
	c := plan.Change{
		Key: plan.Key(folder + role), Op: op, Person: person("ann"), Account: "a1", Email: "a1@corp.example", Folder: folder, Path: finance, From: from, To: role,
		Causes: []access.Cause{{Rule: "staff", Via: []access.GroupID{{Source: "corp", ID: "g1"}}}},
	}
	must(s.t, s.Intend(s.t.Context(), s.run, []plan.Change{c}))
	must(s.t, s.Settle(s.t.Context(), []plan.Outcome{{Key: c.Key, Result: plan.Done, SharedBy: by}}))
}

// ann is what ann held now, or, some days ago.
func (s *site) ann(at time.Time, folder string) Then {
	s.t.Helper()
	answers, _, err := s.Then(s.t.Context(), Ask{Person: "a1@corp.example", Folder: folder, At: at})
	must(s.t, err)
	if len(answers) != 1 {
		s.t.Fatalf("%d answers, want one", len(answers))
	}
	return answers[0]
}

func TestThenTellsOursFromTheOthers(t *testing.T) {
	t.Parallel()
	viewer := access.Grant{Account: "a1", Folder: "f1", Role: "Viewer", SharedBy: "boss"}
	ours := access.Grant{Account: "a1", Folder: "f1", Role: "Viewer", SharedBy: "svc"}
	inherited := viewer
	inherited.Origin = "f0"
	keys := []plan.GrantKey{{Account: "a1", Folder: "f1"}}
	root := ledger.Actor{UID: 0, User: "root", Reason: "asked for"}
	tests := []struct {
		name    string
		happens func(t *testing.T, s *site)
		want    Giver
		role    string
	}{
		{"a human gave it", func(_ *testing.T, s *site) { s.see(ago(5), []string{"f1"}, viewer) }, Somebody, "Viewer"},
		{"we gave it", func(_ *testing.T, s *site) { s.give("f1", "Viewer", "") }, Us, "Viewer"},
		{"we gave it, and saw it since", func(_ *testing.T, s *site) {
			s.give("f1", "Viewer", "")
			s.see(time.Now(), []string{"f1"}, ours)
		}, Us, "Viewer"},
		{"we gave it, and Kiteworks tells only later who did", func(_ *testing.T, s *site) {
			s.giveAs("", "f1", "Viewer", "")
			s.see(time.Now(), []string{"f1"}, ours)
		}, Us, "Viewer"},
		{"it comes from above", func(_ *testing.T, s *site) { s.see(ago(5), []string{"f1"}, inherited) }, Inherited, "Viewer"},
		{"we raised a human's", func(_ *testing.T, s *site) {
			s.see(ago(5), []string{"f1"}, viewer)
			s.give("f1", "Manager", "Viewer")
		}, Us, "Manager"},
		{"a human changed ours", func(_ *testing.T, s *site) {
			s.give("f1", "Manager", "")
			s.see(time.Now(), []string{"f1"}, viewer)
		}, Somebody, "Viewer"},
		{"a human took ours and gave it anew", func(_ *testing.T, s *site) {
			s.give("f1", "Viewer", "")
			s.see(time.Now(), []string{"f1"})
			s.see(time.Now(), []string{"f1"}, viewer)
		}, Somebody, "Viewer"},
		{"a human gave over ours", func(_ *testing.T, s *site) {
			s.give("f1", "Viewer", "")
			s.see(time.Now(), []string{"f1"}, viewer)
		}, Somebody, "Viewer"},
		{"it was adopted", func(t *testing.T, s *site) {
			s.see(ago(5), []string{"f1"}, viewer)
			must(t, s.Adopt(t.Context(), root, []access.Owned{{
				Person: person("ann"), Account: "a1", Folder: "f1", Role: "Viewer", Causes: []access.Cause{{Rule: "staff"}},
			}}, nil))
		}, Adopted, "Viewer"},
		{"it was disowned", func(t *testing.T, s *site) {
			s.give("f1", "Viewer", "")
			must(t, s.Disown(t.Context(), root, keys, nil))
		}, Disowned, "Viewer"},
		{"its change is forgotten", func(t *testing.T, s *site) {
			s.give("f1", "Viewer", "")
			ran(t, s.Ledger, time.Now(), "full", "done", `{}`)
			_, err := s.Prune(t.Context(), ago(8))
			must(t, err)
		}, Us, "Viewer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			tt.happens(t, s)
			got := s.ann(time.Now(), string(finance))
			if len(got.Held) != 1 || got.Held[0].Giver != tt.want || got.Held[0].Grant.Role != tt.role {
				t.Fatalf("got %+v, want %s by giver %d", got.Held, tt.role, tt.want)
			}
			if known := got.Held[0].Change != nil; known != (tt.want == Us && len(got.Changes) > 0) {
				t.Errorf("the change that gave it is known: %v, of %d changes", known, len(got.Changes))
			}
			isOurs := tt.want == Us || tt.want == Adopted
			if diff := cmp.Diff(map[bool][]string{true: {"staff"}}[isOurs], got.Held[0].Rules); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

func TestThenIsAsItWasThen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.see(ago(7), []string{"f1"}, access.Grant{Account: "a1", Folder: "f1", Role: "Viewer", SharedBy: "boss"})
	s.see(ago(3), []string{"f1"})
	if got := s.ann(ago(8), ""); len(got.Held) != 0 || !got.Existed {
		t.Errorf("before: got %+v, want an account without a role", got)
	}
	during := s.ann(ago(5), "")
	if len(during.Held) != 1 || during.Held[0].By.Email != "boss@corp.example" || during.Held[0].Until.IsZero() {
		t.Errorf("during: got %+v, want the role of boss, which has ended", during.Held)
	}
	if got := during.Observed.Format(time.DateOnly); got != ago(9).Format(time.DateOnly) {
		t.Errorf("observed on %s, want by the run of the first day", got)
	}
	if got := s.ann(time.Now(), ""); len(got.Held) != 0 {
		t.Errorf("after: got %+v, want no role", got.Held)
	}
	if got := s.ann(ago(20), ""); got.Unknown == nil || !strings.Contains(got.Unknown.Error(), "it first was at") {
		t.Errorf("long before: got %v, want that nobody looked", got.Unknown)
	}
}

// While nobody looks, what was seen before proves nothing.
func TestThenDoesNotSpeakOfWhatNobodyLookedAt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.see(ago(7), []string{"f1"}, access.Grant{Account: "a1", Folder: "f1", Role: "Viewer", SharedBy: "boss"})
	s.see(ago(5), []string{"f2"})
	got := s.ann(ago(4), "")
	if len(got.Held) != 0 || len(got.Unseen) != 1 || got.Unseen[0].What != string(finance) {
		t.Errorf("got %+v and unseen %v, want no role, and that nobody looked", got.Held, got.Unseen)
	}
	s.give("f3", "Viewer", "") // a folder that we have just made
	got = s.ann(time.Now(), "f3")
	if len(got.Held) != 1 || got.Held[0].Giver != Us || len(got.Unseen) != 1 {
		t.Errorf("got %+v and unseen %v, want what we gave, and that nobody else's is known", got.Held, got.Unseen)
	}
}

func TestThenKnowsOnlyWhomTheLedgerKnows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, _, err := s.Then(t.Context(), Ask{Person: "nobody", At: time.Now()})
	if err == nil || !strings.Contains(err.Error(), `knows nobody with the e-mail or id "nobody"`) {
		t.Errorf("got %v, want that nobody is known", err)
	}
	_, _, err = s.Then(t.Context(), Ask{Person: "a1", Folder: "/Nowhere", At: time.Now()})
	if err == nil || !strings.Contains(err.Error(), "knows no folder /Nowhere") {
		t.Errorf("got %v, want that no folder is known", err)
	}
}

func TestWhoIsOfTheFolderThatWasThereThen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.see(ago(7), []string{"f1"}, access.Grant{Account: "boss", Folder: "f1", Role: "Owner", SharedBy: "boss"},
		access.Grant{Account: "a1", Folder: "f1", Role: "Viewer", Origin: "f0"})
	who, atlas, err := s.Who(t.Context(), "/departments/FINANCE", ago(5))
	must(t, err)
	var got []string
	for _, r := range who.Readers {
		got = append(got, string(r.Account.Email)+" "+r.Grant.Role)
	}
	if diff := cmp.Diff([]string{"a1@corp.example Viewer", "boss@corp.example Owner"}, got); diff != "" || atlas.Path(who.Folder) != string(finance) {
		t.Errorf("who on %s (-want +got):\n%s", atlas.Path(who.Folder), diff)
	}

	// Another folder is at the path by now: each is asked about its own time.
	s.see(ago(4), []string{"f9"}, access.Grant{Account: "boss", Folder: "f9", Role: "Owner", SharedBy: "boss"})
	must(t, s.Learn(t.Context(), plan.Learned{Folders: map[access.Place]string{{As: "other", Path: finance}: "f9"}}))
	for at, want := range map[time.Time]string{ago(5): "f1", ago(1): "f9"} {
		who, _, err := s.Who(t.Context(), string(finance), at)
		if err != nil || who.Folder != want {
			t.Errorf("at %s: got %q, %v, want %s", at, who.Folder, err, want)
		}
	}

	_, _, err = s.Who(t.Context(), string(finance), ago(20))
	if err == nil || !strings.Contains(err.Error(), "it first was at "+ago(4).UTC().Format(time.DateOnly)) {
		t.Errorf("got %v, want since when the first folder is known", err)
	}
	_, _, err = s.Who(t.Context(), "f1", ago(1))
	var unobserved *Unobserved
	if !errors.As(err, &unobserved) || !strings.Contains(err.Error(), "it first was at") || !strings.Contains(err.Error(), " and last at ") {
		t.Errorf("got %v, want when it was first and last observed", err)
	}
}

func TestTracesNameNobodyTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	traces, err := s.Traces(t.Context(), "a1@corp.example")
	if err != nil || len(traces) != 1 || !traces[0].Present || traces[0].Person != person("ann") {
		t.Errorf("got %+v, %v, want ann's", traces, err)
	}
	if _, err := s.Traces(t.Context(), "nobody"); err == nil {
		t.Error("nobody: got no error")
	}
}
