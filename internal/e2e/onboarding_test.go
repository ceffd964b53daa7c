package e2e_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// colleague manages the folders of the old tenant, and grants by hand.
const colleague = "quirin.maurer.retired@corp.example"

// oldTenant is what the issue asks for: 500 strangers, 200 folders, access given by hand.
func oldTenant() kwsim.Plan { return kwsim.Plan{Strangers: 500, Folders: 200, Grants: 900} }

// The folder that the rules name by its id, and the one on which humans were before us.
const (
	folderByID  = "/Clients/Globex/2026"
	handsFolder = "/Departments/Finance"
)

// hands are people of the directory, all of the department Finance, of whom
// Kiteworks knew before us.
type hands struct{ weaker, stronger, same, suspended, admin, never, recipient, elsewhere string }

// addHands gives people of the directory what humans gave them.
func (s *site) addHands(r *roster) hands {
	s.t.Helper()
	email := func(i int) string { return emailOf(&r.People[i]) }
	h := hands{email(23), email(43), email(63), email(83), email(103), email(123), email(143), email(163)}
	s.addUser(kwsim.User{Email: h.weaker})
	s.addUser(kwsim.User{Email: h.stronger, Name: "As A Human Wrote It"})
	s.addUser(kwsim.User{Email: h.same})
	s.addUser(kwsim.User{Email: h.suspended, Suspended: true})
	s.addUser(kwsim.User{Email: h.admin, AdminRoleID: 1})
	s.addUser(kwsim.User{Email: h.never})
	s.addUser(kwsim.User{Email: h.recipient, Recipient: true})
	s.addUser(kwsim.User{Email: h.elsewhere})
	s.giveByHand(handsFolder, h.weaker, "Viewer", colleague)
	s.giveByHand(handsFolder, h.stronger, "Manager", colleague)
	s.giveByHand(handsFolder, h.same, "Collaborator", colleague)
	s.giveByHand(handsFolder, h.suspended, "Viewer", colleague)
	s.giveByHand(handsFolder, h.admin, "Viewer", colleague)
	s.giveByHand(handsFolder, h.never, "Viewer", colleague)
	s.giveByHand("/Legal/Contracts", h.elsewhere, "Manager", colleague)
	s.settings.Never = h.never
	return h
}

// untouched are those on whom the program must not act at all.
func (h hands) untouched() []string { return []string{h.suspended, h.admin, h.never} }

// existing are those who have an account already.
func (h hands) existing() []string { return []string{h.weaker, h.stronger, h.same, h.elsewhere} }

// due is what of wants has to be granted: not to the untouched, and not to those
// who hold something on the folder already.
func (h hands) due(wants []wanted) []wanted {
	var due []wanted
	for _, w := range wants {
		w.Emails = slices.DeleteFunc(slices.Clone(w.Emails), func(e string) bool {
			holds := w.Path == handsFolder && slices.Contains([]string{h.weaker, h.stronger, h.same}, e)
			return holds || slices.Contains(h.untouched(), e)
		})
		due = append(due, w)
	}
	return due
}

func TestFirstOnboardingThenNothing(t *testing.T) {
	t.Parallel()
	ldap, people := startDirectory(t, wholeCompany)
	s := watchedSite(t, ldap, oldTenant())
	h := s.addHands(people)
	s.settings.Rules = rules(s.folder(foldersIdentity, folderByID).ID)
	wants := people.wants()
	if len(wants) != 40 {
		t.Fatalf("the rules ask for %d (folder, role) pairs, want 40", len(wants))
	}
	due := h.due(wants)
	accounts := len(people.actionable()) - len(h.untouched()) - len(h.existing())
	before, given := s.picture(), s.holdings()

	model := s.looking(wants, folderByID).plus(writing(accounts, s.missingFolders(wants), due))
	dry := s.mustPlan()
	s.kw.ClearHistory()
	rep := s.mustApply()
	history := s.kw.History()

	checkRun(t, dry, rep, history, model)
	checkNothingTwice(t, history)
	checkHumansUntouched(t, before, s.picture(), s.user(h.recipient).ID)
	checkHoldings(t, s.holdings(), append(given, expected(due)...))
	checkAccounts(t, s, people, h)
	checkNotes(t, rep, people, h)

	after := s.picture()
	_, open := s.ledger()
	if len(open) > 0 {
		t.Errorf("%d intents are open after the first run, want 0", len(open))
	}
	model = s.looking(wants, folderByID)
	dry = s.mustPlan()
	s.kw.ClearHistory()
	again := s.mustApply()
	if n := len(again.Plan.Changes); n > 0 {
		t.Errorf("the second run plans %d changes, want 0; the first is %+v", n, again.Plan.Changes[0])
	}
	if writes := s.writes(); len(writes) > 0 {
		t.Errorf("the second run writes %d times, want 0; first %+v", len(writes), writes[0])
	}
	checkRun(t, dry, again, s.kw.History(), model)
	checkUnchanged(t, s, after)
}

// checkRun compares the requests of a run with the model, with what the dry run
// foretold, and with what the simulator saw.
func checkRun(t *testing.T, dry, rep kwsync.Report, history []kwsim.Exchange, model cost) {
	t.Helper()
	if diff := cmp.Diff(model.withoutZeros(), made(history)); diff != "" {
		t.Errorf("requests by operation (-model +made):\n%s", diff)
	}
	got := map[string]int{
		"foretold by the dry run": dry.Requests.Planned(), "foretold by the run": rep.Requests.Planned(),
		"made, says the report": rep.Requests.Made, "made, says Kiteworks": len(history),
	}
	for what, n := range got {
		if n != model.total() {
			t.Errorf("requests %s: %d, want %d as the model says", what, n, model.total())
		}
	}
	if dry.Plan.Digest() != rep.Plan.Digest() {
		t.Error("the run did not plan what the dry run showed")
	}
	if rep.Result() != kwsync.Done {
		t.Errorf("the run ended %s, want done: %+v", rep.Result(), rep.Unfinished())
	}
	for _, e := range history {
		if e.Status > 299 {
			t.Errorf("%s %s was answered %d", e.Method, e.Path, e.Status)
		}
	}
}

// checkNothingTwice proves by the history that no write came twice: neither the
// same bytes, nor the same account, nor the same person on one (folder, role).
func checkNothingTwice(t *testing.T, history []kwsim.Exchange) {
	t.Helper()
	seen := map[string]bool{}
	once := func(key string) {
		if seen[key] {
			t.Errorf("written twice: %s", key)
		}
		seen[key] = true
	}
	for _, e := range history {
		if !e.Write {
			continue
		}
		once(e.Method + " " + e.URLPath + " " + e.Body)
		var body struct {
			Email   string
			RoleID  json.Number
			UserIDs []string
		}
		if err := json.Unmarshal([]byte(e.Body), &body); err != nil {
			t.Errorf("%s %s: body %q: %v", e.Method, e.Path, e.Body, err)
		}
		if body.Email != "" {
			once("account " + body.Email)
		}
		for _, id := range body.UserIDs {
			once("grant " + e.URLPath + " role " + body.RoleID.String() + " user " + id)
		}
	}
}

// checkHumansUntouched compares what was there before, byte by byte. The
// recipient has become an account, which is the one change that is asked for.
func checkHumansUntouched(t *testing.T, before, after picture, recipient string) {
	t.Helper()
	after = after.restrictedTo(before)
	for id := range before.users {
		if id == recipient+" " {
			delete(before.users, id)
			delete(after.users, id)
		}
	}
	if diff := cmp.Diff(before, after, cmp.AllowUnexported(picture{})); diff != "" {
		t.Errorf("what was there before us has changed (-before +after):\n%s", diff)
	}
}

// expected is what the tenant holds once all that is due has been given.
func expected(due []wanted) []holding {
	var all []holding
	for _, w := range due {
		for _, e := range w.Emails {
			all = append(all, holding{w.Path, e, w.Role, w.As})
		}
	}
	return all
}

func checkHoldings(t *testing.T, got, want []holding) {
	t.Helper()
	slices.SortFunc(want, compareHoldings)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("roles in the tenant (-want +got):\n%s", diff)
	}
}

// checkAccounts says that everybody on whom the program may act has one usable account.
func checkAccounts(t *testing.T, s *site, people *roster, h hands) {
	t.Helper()
	for _, p := range people.actionable() {
		u, ok := s.kw.World().UserByEmail(emailOf(p))
		switch {
		case !ok:
			t.Errorf("%s has no account", emailOf(p))
		case u.Recipient, u.Suspended != (u.Email == h.suspended):
			t.Errorf("%s: %+v is no usable account", emailOf(p), u)
		}
	}
	for _, i := range []int{people.BadMail, people.Locked, people.SharedMail[0]} {
		if _, ok := s.kw.World().UserByEmail(people.People[i].Mail[0]); ok {
			t.Errorf("%s has an account and should not", people.People[i].Mail[0])
		}
	}
}

// checkNotes says that everybody on whom the program does not act is named.
func checkNotes(t *testing.T, rep kwsync.Report, people *roster, h hands) {
	t.Helper()
	got := map[string]plan.NoteKind{}
	for _, n := range rep.Plan.Notes {
		got[n.Person.ID] = n.Kind
	}
	want := map[string]plan.NoteKind{}
	for _, i := range []int{people.NoMail, people.TwoMails, people.BadMail, people.Locked, people.SharedMail[0], people.SharedMail[1]} {
		want[people.People[i].UUID] = plan.NoteSkipped
	}
	for _, i := range []int{people.NoDepartment, people.TwoDepartments, people.SlashInDepartment} {
		want[people.People[i].UUID] = plan.NoteHeld
	}
	for i := range people.People {
		if len(people.People[i].Mail) == 1 && slices.Contains(h.untouched(), people.People[i].Mail[0]) {
			want[people.People[i].UUID] = plan.NoteSkipped
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notes by person (-want +got):\n%s", diff)
	}
	if len(rep.Withheld) != 1 || string(rep.Withheld[0].Change.Email) != h.weaker || rep.Withheld[0].Change.Op != plan.Raise {
		t.Errorf("withheld: %+v, want one raise, of %s", rep.Withheld, h.weaker)
	}
}

// missingFolders counts the folders that are to be made, those on the way included.
func (s *site) missingFolders(wants []wanted) int {
	s.t.Helper()
	missing := map[string]bool{}
	for _, w := range wants {
		for path := w.Path; path != ""; path = parent(path) {
			if _, there := s.kw.World().FolderByPath(s.user(w.As).ID, path); !there {
				missing[path] = true
			}
		}
	}
	return len(missing)
}
