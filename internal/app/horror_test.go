package app

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// The tests of this file bear the names of what went wrong elsewhere; docs/horror.md tells the
// stories, and what holds each of them here.

// userCalled is an account that a human has made.
func userCalled(email string) kwsim.User { return kwsim.User{Email: email} }

// TestHorror_TheDirectoryIsUnreachable (OPNsense): everybody was deleted. Here the run fails.
func TestHorror_TheDirectoryIsUnreachable(t *testing.T) {
	t.Parallel()
	h := begin(t, 10, 5)
	before := h.world()
	_ = h.company.Close()
	if _, err := h.try(); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("the run ended with %v, want the refused connection", err)
	}
	h.same(before)
}

// TestHorror_TheQueryReturnsNothing (Keycloak, ssosync): everybody was deleted, and made anew
// without what they had. Here nobody is touched, and afterwards nothing is to be done.
func TestHorror_TheQueryReturnsNothing(t *testing.T) {
	t.Parallel()
	h := begin(t, 10, 5)
	before := h.world()
	h.team(0)
	h.show()
	h.told(h.run(), "10 changes at once, and budget suspend has 5 left of 5")
	h.same(before)
	h.team(5)
	h.serve()
	if rep := h.run(); len(rep.Plan.Changes) > 0 {
		t.Errorf("with everybody back %v is to be done, want nothing", rep.Plan.Changes)
	}
	h.same(before)
}

// TestHorror_APartIsCalledTheWhole (Lithnet, Grafana): the first so many of the people came, and
// the answer said that these were all. Even if the directory swears to it, the others are parked.
func TestHorror_APartIsCalledTheWhole(t *testing.T) {
	t.Parallel()
	h := begin(t, 20, 10)
	before := h.world()
	h.show(h.people[:10]...)
	rep := h.run()
	h.told(rep, "10 changes at once, and budget suspend has 5 left of 5")
	h.same(before)
}

// TestHorror_ATypoInTheFilter (authentik): all users were deleted. Here they are parked, also
// where a ladder says what becomes of those whom the filter leaves out.
func TestHorror_ATypoInTheFilter(t *testing.T) {
	t.Parallel()
	h := begin(t, 30, 25)
	before := h.world()
	h.configure(t, "rules:\n", ladders+unmatchedToo+"rules:\n"+teamRule, "(objectClass=inetOrgPerson)", "(objectClass=inetOrgPersn)")
	h.told(h.run(), "30 changes at once, and budget suspend has 5 left of 5")
	h.same(before)
	h.configure(t, "(objectClass=inetOrgPerson)", "(&(objectClass=inetOrgPerson)(mail=p000*))")
	h.told(h.run(), "29 changes at once, and budget suspend has 5 left of 5")
	h.same(before)
}

// TestHorror_AnOutageTakesTheGroups (idp-scim-sync): 72 groups were deleted, and what they gave.
// Here a rule whose group is missing is frozen, and the others go on.
func TestHorror_AnOutageTakesTheGroups(t *testing.T) {
	t.Parallel()
	h := begin(t, 10, 5)
	before := h.world()
	h.groups = nil
	h.people = append(h.people, h.employee(10))
	h.serve()
	rep := h.run()
	if rep.Result() != kwsync.Partial || rep.Notes(plan.NoteBlocked) != 1 {
		t.Errorf("the run ended %s with %d rules blocked, want partial with 1", rep.Result(), rep.Notes(plan.NoteBlocked))
	}
	after := h.world()
	if after["p010@corp.example"] == "" {
		t.Error("the joiner has no account: the other rule did not go on")
	}
	delete(after, "p010@corp.example")
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("Kiteworks (-before +after):\n%s", diff)
	}
}

// TestHorror_AGroupLooksEmpty (pg-ldap-sync, Adobe UST): a group that had grown past the range of
// one answer came without members, and all who are still there lost what it gave: only people
// who vanish were counted. Here what a rule may lose in one run is bounded.
func TestHorror_AGroupLooksEmpty(t *testing.T) {
	t.Parallel()
	h := begin(t, 30, 25)
	before := h.world()
	h.team(0)
	h.serve()
	h.told(h.run(), "does not show its members")
	h.same(before)
	h.team(1)
	h.serve()
	h.told(h.run(), "rule team would lose 24 of its 25 grants, and may lose 20 in one run (budgets.per_rule)")
	h.same(before)
}

// TestHorror_WhatHumansGaveIsWiped (ssosync, Metabase, Casdoor): what nobody had made through the
// tool was removed as unknown. Here foreign accounts, folders and roles outlive a mover and a leaver.
func TestHorror_WhatHumansGaveIsWiped(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	w := h.kiteworks.World()
	owner, _ := w.UserByEmail(svcFolders)
	legal, _ := w.FolderByPath(owner.ID, "/Departments/Legal")
	team, _ := w.FolderByPath(owner.ID, "/Departments/Team")
	viewer, _ := w.Role("Viewer")
	manager, _ := w.Role("Manager")
	give := func(folder, email string, role int) {
		u, _ := w.UserByEmail(email)
		if err := w.AddMember(folder, u.ID, role, owner.ID); err != nil {
			t.Fatal(err)
		}
	}
	give(team.ID, archive, viewer.ID)
	give(legal.ID, "p000@corp.example", viewer.ID) // of Finance
	give(legal.ID, "p002@corp.example", viewer.ID)
	give(team.ID, "p002@corp.example", manager.ID) // raised: it was ours
	h.run()
	before := h.world()
	h.set(0, "department", "Audit")                        // a mover
	h.show(slices.Delete(slices.Clone(h.people), 2, 3)...) // and a leaver
	h.run()
	h.pass(8 * day)
	h.run()
	after := h.world()
	for email, roles := range map[string][]string{
		"p000@corp.example": {"/Departments/Audit", "/Departments/Legal", "/Departments/Team"},
		"p002@corp.example": {"/Departments/Legal", "/Departments/Team"},
	} {
		var has []string
		for _, role := range strings.Fields(after[email])[2:] {
			has = append(has, strings.Split(role, "=")[0])
		}
		slices.Sort(has)
		if diff := cmp.Diff(roles, has); diff != "" {
			t.Errorf("%s (-want +got), where what a human gave stays:\n%s", email, diff)
		}
	}
	for _, ours := range []string{"p000@corp.example", "p002@corp.example"} {
		delete(before, ours)
		delete(after, ours)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the others (-before +after):\n%s", diff)
	}
}

// TestHorror_TheIgnoreListWorksOneWay (ssosync): who was to be ignored was not made, and was
// deleted all the same. Here never_touch holds both ways, also for an account that we made.
func TestHorror_TheIgnoreListWorksOneWay(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	before := h.world()
	h.configure(t, "  requests_per_second: 1000", "  requests_per_second: 1000\n  never_touch: [p000@corp.example, p001@corp.example, p002@corp.example]")
	h.set(1, "department", "Finance")
	h.set(2, "mail", "other@corp.example")
	h.show(h.people[1:]...)
	for range 3 {
		h.run()
		h.pass(50 * day)
	}
	h.same(before)
}

// TestHorror_ARenameIsADeletion (Bitwarden, mailcow, UST): a new address made a new account, and
// the old one went with its data. Here the account follows.
func TestHorror_ARenameIsADeletion(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	want := h.world()
	h.set(0, "mail", "married@corp.example")
	h.serve()
	h.run()
	want["married@corp.example"] = want["p000@corp.example"]
	delete(want, "p000@corp.example")
	h.same(want)
	if diff := cmp.Diff(map[string]int{"rename": 1}, h.made()); diff != "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
}

// TestHorror_AUnitIsRenamed (Nextcloud, Snipe-IT): all below it were new people. Here names in
// the directory do not count.
func TestHorror_AUnitIsRenamed(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	before := h.world()
	unit := identified(ldapsim.Entry{DN: "ou=staff,ou=people," + base, Attrs: map[string][]string{"objectClass": {"top", "organizationalUnit"}, "ou": {"staff"}}})
	for i := range h.people {
		h.people[i].DN = strings.Replace(h.people[i].DN, ",ou=people,", ",ou=staff,ou=people,", 1)
	}
	group := h.groups[0].UUID
	h.team(3)
	h.groups[0].UUID = group
	h.show(append(slices.Clone(h.people), unit)...)
	if rep := h.run(); len(rep.Plan.Changes)+len(rep.Withheld)+len(rep.Plan.Notes) > 0 {
		t.Errorf("planned %v, withheld %v, noted %v; want nothing", rep.Plan.Changes, rep.Withheld, rep.Plan.Notes)
	}
	h.same(before)
}

// TestHorror_AGroupIsRenamed (ssosync, UST): it was another group, its members lost what it gave,
// and the log had one warning. Here it is followed by its id.
func TestHorror_AGroupIsRenamed(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	before := h.world()
	h.groups[0].DN, h.groups[0].Attrs["cn"] = "cn=the-team,ou=groups,"+base, []string{"the-team"}
	h.serve()
	if rep := h.run(); len(rep.Plan.Changes)+len(rep.Withheld) > 0 || rep.Result() != kwsync.Done {
		t.Errorf("%s: planned %v, withheld %v; want done, and nothing", rep.Result(), rep.Plan.Changes, rep.Withheld)
	}
	h.same(before)
}

// TestHorror_AScopeIsRenamedAndTheJobStaysHealthy (Entra): a base that nobody finds any more
// dropped out in silence. Here the run fails, and says which.
func TestHorror_AScopeIsRenamedAndTheJobStaysHealthy(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	before := h.world()
	h.configure(t, "ou=people,dc=corp", "ou=employees,dc=corp")
	if _, err := h.try(); err == nil || !strings.Contains(err.Error(), "ou=employees") {
		t.Errorf("the run ended with %v, want an error that names the base", err)
	}
	h.same(before)
}

// TestHorror_OneCollisionStopsAll (ownCloud): an address that two people claimed ended the run.
// Here both are held, and the others go on.
func TestHorror_OneCollisionStopsAll(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	before := h.world()
	h.people = append(h.people, h.employee(6), h.employee(7))
	h.set(6, "mail", "p000@corp.example")
	h.serve()
	rep := h.run()
	h.told(rep, "p000@corp.example")
	after := h.world()
	if after["p007@corp.example"] == "" {
		t.Error("the other joiner has no account")
	}
	delete(after, "p007@corp.example")
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("Kiteworks (-before +after):\n%s", diff)
	}
}
