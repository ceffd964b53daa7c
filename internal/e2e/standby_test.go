package e2e_test

import (
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/contract"
	"github.com/kw-onboarder/kw-onboarder/internal/pgtest"
	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// pair is two daemons on one ledger in PostgreSQL; the first reaches it through a proxy.
type pair struct {
	site          *site
	proxy         *proctest.Proxy
	first, second *exec.Cmd
	begun         chan struct{} // closed once the first has begun
	firstSaid     func() result
	secondSaid    func() result
}

// start starts the first daemon, waits until acted says that it has acted, and starts the
// second.
func (p *pair) start(t *testing.T, acted func()) {
	t.Helper()
	s := p.site
	direct, err := url.Parse(pgtest.Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	p.proxy = proctest.StartProxy(t, direct.Host)
	through := *direct
	through.Host = p.proxy.Addr
	s.settings.Extra = "watch: true\ndelta: \"0 0 1 1 *\"\nfull: \"0 0 1 1 *\"\n"
	s.settings.State = through.String()
	p.first = s.commandOf("first.yaml", "run")
	p.firstSaid = begin(t, p.first)
	close(p.begun)
	acted()
	s.settings.State = direct.String()
	p.second = s.commandOf("second.yaml", "run")
	p.secondSaid = begin(t, p.second)
	t.Cleanup(func() {
		for _, c := range []*exec.Cmd{p.first, p.second} {
			_ = c.Process.Signal(syscall.SIGCONT)
			_ = c.Process.Kill()
		}
	})
}

// stop ends a daemon as systemd does, and returns what it said.
func stop(c *exec.Cmd, said func() result) string {
	_ = c.Process.Signal(syscall.SIGTERM)
	got := said()
	return got.stdout + got.stderr
}

// TestP08_AStandbyTakesOver: of two daemons the one that acts is killed, or cut off from
// the ledger; the other has joiners in their folders from then on, and nothing is done twice.
func TestP08_AStandbyTakesOver(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program, and waits for a lease to end")
	}
	tests := []struct {
		name   string
		strike func(*pair) (heal func())
		after  string // what the first one's log says; "": it is dead
	}{
		{"the leader is killed", func(p *pair) func() { _ = p.first.Process.Kill(); return func() {} }, ""},
		{"the leader is cut off", func(p *pair) func() { p.proxy.Cut(); return p.proxy.Restore }, "the ledger"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ldap, _ := startDirectory(t, smallCompany)
			s := watchedSite(t, ldap, smallTenant())
			s.settings.Rules = goodRule
			p := &pair{site: s, begun: make(chan struct{})}
			p.start(t, func() { s.awaitMember("u000020@example.com", "/Projects/Welcome") })
			heal := tt.strike(p)
			s.joins(ldap, "u0000299")
			s.awaitMember("u0000299@example.com", "/Projects/Welcome")
			heal()
			if said := stop(p.first, p.firstSaid); !strings.Contains(said, tt.after) {
				t.Errorf("the first one's log does not speak of %q:\n%s", tt.after, said)
			}
			if said := stop(p.second, p.secondSaid); !hasLine(said, func(l logLine) bool { return l.Trigger == "start" && l.Message == "run ended" }) {
				t.Errorf("the second one's log has no run by which it began to act:\n%s", said)
			}
			checkNothingDoneTwice(t, s)
		})
	}
}

// sleeper stands before Kiteworks and stops a process at one of its writes, which has its
// effect and whose answer waits for the process to wake.
type sleeper struct {
	kiteworks http.Handler
	at        int64
	writes    atomic.Int64
	fall      func()
}

func (z *sleeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.URL.Path != "/oauth/token" && z.writes.Add(1) == z.at {
		z.fall()
	}
	z.kiteworks.ServeHTTP(w, r)
}

// TestP08_ALeaderThatWakesUpLateWritesNothing stops the leader in the middle of a first
// onboarding. When it wakes, another has done its work: nothing more comes from it.
func TestP08_ALeaderThatWakesUpLateWritesNothing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program, and waits for a lease to end")
	}
	ldap, _ := startDirectory(t, smallCompany)
	s := newSite(t, ldap, smallTenant())
	s.settings.Rules = goodRule
	p, asleep := &pair{site: s, begun: make(chan struct{})}, make(chan struct{})
	z := &sleeper{kiteworks: contract.New(t, contract.Every).Handler(s.kw), at: 7}
	z.fall = func() {
		<-p.begun
		_ = p.first.Process.Signal(syscall.SIGSTOP)
		close(asleep)
	}
	s.putHandler(z)
	p.start(t, func() { <-asleep })
	s.joins(ldap, "u0000299")
	s.awaitMember("u0000299@example.com", "/Projects/Welcome") // by the second, which came to everybody
	writes := z.writes.Load()
	_ = p.first.Process.Signal(syscall.SIGCONT)
	said := stop(p.first, p.firstSaid)
	if n := z.writes.Load() - writes; n > 0 {
		t.Errorf("the leader wrote %d times when it woke, want nothing:\n%s", n, said)
	}
	if !strings.Contains(said, "is lost") && !strings.Contains(said, "was lost") {
		t.Errorf("its log does not say that it has lost the right to write:\n%s", said)
	}
	stop(p.second, p.secondSaid)
	checkNothingTwice(t, s.writes())
	if rep := s.mustPlan(); len(rep.Plan.Changes) > 0 {
		t.Errorf("%d changes are still planned, the first %+v", len(rep.Plan.Changes), rep.Plan.Changes[0])
	}
}
