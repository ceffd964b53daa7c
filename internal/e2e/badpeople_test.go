package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// departmentRule is about everybody whose place is in doubt.
const departmentRule = `  - name: staff
    when:
      everyone: true
    account:
      profile: Standard
  - name: departments
    when:
      filter: "(objectClass=*)"
    grants:
      - folder: "/Departments/{{ .department }}"
        role: Collaborator
        create: true
`

// TestAPersonInDoubtIsNamedAndStopsNobody: who cannot be acted on is named with
// the reason, gets nothing that is in doubt, and the run is done all the same.
func TestAPersonInDoubtIsNamedAndStopsNobody(t *testing.T) {
	t.Parallel()
	ldap, people := startDirectory(t, smallCompany)
	s := watchedSite(t, ldap, smallTenant())
	s.settings.Rules = departmentRule
	rep := s.mustApply()
	if rep.Result() != kwsync.Done {
		t.Errorf("the run ended %s, want done", rep.Result())
	}
	if got := rep.Notes(plan.NoteSkipped); got != 6 {
		t.Errorf("%d people skipped, want 6", got)
	}
	if got := rep.Notes(plan.NoteHeld); got != 3 {
		t.Errorf("%d people held, want 3", got)
	}
	if got, want := len(s.holdings()), smallCompany-6-3; got != want {
		t.Errorf("%d roles given, want %d: everybody else's", got, want)
	}
	first, second := people.People[people.SharedMail[0]], people.People[people.SharedMail[1]]
	cases := []struct {
		name    string
		person  int
		kind    plan.NoteKind
		account bool
		want    []string
	}{
		{"without mail", people.NoMail, plan.NoteSkipped, false, []string{"no value in mail"}},
		{"with two addresses", people.TwoMails, plan.NoteSkipped, false, []string{"mail has 2 values"}},
		{"with an address that is none", people.BadMail, plan.NoteSkipped, false, []string{`"no address" is not an e-mail address`}},
		{"locked", people.Locked, plan.NoteSkipped, false, []string{"disabled in the directory"}},
		{
			"first of two with one mail", people.SharedMail[0], plan.NoteSkipped, false,
			[]string{first.Mail[0] + " is also the address of " + second.DN, "give one of them another"},
		},
		{
			"second of two with one mail", people.SharedMail[1], plan.NoteSkipped, false,
			[]string{first.Mail[0] + " is also the address of " + first.DN, "give one of them another"},
		},
		{"with an empty department", people.NoDepartment, plan.NoteHeld, true, []string{"department"}},
		{"with two departments", people.TwoDepartments, plan.NoteHeld, true, []string{"department", "2 values"}},
		{"with a slash in the department", people.SlashInDepartment, plan.NoteHeld, true, []string{"department", `"R&D/Lab" holds a path separator`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := people.People[c.person]
			notes := notesAbout(rep, p)
			if len(notes) != 1 || notes[0].Kind != c.kind || (c.kind == plan.NoteHeld && notes[0].Rule != "departments") {
				t.Fatalf("notes about %s: %+v, want one that says %s", p.DN, notes, c.kind)
			}
			checkLine(t, notes[0].Why, c.want)
			if len(p.Mail) == 0 {
				return
			}
			email := strings.ToLower(p.Mail[0])
			if got := slices.Contains(s.accounts(), email); got != c.account {
				t.Errorf("%s has an account: %v, want %v", email, got, c.account)
			}
			if slices.ContainsFunc(s.holdings(), func(h holding) bool { return h.Email == email }) {
				t.Errorf("%s was given a role", email)
			}
		})
	}
}

// notesAbout are the notes that concern one person.
func notesAbout(rep kwsync.Report, p slapdtest.Person) []plan.Note {
	return slices.DeleteFunc(slices.Clone(rep.Plan.Notes), func(n plan.Note) bool { return n.Person.ID != p.UUID })
}
