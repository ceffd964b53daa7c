package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// teamsRules are the good rule and two teams, of which a person can be in either.
const teamsRules = goodRule + `  - name: red
    when:
      group: red
    grants:
      - folder: /Projects/Red
        role: Collaborator
        create: true
  - name: blue
    when:
      group: blue
    grants:
      - folder: /Projects/Blue
        role: Viewer
        create: true
`

// ladder is what happens to those who leave; the data of a deleted account goes to a colleague.
const ladder = `leavers:
  - who: [disabled, expired, gone]
    steps:
      - {after: 0h, do: suspend}
      - {after: 7d, do: revoke}
      - {after: 90d, do: delete, data_to: u000021@example.com}
`

const (
	mover = "u000025@example.com"
	day   = 24 * time.Hour
)

// life is a site in mode sync whose people lead a life. One of them is in a team, and has a role from a human.
type life struct {
	*site
	ldap    *slapdtest.Server
	people  *roster
	byHand  holding
	welcome holding
	red     holding
}

func newLife(t *testing.T) *life {
	t.Helper()
	ldap, people := startDirectory(t, smallCompany)
	l := &life{site: watchedSite(t, ldap, kwsim.Plan{Folders: 23, Strangers: 8, Grants: 20}), ldap: ldap, people: people}
	l.settings.Mode, l.settings.Rules, l.settings.Extra = "sync", teamsRules, ladder
	for _, name := range []string{"red", "blue"} {
		ldap.Add(t, "cn="+name+","+slapdtest.GroupsBase, map[string][]string{"objectClass": {"groupOfNames"}, "cn": {name}, "member": {slapdtest.Nobody}})
	}
	l.team("red", 25)
	l.mustApply()
	l.byHand = holding{handsFolder, mover, "Collaborator", colleague}
	l.giveByHand(l.byHand.Path, mover, l.byHand.Role, colleague)
	l.welcome = holding{"/Projects/Welcome", mover, "Viewer", foldersIdentity}
	l.red = holding{"/Projects/Red", mover, "Collaborator", foldersIdentity}
	l.mustApply()
	l.holds(l.byHand, l.welcome, l.red)
	l.kw.ClearHistory()
	return l
}

// team makes these the members of a team.
func (l *life) team(name string, members ...int) {
	dns := []string{slapdtest.Nobody}
	for _, i := range members {
		dns = append(dns, l.people.People[i].DN)
	}
	l.ldap.Set(l.t, "cn="+name+","+slapdtest.GroupsBase, "member", dns...)
}

func (l *life) lock(values ...string) {
	l.ldap.Set(l.t, l.people.People[25].DN, "pwdAccountLockedTime", values...)
}

// done makes one run that has nothing to complain of.
func (l *life) done() kwsync.Report {
	l.t.Helper()
	rep := l.mustApply()
	if rep.Result() != kwsync.Done || len(rep.Withheld) > 0 {
		l.t.Errorf("the run ended %s: not done %+v, withheld %+v", rep.Result(), rep.Unfinished(), rep.Withheld)
	}
	return rep
}

// holds expects somebody to have these roles, and no other.
func (l *life) holds(want ...holding) {
	l.t.Helper()
	got := slices.DeleteFunc(l.holdings(), func(h holding) bool { return h.Email != want[0].Email })
	slices.SortFunc(want, compareHoldings)
	if diff := cmp.Diff(want, got); diff != "" {
		l.t.Errorf("roles of %s (-want +got):\n%s", want[0].Email, diff)
	}
}

// settled expects that another run would change nothing.
func (l *life) settled() {
	l.t.Helper()
	if rep := l.mustPlan(); len(rep.Plan.Changes)+len(rep.Withheld) > 0 {
		l.t.Errorf("still planned: %+v, withheld: %+v", rep.Plan.Changes, rep.Withheld)
	}
}

func TestP04_AMoverIsGivenTheNewBeforeTheOldIsTaken(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	l.team("red")
	l.team("blue", 25)
	l.done()
	l.holds(l.byHand, l.welcome, holding{"/Projects/Blue", mover, "Viewer", foldersIdentity})
	var order []string
	for _, e := range l.writes() {
		if strings.Contains(e.URLPath, "/members") {
			order = append(order, e.Method)
		}
	}
	if diff := cmp.Diff([]string{http.MethodPost, http.MethodDelete}, order); diff != "" {
		t.Errorf("changes of members (-want +got):\n%s", diff)
	}
	l.settled()
}

// TestP02_ALeaverClimbsTheLadderAndReturns: suspended at once, without roles of ours after a
// week; what a human gave is there through all of it.
func TestP02_ALeaverClimbsTheLadderAndReturns(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	account := l.user(mover)
	l.lock("000001010000Z")
	l.done()
	if !l.user(mover).Suspended {
		t.Fatal("the account of who is disabled is not suspended")
	}
	l.holds(l.byHand, l.welcome, l.red)
	l.ahead = 6 * day
	l.done()
	l.holds(l.byHand, l.welcome, l.red)
	l.ahead = 8 * day
	l.done()
	l.holds(l.byHand)
	l.settled()

	l.lock()
	l.done()
	if now := l.user(mover); now.Suspended || now.ID != account.ID {
		t.Errorf("after the return the account is %+v, want the same, not suspended", now)
	}
	l.holds(l.byHand, l.welcome, l.red)
	l.settled()
}

// TestP02_WhoeverIsGoneIsDeletedLast: after a long time without a run, the first does not delete.
func TestP02_WhoeverIsGoneIsDeletedLast(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	account := l.user(mover).ID
	l.ldap.Delete(t, l.people.People[25].DN)
	l.done()
	if !l.user(mover).Suspended {
		t.Fatal("the account of who is gone is not suspended")
	}
	for _, after := range []time.Duration{8 * day, 91 * day} {
		l.ahead = after
		l.done()
		l.holds(l.byHand)
	}
	if _, there := l.kw.World().UserByEmail(mover); !there {
		t.Fatal("the account is deleted by the first run after 83 days without one")
	}
	rep := l.done()
	if n := rep.Plan.Count(plan.Delete); n != 1 {
		t.Fatalf("%d deletions, want one: %+v", n, rep.Plan.Notes)
	}
	for _, u := range l.kw.World().Users() {
		if u.ID == account && !u.Deleted {
			t.Errorf("the account is %+v, want it deleted", u)
		}
	}
	l.settled()
}

func TestP10_TwoPeopleExchangeTheirAddresses(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	const other = "u000026@example.com"
	hers, his := l.user(mover).ID, l.user(other).ID
	l.ldap.Set(t, l.people.People[25].DN, "mail", other)
	l.ldap.Set(t, l.people.People[26].DN, "mail", mover)
	l.done()
	if got := [2]string{l.user(other).ID, l.user(mover).ID}; got != [2]string{hers, his} {
		t.Errorf("the addresses have accounts %v, want %v", got, [2]string{hers, his})
	}
	for _, h := range []*holding{&l.byHand, &l.welcome, &l.red} {
		h.Email = other
	}
	l.holds(l.byHand, l.welcome, l.red)
	l.settled()
}

// TestP02_WhoeverIsOutsideOfTheBasesIsHeld: the entry is there, elsewhere, and no ladder is for that.
func TestP02_WhoeverIsOutsideOfTheBasesIsHeld(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	l.ldap.Rename(t, l.people.People[25].DN, "uid=u000025", slapdtest.GroupsBase)
	l.ahead = 100 * day
	before := l.picture()
	rep := l.done()
	checkUnchanged(t, l.site, before)
	notes := notesAbout(rep, l.people.People[25])
	if len(notes) != 1 {
		t.Fatalf("notes: %+v, want one", notes)
	}
	checkLine(t, notes[0].Why, []string{"is out of scope", "`leavers` says of those who are unmatched nothing: what they have stays"})
}
