package oracle

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// history is one course of events.
type history struct {
	t       *testing.T
	seed    uint64
	random  *rand.Rand
	site    site
	ldap    directoryServer
	slapd   *outside // serves the directory; nil: the embedded one does
	tenant  *tenant
	daemon  *daemon
	record  *record
	telling sync.Mutex
	told    []string
	made    int // people and groups so far, for their names

	mu        turn
	exchanges int           // with Kiteworks, in the run under way
	breaks    int           // the number of the exchange at which something happens; 0: none
	onBreak   func() string // what happens then; it returns the folder of the ledger if the process is dead
	late      bool          // it happens when the exchange is done, and not before
	cancel    func()        // stops the run under way as a signal would
	grave     string        // the ledger of a process that was killed; "": it lives
}

// directoryServer serves the directory, with troubles.
type directoryServer interface {
	Replace(entries []ldapsim.Entry) error
	SetTrouble(t ldapsim.Trouble)
	Close() error
}

// play plays the history of a seed, in a bubble of its own, and returns what was against the truth.
func play(t *testing.T, seed uint64, slapd *outside, do func(h *history)) (h *history) {
	t.Helper()
	n := newTenant(t, seed)
	defer func() { _ = n.kw.Close() }()
	h = &history{seed: seed, slapd: slapd, tenant: n, random: rand.New(rand.NewPCG(seed, 0))}
	h.site = site{ldap: newAddress(), kiteworks: newAddress(), audience: n.kw.URL(), root: memory(t), tenant: n}
	defer func() { _ = os.RemoveAll(h.site.root) }()
	synctest.Test(t, func(t *testing.T) {
		h.t = t
		defer h.end()
		h.begin()
		do(h)
	})
	return h
}

// memory is a folder that is no slower than it must be.
func memory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "oracle")
	if err != nil {
		return t.TempDir()
	}
	return dir
}

// begin starts everything, with the first people.
func (h *history) begin() {
	h.mu, h.tenant.mu = newTurn(), newTurn()
	h.record = newRecord(h.founders())
	h.tenant.furnish(h.t)
	h.tenant.effect, h.tenant.reading = h.record.did, h.record.reading
	h.tenant.before = func(*http.Request) bool { return h.exchange(false) }
	h.tenant.after = func(*http.Request) bool { return h.exchange(true) }
	var err error
	if h.ldap, err = h.serve(h.record.now().entries()); err != nil {
		h.t.Fatalf("start the directory: %v", err)
	}
	h.calm()
	h.launch("")
}

// serve starts the directory.
func (h *history) serve(entries []ldapsim.Entry) (directoryServer, error) {
	at := listen(h.site.ldap)
	if h.slapd != nil {
		return front(h.slapd, at, entries)
	}
	return ldapsim.New(ldapsim.Options{
		Listener: at, BaseDN: base, BindDN: reader, Password: password, OpenLDAP: true, Entries: entries,
	})
}

// launch begins the next life of the daemon.
func (h *history) launch(before string) {
	var err error
	if h.daemon, err = h.site.start(h.t.Context(), before); err != nil {
		h.t.Fatalf("seed %d: start: %v", h.seed, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.grave = ""
}

// end stops everything, and waits until nothing runs any more.
func (h *history) end() {
	if h.daemon != nil {
		h.daemon.stop(h.t)
	}
	_ = h.ldap.Close()
	time.Sleep(5 * time.Minute) // what is idle is closed by then
}

// note tells what happens.
func (h *history) note(format string, args ...any) {
	h.telling.Lock()
	defer h.telling.Unlock()
	h.told = append(h.told, time.Now().UTC().Format(time.DateTime)+" "+fmt.Sprintf(format, args...))
}

func (h *history) String() string {
	return fmt.Sprintf("history of -seed %d:\n  %s", h.seed, strings.Join(h.told, "\n  "))
}

// calm ends all troubles.
func (h *history) calm() {
	h.locked(func() { h.record.blurred = false })
	h.trouble(ldapsim.Trouble{})
	if err := h.tenant.kw.SetFaults(kwsim.Faults{}); err != nil {
		h.t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.breaks, h.onBreak = 0, nil
}

// trouble is what the directory does from now on. It is noted whenever somebody is looked up.
func (h *history) trouble(t ldapsim.Trouble) {
	hides := t.Hides
	t.Hides = func(dn string, aimed bool) bool {
		if aimed {
			h.tenant.mu.Lock()
			h.record.aimed = len(h.record.versions) - 1
			h.tenant.mu.Unlock()
		}
		return hides != nil && hides(dn, aimed)
	}
	h.ldap.SetTrouble(t)
}

// exchange counts what is said to Kiteworks, and lets happen what is to happen at one of them.
func (h *history) exchange(done bool) (dead bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.grave != "" {
		return true
	}
	if !done {
		h.exchanges++
	}
	if h.onBreak != nil && h.exchanges >= h.breaks && done == h.late {
		happens := h.onBreak
		h.onBreak = nil
		h.grave = happens()
	}
	return h.grave != ""
}

// run makes one run, and starts the daemon again if it was killed in it.
func (h *history) run(trigger kwsync.Trigger) kwsync.Report {
	version := 0
	h.locked(func() {
		version = len(h.record.versions) - 1
		h.record.read, h.record.aimed = version, version
	})
	ctx, cancel := context.WithCancel(h.t.Context())
	defer cancel()
	h.mu.Lock()
	h.exchanges, h.cancel = 0, cancel
	h.mu.Unlock()
	rep, err := h.daemon.actor.Run(ctx, trigger, "")
	h.note("%s run: %s, %d changes, error %v", trigger.Name, rep.Result(), len(rep.Plan.Changes), err)
	for _, c := range rep.Plan.Changes {
		h.note("    %s %s", c.Op, c.Subject())
	}
	for _, w := range rep.Withheld {
		h.note("    withheld: %s %s: %s", w.Change.Op, w.Change.Subject(), w.Why)
	}
	for _, n := range rep.Plan.Notes {
		h.note("    %s: %s %s%s: %s", n.Kind, n.Person.ID, n.Rule, n.Folder, n.Why)
	}
	for _, o := range rep.Outcomes {
		if !o.Changed() {
			h.note("    %s: %s: %s", o.Result, o.Key, o.Why)
		}
	}
	h.mu.Lock()
	killed := h.grave
	h.mu.Unlock()
	h.locked(func() { h.record.ran(&rep, err, version, killed != "", h.tenant.last) })
	if killed != "" {
		h.daemon.stop(h.t)
		h.launch(killed)
	}
	return rep
}

// locked does something while no request changes anything.
func (h *history) locked(do func()) {
	h.tenant.mu.Lock()
	defer h.tenant.mu.Unlock()
	do()
}

// ran notes how a run ended.
func (r *record) ran(rep *kwsync.Report, err error, version int, killed bool, t tenancy) {
	for _, w := range rep.Withheld {
		if w.Brake == guard.ByProof {
			r.effects["changes withheld for want of proof"]++
		}
	}
	r.effects["runs"]++
	if err != nil {
		r.effects["runs that failed"]++
	}
	if killed {
		r.effects["kills"]++
	}
	r.observed(version, err == nil && !killed && !r.blurred, t)
}

// meanwhile lets something happen in the directory while a run is under way.
func (h *history) meanwhile() {
	for range 20 {
		next := h.record.now().clone()
		what := pick(h, events()...)(h, next)
		if what == "" {
			continue
		}
		h.tenant.mu.Lock()
		h.record.change(next)
		h.tenant.mu.Unlock()
		if err := h.ldap.Replace(next.entries()); err != nil {
			h.t.Errorf("seed %d: %s: %v", h.seed, what, err)
		}
		h.note("directory, meanwhile: %s", what)
		return
	}
}
