package e2e_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/contract"
)

// killEvery is how many instants lie between two at which the program is killed.
var killEvery = flag.Int("kill-every", 61, "kill the program at every n-th instant of its history; 1: at each")

// buildKillable builds the program with an end at a commit, once for all tests.
var buildKillable = sync.OnceValues(func() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(here, "../../cmd/kw-onboarder/commitkill.go"): filepath.Join(here, "testdata/commitkill.go.txt"),
	}})
	if err != nil {
		return "", err
	}
	file, path := filepath.Join(binaryDir(), "overlay.json"), filepath.Join(binaryDir(), "killable")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-overlay", file, "-o", path, "../../cmd/kw-onboarder").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// instant is when the program is killed: at an exchange with Kiteworks, counted through
// the whole history, or before a commit, counted within a command. What lies behind a
// commit is the instant before the exchange, or the commit, that comes next.
type instant struct {
	exchange int    // 0: it is a commit
	when     moment // of an exchange
	command  int
	commit   int
}

func (i instant) String() string {
	if i.exchange > 0 {
		return fmt.Sprintf("at exchange %d, %s", i.exchange, i.when)
	}
	return fmt.Sprintf("before commit %d of command %d", i.commit, i.command)
}

// ending is how the world and the ledger look, in words that do not depend on ids.
type ending struct {
	Accounts []string
	Holdings []holding
	Links    map[string]bool   // address -> made by us
	Owned    map[string]string // path and address -> role, floor, rules, who gave it, and why it is lost
	Pins     map[string]string
	Known    []string // what the ledger knows of Kiteworks
	Open     int      // intents without an outcome
}

// told is a history that was played.
type told struct {
	end       ending
	struck    bool // the instant came
	exchanges int
	commits   []int // of each command
}

// tell plays the whole history, kills the program at the instant, and goes on with it.
func tell(t testing.TB, at instant) told {
	t.Helper()
	struck := false
	h := newHistory(t)
	g := &guillotine{kiteworks: contract.New(t, contract.Every).Handler(h.site.kw), at: at}
	h.site.putHandler(g)
	command := 0
	for _, c := range chapters {
		c.happens(h)
		for _, args := range c.commands {
			command++
			for !h.obey(t, g, at, command, args) {
				struck, at = true, instant{}
				g.disarm()
			}
		}
	}
	return told{h.ending(), struck, g.exchanges, h.commits}
}

// obey runs one command to its end. It says no if the command was killed.
func (h *history) obey(t testing.TB, g *guillotine, at instant, command int, args []string) bool {
	t.Helper()
	path, err := buildKillable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path, append(args, "--config", h.site.file())...)
	counted := filepath.Join(h.site.dir, "commits")
	c.Env = append(os.Environ(), "COUNT_COMMITS="+counted)
	if at.command == command {
		c.Env = append(c.Env, "KILL_BEFORE_COMMIT="+strconv.Itoa(at.commit))
	}
	g.hold(c)
	wait := begin(t, c)
	g.release()
	got := wait()
	if c.ProcessState.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return false
	}
	if got.code != 0 {
		t.Fatalf("%v ended with code %d\n%s%s", args, got.code, got.stdout, got.stderr)
	}
	commits, err := os.ReadFile(counted)
	if err != nil {
		t.Fatal(err)
	}
	h.commits = append(h.commits, len(commits))
	return true
}

// guillotine passes exchanges on to Kiteworks and kills the program at one of them.
type guillotine struct {
	kiteworks http.Handler
	starting  sync.Mutex // held until the program has started

	mu        sync.Mutex
	at        instant
	exchanges int
	victim    *exec.Cmd
}

func (g *guillotine) hold(c *exec.Cmd) {
	g.starting.Lock()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.victim = c
}

func (g *guillotine) release() { g.starting.Unlock() }

func (g *guillotine) disarm() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at = instant{}
}

func (g *guillotine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	when := g.strikes()
	if when == 0 {
		g.kiteworks.ServeHTTP(w, r)
		return
	}
	if when == afterEffect {
		g.kiteworks.ServeHTTP(discard{http.Header{}}, r)
	}
	g.starting.Lock()
	defer g.starting.Unlock()
	_ = g.victim.Process.Kill() // it lives: it waits for the answer
	panic(http.ErrAbortHandler) // net/http's way to cut a connection without an answer
}

func (g *guillotine) strikes() moment {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.exchanges++
	if g.at.exchange == g.exchanges {
		return g.at.when
	}
	return 0
}

// discard takes an answer that nobody hears.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// TestP08_KilledAtAnyInstantTheEndIsTheSame kills the real program before and after each
// exchange with Kiteworks and before each commit of its ledger, starts it again, and
// compares how Kiteworks and the ledger end with the history that nothing disturbed.
func TestP08_KilledAtAnyInstantTheEndIsTheSame(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds and kills the program")
	}
	undisturbed := tell(t, instant{})
	checkHistory(t, undisturbed.end)
	for _, at := range undisturbed.instants(t) {
		t.Run(at.String(), func(t *testing.T) {
			t.Parallel()
			got := tell(t, at)
			if diff := cmp.Diff(undisturbed.end, got.end); diff != "" {
				t.Errorf("the end (-undisturbed +killed):\n%s", diff)
			}
			if !got.struck {
				t.Error("the program was not killed: the instant never came")
			}
		})
	}
}

// checkHistory holds the undisturbed history to what it is said to contain.
func checkHistory(t *testing.T, e ending) {
	t.Helper()
	if e.Open != 0 || len(e.Links) != 40 || len(e.Accounts) != 44 {
		t.Errorf("%d intents are open, %d people linked, %d accounts; want none, 40, and 44 with the four of others", e.Open, len(e.Links), len(e.Accounts))
	}
	for email, made := range map[string]bool{fortyEmail(2): false, fortyEmail(10): false, fortyEmail(11): true} {
		if e.Links[email] != made {
			t.Errorf("the account of %s is ours: %v, want %v", email, e.Links[email], made)
		}
	}
	for key, want := range map[string]string{
		"/Departments/Research " + fortyEmail(2):        "Manager, Viewer before us", // a human's, raised
		"/Departments/Sales " + fortyEmail(1):           "Manager",                   // removed, and given again
		"/Departments/Legal " + fortyEmail(10):          "Collaborator",              // taken over
		"/Departments/Sales " + fortyEmail(4):           "",                          // given up
		"/Departments/Audit " + fortyEmail(39):          "Collaborator",              // by moving
		"/Vault/Contracts " + fortyEmail(0):             "Downloader",
		"/Projects/Welcome/Newcomers " + fortyEmail(30): "Viewer",
	} {
		if got, _, _ := strings.Cut(e.Owned[key], ";"); got != want {
			t.Errorf("of ours on %s: %q, want %q", key, got, want)
		}
	}
}

// instants are those at which the history can be killed, as many as are asked for.
func (u told) instants(t *testing.T) []instant {
	t.Helper()
	var all []instant
	for n := range u.exchanges {
		all = append(all, instant{exchange: n + 1, when: beforeEffect}, instant{exchange: n + 1, when: afterEffect})
	}
	for command, n := range u.commits {
		for c := range n {
			all = append(all, instant{command: command + 1, commit: c + 1})
		}
	}
	t.Logf("%d exchanges, commits of each command %v: %d instants, of which every %d. is tried", u.exchanges, u.commits, len(all), *killEvery)
	var some []instant
	for i := 0; i < len(all); i += max(1, *killEvery) {
		some = append(some, all[i])
	}
	return some
}

// ending is how Kiteworks and the ledger look now.
func (h *history) ending() ending {
	s := h.site
	m, open := s.ledger()
	emails, paths := s.names()
	e := ending{
		Accounts: s.accounts(), Holdings: s.holdings(), Open: len(open),
		Links: map[string]bool{}, Owned: map[string]string{}, Pins: map[string]string{},
	}
	for _, l := range m.Links {
		e.Links[emails[l.Account]] = l.Created
	}
	for key, o := range m.Owned {
		before := ""
		if o.Floor != "" {
			before = ", " + o.Floor + " before us"
		}
		e.Owned[paths[key.Folder]+" "+emails[key.Account]] = fmt.Sprintf("%s%s; %v by %s %s", o.Role, before, o.Rules, emails[o.SharedBy], o.Lost)
	}
	for place, id := range m.Folders {
		e.Pins[place.As+" "+string(place.Path)] = paths[id]
	}
	e.Known = s.known(emails, paths)
	return e
}

// known is what the ledger knows of Kiteworks.
func (s *site) known(emails, paths map[string]string) (all []string) {
	s.t.Helper()
	book := s.openLedger()
	defer func() { _ = book.Close() }() // it was only read
	st, err := book.Observed(context.Background(), nil, slices.Collect(maps.Keys(paths)))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range st.Accounts {
		all = append(all, fmt.Sprint("account ", a.Email, " ", a.Name, " ", a.Profile, " ", a.Kind, " ", a.Status))
	}
	for _, g := range st.Grants {
		all = append(all, fmt.Sprint(paths[g.Folder], " ", emails[g.Account], " ", g.Role, " from ", paths[g.Origin], " by ", emails[g.SharedBy]))
	}
	slices.Sort(all)
	return all
}
