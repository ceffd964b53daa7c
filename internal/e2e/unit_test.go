package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// underRule gives whoever is below a unit an account and a role.
func underRule(dn string) string {
	return "  - name: sellers\n    when:\n      under: \"" + dn + "\"\n    account:\n      profile: Standard\n" +
		"    grants:\n      - folder: /Projects/Welcome\n        role: Viewer\n        create: true\n"
}

// checkFollowed applies, and wants nothing to change, and to be told what the rule names by now.
func checkFollowed(t *testing.T, s *site, why string) {
	t.Helper()
	before := s.picture()
	rep := s.mustApply()
	if n := len(rep.Plan.Changes) + len(rep.Withheld) + len(rep.Parked); n > 0 || rep.Result() != kwsync.Done {
		t.Errorf("%d changes were planned, and the run ended %s; want none, and done: %+v", n, rep.Result(), rep.Plan)
	}
	if diff := cmp.Diff(before, s.picture(), cmp.AllowUnexported(picture{})); diff != "" {
		t.Errorf("Kiteworks (-before +after):\n%s", diff)
	}
	told := kwsync.Gather(rep.Plan.Notes, plan.NoteRenamed)
	if len(told) != 1 || told[0].String() != why {
		t.Errorf("told %v, want %q", told, why)
	}
}

// TestP10_AnOUThatIsRenamedTakesNothingFromAnybody, and one that was made again neither.
func TestP10_AnOUThatIsRenamedTakesNothingFromAnybody(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	const sales, sold = "ou=sales," + slapdtest.PeopleBase, "ou=Vertrieb," + slapdtest.PeopleBase
	unit := map[string][]string{"objectClass": {"organizationalUnit"}}
	ldap.Add(t, sales, unit)
	ldap.Add(t, "ou=east,"+sales, unit)
	for uid, place := range map[string]string{"s1": sales, "s2": sales, "s3": "ou=east," + sales} {
		ldap.Add(t, "uid="+uid+","+place, map[string][]string{
			"objectClass": {"inetOrgPerson"}, "uid": {uid}, "cn": {"Seller " + uid}, "sn": {"Seller"}, "mail": {uid + "@example.com"},
		})
	}
	s := watchedSite(t, ldap, smallTenant())
	s.settings.Mode, s.settings.Rules = "sync", underRule(sales)
	if s.mustApply(); len(s.holdings()) != 3 {
		t.Fatalf("%d roles, want those of three sellers", len(s.holdings()))
	}
	ldap.Rename(t, sales, "ou=Vertrieb", "")
	checkFollowed(t, s, `rule sellers: the unit "`+sales+`" is "`+sold+`" by now: write that`)

	ldap.Add(t, sales, unit)
	rep := s.mustApply()
	checkBlocked(t, rep, "sellers", []string{`the unit "` + sales + `" is "` + sold + `" by now, and another`})
	s.settings.Rules = underRule(sold)
	if rep := s.mustApply(); rep.Result() != kwsync.Done || len(s.holdings()) != 3 || rep.Notes(plan.NoteRenamed) > 0 {
		t.Errorf("with the name of now in the rule: %s, %d roles, %+v", rep.Result(), len(s.holdings()), rep.Plan.Notes)
	}
	ldap.Rename(t, sold, "ou=gone", slapdtest.GroupsBase) // out of people's bases, with all below it
	rep = s.mustApply()
	checkBlocked(t, rep, "sellers", []string{"is gone from the directory, or from below directory.people.bases"})
}

// TestP10_AnOUThatIsRenamedInAnyDirectory: one that is told from others by its id alone.
func TestP10_AnOUThatIsRenamedInAnyDirectory(t *testing.T) {
	t.Parallel()
	const sales, sold = "ou=sales," + fortyPeople, "ou=sold," + fortyPeople
	sellers := func(unit string) []ldapsim.Entry {
		entries := fortyEntries(3, 0, 0)
		at := slices.IndexFunc(entries, func(e ldapsim.Entry) bool { return strings.HasPrefix(e.DN, "uid=") })
		for i := range entries[at : at+3] {
			e := &entries[at+i]
			e.DN, e.UUID = strings.Replace(e.DN, fortyPeople, unit, 1), "00000000-0000-4000-8000-00000000000"+e.Attrs["uid"][0][2:]
		}
		return slices.Insert(entries, at, ldapsim.Entry{
			DN: unit, UUID: "00000000-0000-4000-8000-0000000000ff", Attrs: map[string][]string{"objectClass": {"organizationalUnit"}},
		})
	}
	h := newHistory(t)
	replace := func(unit string) {
		if err := h.ldap.Replace(sellers(unit)); err != nil {
			t.Fatal(err)
		}
	}
	replace(sales)
	s := h.site
	s.settings.Mode, s.settings.Rules = "sync", underRule(sales)
	s.addFolder(foldersIdentity, "/Projects", "Welcome")
	s.mustApply()
	replace(sold)
	checkFollowed(t, s, `rule sellers: the unit "`+sales+`" is "`+sold+`" by now: write that`)
}

// TestP10_ARenamedGroupAndARenamedFolderAreTold once in a full run, and followed.
func TestP10_ARenamedGroupAndARenamedFolderAreTold(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	s := watchedSite(t, ldap, kwsim.Plan{Folders: 23})
	s.settings.Mode, s.settings.Rules = "sync", teamRule
	s.mustApply()
	const dn, now = "cn=proj-01-rw," + slapdtest.GroupsBase, "cn=project-one," + slapdtest.GroupsBase
	ldap.Rename(t, dn, "cn=project-one", "")
	checkFollowed(t, s, `rule team: the group "proj-01-rw" is called "project-one" by now, and is `+now+`: write that`)
	ldap.Rename(t, now, "cn=proj-01-rw", "")
	if err := s.kw.World().RenameFolder(s.folder(foldersIdentity, "/Projects/Team").ID, "Gruppe"); err != nil {
		t.Fatal(err)
	}
	checkFollowed(t, s, "rule team: the folder /Projects/Team is /Projects/Gruppe by now: write that")
}
