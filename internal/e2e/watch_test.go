package e2e_test

import (
	"encoding/json"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// TestAJoinerHasAccessWithoutASchedule runs the daemon with a schedule that never comes: what
// brings the joiner's account is the directory that says so, and of Kiteworks nothing is asked for a change
// that concerns nobody.
func TestAJoinerHasAccessWithoutASchedule(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program")
	}
	ldap, _ := startDirectory(t, smallCompany)
	s := watchedSite(t, ldap, smallTenant())
	s.settings.Rules = goodRule
	s.settings.Extra = "log:\n  level: debug\nwatch: true\ndelta: \"0 0 1 1 *\"\nfull: \"0 0 1 1 *\"\n"
	daemon := s.command("run")
	wait := begin(t, daemon)
	defer func() {
		if t.Failed() {
			_ = daemon.Process.Kill()
			t.Logf("the daemon said: %+v", wait())
		}
	}()
	s.awaitMember("u000020@example.com", "/Projects/Welcome")

	s.joins(ldap, "u0000299")
	began := time.Now()
	s.awaitMember("u0000299@example.com", "/Projects/Welcome")
	t.Logf("from the directory's answer to the access: %v", time.Since(began).Round(time.Millisecond))

	_ = daemon.Process.Signal(syscall.SIGTERM)
	got := wait()
	if got.code != 0 {
		t.Errorf("exit code %d, want 0\n%s", got.code, got.stderr)
	}
	if !hasLine(got.stderr+got.stdout, func(line logLine) bool {
		return line.Trigger == "watch" && line.Message == "run ended" && line.Touched == 1
	}) {
		t.Errorf("the log has no run that the watch asked for and that touched one person:\n%s%s", got.stdout, got.stderr)
	}
}

// joins adds a person to the directory to whom the good rule applies.
func (s *site) joins(ldap *slapdtest.Server, uid string) {
	s.t.Helper()
	ldap.Add(s.t, "uid="+uid+","+slapdtest.PeopleBase, map[string][]string{
		"objectClass": {"inetOrgPerson"}, "uid": {uid}, "cn": {"Joan Joiner"}, "sn": {"Joiner"}, "mail": {uid + "@example.com"},
	})
}

// awaitMember waits until somebody is a member of a folder.
func (s *site) awaitMember(email, path string) {
	s.t.Helper()
	owner, _ := s.kw.World().UserByEmail(foldersIdentity)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(time.Minute); ; {
		if u, ok := s.kw.World().UserByEmail(email); ok {
			if f, ok := s.kw.World().FolderByPath(owner.ID, path); ok {
				if _, member := s.kw.World().Member(f.ID, u.ID); member {
					return
				}
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			s.t.Fatalf("%s is no member of %s", email, path)
		}
	}
}

// logLine is what is looked at of a line of the log.
type logLine struct {
	Message string `json:"msg"`
	Trigger string `json:"trigger"`
	Touched int    `json:"touched"`
}

func hasLine(log string, is func(logLine) bool) bool {
	for line := range strings.Lines(log) {
		var l logLine
		if json.Unmarshal([]byte(line), &l) == nil && is(l) {
			return true
		}
	}
	return false
}
