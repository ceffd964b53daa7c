package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// tenMore lets the second run find ten people who join.
func (s *site) tenMore() {
	s.settings.Rules = strings.Replace(goodRule, "(uid=u00002*)", "(|(uid=u00002*)(uid=u00003*))", 1)
}

// onboarded is a site on which goodRule was carried out, its history forgotten.
func onboarded(t *testing.T, ldap *slapdtest.Server) *site {
	t.Helper()
	s := watchedSite(t, ldap, smallTenant())
	s.settings.Rules = goodRule
	if rep := s.mustApply(); rep.Result() != kwsync.Done || len(s.holdings()) != 10 {
		t.Fatalf("the first run ended %s with %d roles, want done with 10", rep.Result(), len(s.holdings()))
	}
	s.kw.ClearHistory()
	return s
}

func TestP10_AFolderThatAHumanRenamedIsFollowed(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	s := onboarded(t, ldap)
	was := s.folder(foldersIdentity, "/Projects/Welcome")
	if err := s.kw.World().RenameFolder(was.ID, "Hello"); err != nil {
		t.Fatal(err)
	}
	s.tenMore()
	if rep := s.mustApply(); rep.Result() != kwsync.Done {
		t.Errorf("the run ended %s, want done: %+v", rep.Result(), rep.Plan.Notes)
	}
	if n := made(s.kw.History())[opAddFolder]; n > 0 {
		t.Errorf("%d folders made, want none", n)
	}
	onIt := slices.DeleteFunc(s.holdings(), func(h holding) bool { return h.Path != "/Projects/Hello" })
	if len(onIt) != 20 {
		t.Errorf("%d people on the renamed folder, want all 20", len(onIt))
	}
}

func TestP10_ARootThatAHumanRenamedIsFollowed(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	s := onboarded(t, ldap)
	if err := s.kw.World().RenameFolder(s.folder(foldersIdentity, "/Projects").ID, "Projekte"); err != nil {
		t.Fatal(err)
	}
	s.tenMore()
	if rep := s.mustApply(); rep.Result() != kwsync.Done {
		t.Errorf("the run ended %s, want done: %+v", rep.Result(), rep.Plan.Notes)
	}
	if n := len(s.holdings()); n != 20 || s.holdings()[0].Path != "/Projekte/Welcome" {
		t.Errorf("%d roles, the first %+v; want 20 below the renamed root", n, s.holdings()[0])
	}
}

func TestP10_AFolderThatAHumanDeletedIsHeldAndNotMadeAgain(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	s := onboarded(t, ldap)
	if err := s.kw.World().DeleteFolder(s.folder(foldersIdentity, "/Projects/Welcome").ID); err != nil {
		t.Fatal(err)
	}
	s.tenMore()
	rep := s.mustApply()
	checkBlocked(t, rep, "good", []string{"was deleted on Kiteworks: it is not made again"})
	if n := made(s.kw.History())[opAddFolder] + made(s.kw.History())[opAddMembers]; n > 0 {
		t.Errorf("%d folders made or roles given, want none", n)
	}
	if n := made(s.kw.History())[opAddUser]; n != 10 {
		t.Errorf("%d accounts made, want those of the ten who join", n)
	}
}

// TestWhatAHumanChangedStays: each change by hand is left alone and reported.
func TestWhatAHumanChangedStays(t *testing.T) {
	t.Parallel()
	ldap, people := startDirectory(t, smallCompany)
	const who = "u000025@example.com"
	cases := []struct {
		name   string
		change func(w *kwsim.World, folder, user string) error
		kind   plan.NoteKind
		want   []string
		drift  string // "": none
	}{
		{
			"a role that was taken away is not given again",
			func(w *kwsim.World, folder, user string) error { return w.RemoveMember(folder, user) },
			plan.NoteHeld,
			[]string{"had Viewer on /Projects/Welcome from us", "somebody else has removed it since: it is not given again"},
			"had Viewer on /Projects/Welcome from us: removed by somebody else",
		},
		{
			"an account that was suspended is left alone",
			func(w *kwsim.World, _, user string) error { return w.SuspendUser(user, true) },
			plan.NoteSkipped,
			[]string{"the account of " + who + " is suspended on Kiteworks, and not by us"},
			"",
		},
		{
			"an account that was deleted is not made again",
			func(w *kwsim.World, _, user string) error { return w.DeleteUser(user) },
			plan.NoteSkipped,
			[]string{"the account of " + who + " is deleted on Kiteworks, and not by us"},
			"",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := onboarded(t, ldap)
			folder, user := s.folder(foldersIdentity, "/Projects/Welcome").ID, s.user(who).ID
			if err := c.change(s.kw.World(), folder, user); err != nil {
				t.Fatal(err)
			}
			before := s.picture()
			rep := s.mustApply()
			checkUnchanged(t, s, before)
			if len(s.writes()) > 0 || rep.Result() != kwsync.Done {
				t.Errorf("the run ended %s after %d writes, want done after none", rep.Result(), len(s.writes()))
			}
			drift := ""
			notes := slices.DeleteFunc(notesAbout(rep, people.People[25]), func(n plan.Note) bool {
				if n.Kind == plan.NoteDrift {
					drift += n.Why
				}
				return n.Kind == plan.NoteDrift
			})
			if drift != c.drift {
				t.Errorf("drift: %q, want %q", drift, c.drift)
			}
			if len(notes) != 1 || notes[0].Kind != c.kind {
				t.Fatalf("notes about %s: %+v, want one that says %s", who, notes, c.kind)
			}
			checkLine(t, notes[0].Why, c.want)
		})
	}
}

func TestARoleThatAHumanRaisedStays(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	s := onboarded(t, ldap)
	s.giveByHand("/Projects/Welcome", "u000025@example.com", "Manager", foldersIdentity)
	before := s.picture()
	if rep := s.mustApply(); len(rep.Plan.Changes)+len(rep.Withheld) > 0 {
		t.Errorf("planned: %+v, withheld: %+v, want nothing", rep.Plan.Changes, rep.Withheld)
	}
	checkUnchanged(t, s, before)
}

func TestP10_APersonWithANewAddressIsTheSamePerson(t *testing.T) {
	t.Parallel()
	const was, is = "u000025@example.com", "married@example.com"
	for _, mode := range []string{"create-only", "sync"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			ldap, people := startDirectory(t, smallCompany)
			s := onboarded(t, ldap)
			s.settings.Mode = mode
			ldap.Set(t, people.People[25].DN, "mail", is)
			before, account := s.picture(), s.user(was).ID
			rep := s.mustApply()
			if mode == "create-only" {
				checkUnchanged(t, s, before)
				if len(rep.Withheld) != 1 || rep.Withheld[0].Change.Op != plan.Rename {
					t.Fatalf("withheld: %+v, want the new address", rep.Withheld)
				}
				checkLine(t, rep.Withheld[0].Why, []string{"mode create-only does not rename"})
				return
			}
			if got := s.user(is).ID; got != account {
				t.Errorf("the new address has account %s, want %s", got, account)
			}
			want := holding{"/Projects/Welcome", is, "Viewer", foldersIdentity}
			if !slices.Contains(s.holdings(), want) || len(s.holdings()) != 10 {
				t.Errorf("roles: %+v, want the ten, with %+v", s.holdings(), want)
			}
			if n := made(s.kw.History())[opAddUser] + made(s.kw.History())[opAddMembers]; n > 0 {
				t.Errorf("%d accounts made or roles given, want none", n)
			}
		})
	}
}

// teamRule is a second rule, about a group.
const teamRule = `  - name: team
    when:
      group: proj-01-rw
    account:
      profile: Standard
    grants:
      - folder: /Projects/Team
        role: Collaborator
        create: true
`

func TestAGroupThatIsMadeAnewUnderItsNameFreezesItsRule(t *testing.T) {
	t.Parallel()
	ldap, people := startDirectory(t, smallCompany)
	s := watchedSite(t, ldap, smallTenant())
	s.settings.Rules = goodRule + teamRule
	s.mustApply()
	team := slices.DeleteFunc(s.holdings(), func(h holding) bool { return h.Path != "/Projects/Team" })
	if len(team) == 0 {
		t.Fatal("nobody is in the team")
	}
	const dn = "cn=proj-01-rw," + slapdtest.GroupsBase
	ldap.Delete(t, dn)
	newcomer := people.People[people.InCycle] // in no project
	ldap.Add(t, dn, map[string][]string{"objectClass": {"groupOfNames"}, "cn": {"proj-01-rw"}, "member": {newcomer.DN}})
	s.tenMore()
	s.settings.Rules += teamRule
	rep := s.mustApply()
	checkBlocked(t, rep, "team", []string{`group "proj-01-rw" was deleted and made again`, "once you have looked at its members"})
	still := slices.DeleteFunc(s.holdings(), func(h holding) bool { return h.Path != "/Projects/Team" })
	if diff := cmp.Diff(team, still); diff != "" {
		t.Errorf("the team (-before +after):\n%s", diff)
	}
	if slices.Contains(s.accounts(), emailOf(&newcomer)) {
		t.Error("the new group's member was given an account")
	}
	if welcome := len(s.holdings()) - len(still); welcome != 20 {
		t.Errorf("the other rule gave %d roles, want 20", welcome)
	}
}
