package e2e_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// TestTheConfigurationIsRefused: what the file alone shows never comes to a run.
func TestTheConfigurationIsRefused(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	cases := []struct{ name, grant, path, message, hint string }{
		{
			"a folder outside the roots",
			"folder: /Legal/Contracts", "rules[0].grants[0].folder",
			"/Legal/Contracts lies below none of the roots", "correct the path, or add to kiteworks.roots",
		},
		{
			"an identity that is not configured",
			"folder: /Projects/Aurora\n        as: svc-other@corp.example", "rules[0].grants[0].as",
			`"svc-other@corp.example" is not one of the identities`, "add it to kiteworks.identities.others",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := watchedSite(t, ldap, smallTenant())
			s.settings.Rules = "  - name: bad\n    when:\n      everyone: true\n    grants:\n      - role: Viewer\n        " + c.grant + "\n"
			_, err := config.Load(s.file())
			var mistakes *config.Error
			if !errors.As(err, &mistakes) || len(mistakes.Problems) != 1 {
				t.Fatalf("the configuration loads with %v, want one mistake", err)
			}
			got := mistakes.Problems[0]
			if got.Path != c.path || got.Line == 0 || !strings.Contains(got.Message, c.message) || !strings.Contains(got.Hint, c.hint) {
				t.Errorf("mistake %+v, want at %s: %s (%s)", got, c.path, c.message, c.hint)
			}
			checkLine(t, got.Message+": "+got.Hint, nil)
			if len(s.kw.History()) > 0 {
				t.Error("Kiteworks was spoken to")
			}
		})
	}
}

// TestABlockedRuleStopsNoOther: one rule cannot be carried out, is named with
// its reason, and the other one is carried out.
func TestABlockedRuleStopsNoOther(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	cases := []struct {
		name string
		rule func(s *site) string // below "- name: bad"
		want []string
	}{
		{
			"a group that does not exist",
			func(*site) string { return badRule("group: no-such-group", "/Projects/Aurora", "Viewer") },
			[]string{`group "no-such-group" is not in the directory`, "correct the name, or add its base to directory.groups.bases"},
		},
		{
			"a group that does not exist, negated",
			func(*site) string { return badRule("not_group: no-such-group", "/Projects/Aurora", "Viewer") },
			[]string{`group "no-such-group" is not in the directory`, "correct the name"},
		},
		{
			"a folder that does not exist and may not be created",
			func(*site) string { return badRule(sameTen, "/Projects/Nowhere", "Viewer") },
			[]string{"folder /Projects/Nowhere does not exist for " + foldersIdentity, "make it, or write create: true"},
		},
		{
			"a folder outside the roots, by its id",
			func(s *site) string {
				id := s.folder(foldersIdentity, "/Legal/Contracts").ID
				return strings.Replace(badRule(sameTen, "", "Viewer"), "folder: ", "folder_id: "+id, 1)
			},
			[]string{"(Contracts) lies outside kiteworks.roots as " + foldersIdentity, "add a folder above it there"},
		},
		{
			"a root that the identity does not see",
			func(*site) string {
				return badRule(sameTen, "/Vault/Contracts", "Viewer") + "        create: true\n"
			},
			[]string{"root /Vault is not visible to " + foldersIdentity, "share it with that identity as Manager, or correct kiteworks.roots"},
		},
		{
			"an unknown role",
			func(*site) string { return badRule(sameTen, "/Projects/Aurora", "Emperor") },
			[]string{`the server has no role "Emperor"`, "it offers Collaborator, Downloader"},
		},
		{
			"an unknown profile",
			func(*site) string {
				return badRule(`filter: "(uid=u00003*)"`, "/Projects/Aurora", "Viewer") + "    account:\n      profile: Emperor\n"
			},
			[]string{`the server has no profile "Emperor"`, "it offers External Partner"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := watchedSite(t, ldap, smallTenant())
			s.settings.Rules = goodRule + c.rule(s)
			accounts := s.accounts()
			rep := s.mustApply()
			checkBlocked(t, rep, "bad", c.want)
			checkGoodRule(t, s, accounts)
		})
	}
}

// sameTen are the ten people of goodRule.
const sameTen = `filter: "(uid=u00002*)"`

func badRule(when, folder, role string) string {
	return "  - name: bad\n    when:\n      " + when + "\n    grants:\n      - folder: " + folder + "\n        role: " + role + "\n"
}

// checkBlocked asserts that the run is partial because of one rule, once, for a clear reason.
func checkBlocked(t *testing.T, rep kwsync.Report, rule string, want []string) {
	t.Helper()
	if rep.Result() != kwsync.Partial {
		t.Errorf("the run ended %s, want partial", rep.Result())
	}
	blocked := slices.DeleteFunc(slices.Clone(rep.Plan.Notes), func(n plan.Note) bool { return n.Kind != plan.NoteBlocked })
	if len(blocked) != 1 || blocked[0].Rule != rule || blocked[0].People == 0 {
		t.Fatalf("blocked: %+v, want rule %s once, with the number of people who wait", blocked, rule)
	}
	checkLine(t, blocked[0].Why, want)
	if bad := rep.Unfinished(); len(bad) > 0 {
		t.Errorf("changes that were sent in vain: %+v", bad)
	}
}

// checkGoodRule says that goodRule was carried out, and nothing else.
func checkGoodRule(t *testing.T, s *site, accountsBefore []string) {
	t.Helper()
	var emails []string
	var holdings []holding
	for _, last := range "0123456789" {
		email := "u00002" + string(last) + "@example.com"
		emails = append(emails, email)
		holdings = append(holdings, holding{"/Projects/Welcome", email, "Viewer", foldersIdentity})
	}
	if diff := cmp.Diff(holdings, s.holdings()); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	want := slices.Concat(accountsBefore, emails)
	slices.Sort(want)
	if diff := cmp.Diff(want, s.accounts()); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	memory, open := s.ledger()
	if len(open) > 0 || len(memory.Owned) != len(holdings) {
		t.Errorf("the ledger has %d open intents and owns %d grants, want 0 and %d", len(open), len(memory.Owned), len(holdings))
	}
	checkNothingTwice(t, s.writes())
}
