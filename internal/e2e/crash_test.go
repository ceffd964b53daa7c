package e2e_test

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// crashRules are about 30 people. They make 20 folders, then 29 accounts, then 22
// requests that grant.
const crashRules = `  - name: thirty
    when:
      filter: "(|(uid=u00002*)(uid=u00003*)(uid=u00004*))"
    account:
      profile: Standard
    grants:
      - folder: /Projects/Welcome/Newcomers
        role: Viewer
        create: true
      - folder: "/Departments/{{ .department }}"
        role: Collaborator
        create: true
      - folder: /Vault/Contracts
        role: Downloader
        create: true
        as: svc-legal@corp.example
`

// crashWrites is how many writes an undisturbed run makes.
const crashWrites = 71

// crashSite is a small tenant on which one person has access from a human.
func crashSite(t *testing.T, ldap *slapdtest.Server) *site {
	t.Helper()
	s := newSite(t, ldap, kwsim.Plan{Folders: 23, Strangers: 8, Grants: 20})
	s.addUser(kwsim.User{Email: "u000023@example.com"})
	s.giveByHand(handsFolder, "u000023@example.com", "Collaborator", colleague)
	s.settings.Rules = crashRules
	return s
}

// undisturbed is how the tenant ends when nothing happens.
type undisturbed struct {
	accounts []string
	holdings []holding
	granted  []holding // of holdings, what the program gave
}

func runUndisturbed(t *testing.T, ldap *slapdtest.Server) undisturbed {
	t.Helper()
	s := crashSite(t, ldap)
	before := s.holdings()
	if rep := s.mustApply(); rep.Result() != kwsync.Done {
		t.Fatalf("the undisturbed run ended %s: %+v", rep.Result(), rep.Unfinished())
	}
	if n := len(s.writes()); n != crashWrites {
		t.Fatalf("the undisturbed run wrote %d times, want %d", n, crashWrites)
	}
	return undisturbed{s.accounts(), s.holdings(), without(s.holdings(), before)}
}

func TestP08_AnAnswerThatIsLostIsReadBeforeItIsDecided(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	want := runUndisturbed(t, ldap)
	for _, when := range []moment{beforeEffect, afterEffect} {
		for _, n := range []int{1, 21, 50, crashWrites} {
			t.Run(fmt.Sprintf("write %d is cut %s", n, when), func(t *testing.T) {
				t.Parallel()
				s := crashSite(t, ldap)
				s.putFront(&front{at: n, when: when})
				rep := s.mustApply()
				if done := rep.Result() == kwsync.Done; done != (when == afterEffect) {
					t.Errorf("the run ended %s: %+v", rep.Result(), rep.Unfinished())
				}
				checkRecovery(t, s, want)
			})
		}
	}
}

func TestP08_KilledInTheMiddleOfAnApply(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds and kills the program")
	}
	ldap, _ := startDirectory(t, smallCompany)
	want := runUndisturbed(t, ldap)
	for _, when := range []moment{beforeEffect, afterEffect} {
		for _, n := range []int{1, 20, 35, 60, crashWrites} {
			t.Run(fmt.Sprintf("at write %d, %s", n, when), func(t *testing.T) {
				t.Parallel()
				s := crashSite(t, ldap)
				killAt(t, s, n, when)
				if _, open := s.ledger(); len(open) == 0 {
					t.Error("the killed run left no open intent: it was not killed in the middle of a write")
				}
				checkRecovery(t, s, want)
			})
		}
	}
}

// killAt starts the program and ends it by SIGKILL at the n-th write.
func killAt(t *testing.T, s *site, n int, when moment) {
	t.Helper()
	child := make(chan *exec.Cmd, 1)
	s.putFront(&front{at: n, when: when, cut: func() {
		c := <-child
		if err := c.Process.Kill(); err != nil {
			t.Errorf("kill the program: %v", err)
		}
		child <- c
	}})
	c := s.applyCommand()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	child <- c
	var ended *exec.ExitError
	err := c.Wait()
	if !errors.As(err, &ended) || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the program ended with %v, want it killed", err)
	}
}

// checkRecovery starts again on the same ledger: the end is that of an undisturbed run.
func checkRecovery(t *testing.T, s *site, want undisturbed) {
	t.Helper()
	if rep := s.mustApply(); rep.Result() != kwsync.Done {
		t.Errorf("the next run ended %s: %+v", rep.Result(), rep.Unfinished())
	}
	if diff := cmp.Diff(want.accounts, s.accounts()); diff != "" {
		t.Errorf("accounts (-undisturbed +recovered):\n%s", diff)
	}
	if diff := cmp.Diff(want.holdings, s.holdings()); diff != "" {
		t.Errorf("roles (-undisturbed +recovered):\n%s", diff)
	}
	checkNothingDoneTwice(t, s)
	memory, open := s.ledger()
	if len(open) > 0 {
		t.Errorf("%d intents are still open, the first %+v", len(open), open[0])
	}
	if diff := cmp.Diff(want.granted, s.owned(memory)); diff != "" {
		t.Errorf("the ledger owns what we granted, no more and no less (-granted +owned):\n%s", diff)
	}
	if rep := s.mustPlan(); len(rep.Plan.Changes) > 0 {
		t.Errorf("%d changes are still planned, the first %+v", len(rep.Plan.Changes), rep.Plan.Changes[0])
	}
}

// checkNothingDoneTwice says that no write had its effect twice, nor was refused
// because it had been made before.
func checkNothingDoneTwice(t *testing.T, s *site) {
	t.Helper()
	for _, e := range s.writes() {
		if e.Status > 201 {
			t.Errorf("%s %s was answered %d", e.Method, e.URLPath, e.Status)
		}
	}
	checkNothingTwice(t, s.writes())
}

// names are the addresses of accounts and the paths of folders, by id.
func (s *site) names() (emails, paths map[string]string) {
	emails, paths = map[string]string{}, map[string]string{}
	for _, u := range s.kw.World().Users() {
		emails[u.ID] = u.Email
	}
	for _, f := range s.kw.World().Folders() {
		paths[f.ID] = f.Path
	}
	return emails, paths
}

// owned is what the ledger owns, in the words of the tenant.
func (s *site) owned(m plan.Memory) []holding {
	s.t.Helper()
	emails, paths := s.names()
	all := make([]holding, 0, len(m.Owned))
	for key, o := range m.Owned {
		all = append(all, holding{paths[key.Folder], emails[key.Account], o.Role, emails[o.SharedBy]})
	}
	slices.SortFunc(all, compareHoldings)
	return all
}

// TestP08_TwoRunsAtATime: while one process has the right to write, another files what
// it wants and sends nothing; when the first ends without an answer, it acts itself.
func TestP08_TwoRunsAtATime(t *testing.T) {
	t.Parallel()
	ldap, _ := startDirectory(t, smallCompany)
	s := crashSite(t, ldap)
	book := s.openLedger()
	defer func() { _ = book.Close() }() // it wrote nothing
	lock, err := book.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan kwsync.Report)
	go func() {
		rep, _ := s.apply() // its error is in the report
		ended <- rep
	}()
	for { // until the request is there
		if waiting, err := book.Pending(t.Context()); err != nil || len(waiting) > 0 {
			break
		}
		runtime.Gosched()
	}
	if n := len(s.kw.History()); n > 0 {
		t.Errorf("the second run sent %d requests, want none", n)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if rep := <-ended; rep.Result() != kwsync.Done || rep.Run == 0 {
		t.Errorf("after the first has ended the run ended %s (%s), want done", rep.Result(), rep.Err)
	}
	if waiting, err := book.Pending(t.Context()); err != nil || len(waiting) > 0 {
		t.Errorf("%d requests wait (%v), want the one answered", len(waiting), err)
	}
}
