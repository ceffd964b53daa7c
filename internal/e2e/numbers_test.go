package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// numbersWanted is the environment variable that asks for TestNumbers.
const numbersWanted = "KW_ONBOARDER_NUMBERS"

// TestNumbers measures the first onboarding of 2,000 people with 40 (folder,
// role) pairs by the real program, and the run after it. Requests are held to
// the model; time and memory are printed, since they are the machine's too.
func TestNumbers(t *testing.T) {
	if os.Getenv(numbersWanted) == "" {
		t.Skipf("measures for some seconds: set %s=1 and add -v", numbersWanted)
	}
	ldap, people := startDirectory(t, wholeCompany)
	s := newSite(t, ldap, oldTenant())
	s.settings.Rules = rules(s.folder(foldersIdentity, folderByID).ID)
	wants := people.wants()
	s.measure(t, "first", s.looking(wants, folderByID).plus(writing(len(people.actionable()), s.missingFolders(wants), wants)))
	s.measure(t, "second", s.looking(wants, folderByID))
}

// measure makes one run by the real program and prints what it took.
func (s *site) measure(t *testing.T, name string, model cost) {
	t.Helper()
	s.kw.ClearHistory()
	c := s.applyCommand()
	started := time.Now()
	wait := begin(t, c)
	ended, peak := make(chan struct{}), make(chan int, 1)
	go watchMemory(c.Process.Pid, ended, peak)
	got := wait()
	took := time.Since(started)
	close(ended)
	rep := decodeReport(t, got)
	requests := len(s.kw.History())
	if got.code != 0 || requests != model.total() || rep.Requests.Made != requests {
		t.Errorf("%s run: exit code %d, %d requests, %d reported, want 0 and %d as the model says",
			name, got.code, requests, rep.Requests.Made, model.total())
	}
	t.Logf("%s run: %d people, %d groups, %d changes; requests: %d made, %d planned, %d by the model, %d of them writes",
		name, rep.People, rep.Groups, len(rep.Changes), requests, rep.Requests.Planned, model.total(), written(model))
	t.Logf("%s run: wall time %v, processor time %v, peak memory %.1f MB", name, took.Round(time.Millisecond),
		(c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Round(time.Millisecond), float64(<-peak)/1024)
}

// watchMemory reads the peak of a process's resident memory (VmHWM, in kB) until
// it has ended, and then sends the last value. The kernel's own figure for a
// child, ru_maxrss, begins with that of the process that started it.
func watchMemory(pid int, ended <-chan struct{}, peak chan<- int) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	last := 0
	for {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // gone once it has ended
		if _, after, found := strings.Cut(string(text), "VmHWM:"); found {
			_, _ = fmt.Sscan(after, &last)
		}
		select {
		case <-ended:
			peak <- last
			return
		case <-tick.C:
		}
	}
}

func written(c cost) int { return c[opAddUser] + c[opAddFolder] + c[opAddMembers] }
