package e2e_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/contract"
)

// killEvery is how many instants lie between two at which the program is killed.
var killEvery = flag.Int("kill-every", 61, "kill the program at every n-th instant of its history; 1: at each")

// instant is when the program is killed: at an exchange with Kiteworks or at a commit of
// the ledger, both counted through the whole history. Of SQLite, whose commits are met
// from inside, what lies behind one is the instant before the exchange, or the commit,
// that comes next.
type instant struct {
	exchange, commit int // one of them
	when             moment
}

func (i instant) String() string {
	if i.exchange > 0 {
		return fmt.Sprintf("at exchange %d, %s", i.exchange, i.when)
	}
	return fmt.Sprintf("at commit %d, %s", i.commit, i.when)
}

// ending is how the world and the ledger look, in words that do not depend on ids.
type ending struct {
	Accounts []string
	Holdings []holding
	Links    map[string]bool   // address -> made by us
	Lives    map[string]string // address -> how somebody has left, and what we have done to the account
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
	commits   int
}

// tell plays the whole history, kills the program at the instant, and goes on with it.
func tell(t testing.TB, ledger store, at instant) told {
	t.Helper()
	struck := false
	h := newHistory(t)
	g := &guillotine{kiteworks: contract.New(t, contract.Every).Handler(h.site.kw), at: at}
	h.site.putHandler(g)
	ledger.attach(t, h, g)
	for _, c := range chapters {
		c.happens(h)
		for _, args := range c.commands {
			for !h.obey(t, g, ledger.command(t, h, at, args)) {
				struck, at = true, instant{}
				g.disarm()
			}
			ledger.count(t, h, g)
		}
	}
	return told{h.ending(), struck, g.exchanges, h.commits}
}

// obey runs one command to its end. It says no if the command was killed.
func (h *history) obey(t testing.TB, g *guillotine, c *exec.Cmd) bool {
	t.Helper()
	g.hold(c)
	wait := begin(t, c)
	g.release()
	got := wait()
	if c.ProcessState.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return false
	}
	if got.code != 0 {
		t.Fatalf("%v ended with code %d\n%s%s", c.Args, got.code, got.stdout, got.stderr)
	}
	return true
}

// guillotine passes exchanges on to Kiteworks and kills the program at one of them.
type guillotine struct {
	kiteworks http.Handler
	starting  sync.Mutex // held until the program has started

	mu                 sync.Mutex
	at                 instant
	exchanges, commits int
	victim             *exec.Cmd
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
	when := g.exchanged()
	if when == 0 {
		g.kiteworks.ServeHTTP(w, r)
		return
	}
	if when == afterEffect {
		g.kiteworks.ServeHTTP(discard{http.Header{}}, r)
	}
	g.fall()
	panic(http.ErrAbortHandler) // net/http's way to cut a connection without an answer
}

// fall kills the program, which lives: it waits for an answer.
func (g *guillotine) fall() {
	g.starting.Lock()
	defer g.starting.Unlock()
	_ = g.victim.Process.Kill()
}

// exchanged counts an exchange, and says when to strike at it; 0: not at this one.
func (g *guillotine) exchanged() moment {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.exchanges++
	if g.at.exchange == g.exchanges {
		return g.at.when
	}
	return 0
}

// committed does so for a commit.
func (g *guillotine) committed() moment {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.commits++
	if g.at.commit == g.commits {
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
	for name, ledger := range map[string]store{"SQLite": sqliteStore{}, "PostgreSQL": postgresStore{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			undisturbed := tell(t, ledger, instant{})
			checkHistory(t, undisturbed.end)
			checkLives(t, undisturbed.end)
			for _, at := range undisturbed.instants(t, ledger.moments()) {
				t.Run(at.String(), func(t *testing.T) {
					t.Parallel()
					got := tell(t, ledger, at)
					if diff := cmp.Diff(undisturbed.end, got.end); diff != "" {
						t.Errorf("the end (-undisturbed +killed):\n%s", diff)
					}
					if !got.struck {
						t.Error("the program was not killed: the instant never came")
					}
				})
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
		"/Departments/Legal " + fortyEmail(3):           "Collaborator", // taken down
		"/Vault/Contracts " + fortyEmail(3):             "",             // taken away
		"/Departments/Legal " + fortyEmail(21):          "Collaborator", // by moving,
		"/Departments/Research " + fortyEmail(21):       "",             // and gone where they were
		"/Departments/Sales married@example.com":        "Collaborator", // by another address
		"/Departments/Legal " + fortyEmail(23):          "Collaborator", // that of p24, who has exchanged it
		"/Departments/Tax " + fortyEmail(leaver):        "Collaborator", // returned
		"/Departments/Research " + fortyEmail(forGood):  "",             // left
	} {
		if got, _, _ := strings.Cut(e.Owned[key], ";"); got != want {
			t.Errorf("of ours on %s: %q, want %q", key, got, want)
		}
	}
}

// checkLives holds it to what is said of those who have left.
func checkLives(t *testing.T, e ending) {
	t.Helper()
	want := map[string]string{fortyEmail(forGood): "gone, suspended false, deleted true"}
	if diff := cmp.Diff(want, e.Lives); diff != "" {
		t.Errorf("who has left (-want +got):\n%s", diff)
	}
}

// instants are those at which the history can be killed, as many as are asked for.
// commits are the moments at which one can be met.
func (u told) instants(t *testing.T, commits []moment) []instant {
	t.Helper()
	var all []instant
	for n := range u.exchanges {
		all = append(all, instant{exchange: n + 1, when: beforeEffect}, instant{exchange: n + 1, when: afterEffect})
	}
	for n := range u.commits {
		for _, when := range commits {
			all = append(all, instant{commit: n + 1, when: when})
		}
	}
	t.Logf("%d exchanges, %d commits: %d instants, of which every %d. is tried", u.exchanges, u.commits, len(all), *killEvery)
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
		Links: map[string]bool{}, Lives: map[string]string{}, Owned: map[string]string{}, Pins: map[string]string{},
	}
	for _, l := range m.Links {
		e.Links[emails[l.Account]] = l.Created
		if left := m.Leaving[l.Person]; left.Exit != "" || l.Suspended || l.Deleted {
			e.Lives[emails[l.Account]] = fmt.Sprintf("%s, suspended %v, deleted %v", left.Exit, l.Suspended, l.Deleted)
		}
	}
	for key, o := range m.Owned {
		before := ""
		if o.Floor != "" {
			before = ", " + o.Floor + " before us"
		}
		e.Owned[paths[key.Folder]+" "+emails[key.Account]] = fmt.Sprintf("%s%s; %v by %s %s", o.Role, before, o.Rules(), emails[o.SharedBy], o.Lost)
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
