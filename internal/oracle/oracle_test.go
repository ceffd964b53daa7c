package oracle

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// TestP02_P03_P08_TheOracle plays random histories: access is never narrowed unless the truth says so, always widened
// when it does and nothing holds it, and what humans gave stays.
func TestP02_P03_P08_TheOracle(t *testing.T) {
	t.Parallel()
	var next atomic.Uint64
	var total tally
	t.Cleanup(func() { total.report(t) })
	for worker := range runtime.GOMAXPROCS(0) {
		t.Run(fmt.Sprint(worker), func(t *testing.T) {
			t.Parallel()
			for !t.Failed() || *goOn {
				n := next.Add(1) - 1
				if n >= uint64(*histories) {
					return
				}
				h := play(t, *firstSeed+n, nil, (*history).live)
				total.add(h.record.effects)
				h.conclude(t)
			}
		})
	}
}

// TestP02_P03_P08_TheOracleOnSlapd plays some of the histories on a real OpenLDAP.
func TestP02_P03_P08_TheOracleOnSlapd(t *testing.T) {
	t.Parallel()
	slapd := newOutside(t)
	for n := range uint64((*histories + 9) / 10) {
		if play(t, *firstSeed+n, slapd, (*history).live).conclude(t); t.Failed() && !*goOn {
			return
		}
	}
}

// conclude reports what was against the truth.
func (h *history) conclude(t *testing.T) {
	t.Helper()
	if len(h.record.wrong) > 0 {
		t.Errorf("against the truth:\n  %s\n%s", strings.Join(h.record.wrong, "\n  "), h)
	} else if *tell {
		t.Log(h)
	}
}

// tally counts what happened in all histories.
type tally struct {
	mu    sync.Mutex
	done  int
	kinds map[string]int
}

func (a *tally) add(kinds map[string]int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.done++; a.kinds == nil {
		a.kinds = map[string]int{}
	}
	for kind, n := range kinds {
		a.kinds[kind] += n
	}
}

// report says what happened, and insists that enough did: else nothing was tested.
func (a *tally) report(t *testing.T) {
	t.Logf("%d histories from -seed %d", a.done, *firstSeed)
	for _, kind := range []string{
		"accounts made", "roles given or raised", "roles lowered or revoked", "accounts suspended", "suspensions lifted",
		"addresses changed", "accounts deleted", "changes withheld for want of proof", "runs", "runs that failed", "kills",
	} {
		t.Logf("%8d %s", a.kinds[kind], kind)
		if a.kinds[kind] == 0 && a.done >= 50 {
			t.Errorf("in %d histories there were no %s", a.done, kind)
		}
	}
}

// live is a history from its first run to the end.
func (h *history) live() {
	h.run(kwsync.Trigger{Name: "start", Full: true})
	for range 3 + h.random.IntN(8) {
		for range h.random.IntN(3) {
			h.directoryEvent()
		}
		if h.random.IntN(2) == 0 {
			h.humanDeed()
		}
		h.sleep(pick(h, time.Minute, 15*time.Minute, time.Hour, 6*time.Hour, day, 3*day, 8*day))
		h.calm()
		if h.random.IntN(2) == 0 {
			h.spoil()
		}
		h.run(h.trigger())
		wrong := false
		if h.locked(func() { wrong = len(h.record.wrong) > 0 }); wrong {
			return
		}
	}
	h.settle()
}

func (h *history) trigger() kwsync.Trigger {
	if h.random.IntN(3) == 0 {
		return kwsync.Trigger{Name: "full", Full: true}
	}
	return kwsync.Trigger{Name: "delta"}
}

// spoil draws what goes wrong with the next run.
func (h *history) spoil() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.breaks, h.late = 1+h.random.IntN(1+h.random.IntN(25)), h.random.IntN(2) == 0
	switch h.random.IntN(9) {
	case 0, 1:
		h.note("trouble: killed at exchange %d with Kiteworks, answered: %v", h.breaks, h.late)
		h.onBreak = h.kill
	case 2:
		h.note("trouble: told to stop at exchange %d", h.breaks)
		h.onBreak = func() string { h.cancel(); return "" }
	case 3:
		h.note("trouble: killed, and Kiteworks fails")
		h.onBreak = h.kill
		h.failKiteworks()
	case 4:
		h.failKiteworks()
	case 5:
		h.note("trouble: the directory changes at exchange %d", h.breaks)
		h.onBreak = func() string { h.meanwhile(); return "" }
	case 6:
		h.note("trouble: a human does something at exchange %d", h.breaks)
		h.onBreak = func() string { h.humanDeed(); return "" }
	default:
		h.failDirectory()
	}
}

// kill ends the process here and now: what it has not written by now it never will.
func (h *history) kill() string {
	dir := h.daemon.dir + "-killed"
	if err := copyLedger(h.daemon.dir, dir); err != nil {
		h.t.Errorf("copy the ledger: %v", err)
	}
	h.cancel()
	return dir
}

// failKiteworks lets some requests fail, in every way.
func (h *history) failKiteworks() {
	f := kwsim.Faults{Seed: h.random.Uint64()}
	for _, kind := range []kwsim.FaultKind{
		kwsim.Latency, kwsim.ResetBefore, kwsim.ResetAfter, kwsim.Throttle, kwsim.ErrorBefore, kwsim.ErrorAfter, kwsim.Truncate,
		kwsim.ExpireToken, kwsim.WAF,
	} {
		if h.random.IntN(2) == 0 {
			f.Rules = append(f.Rules, kwsim.Fault{Operation: "*", Kind: kind, Probability: []float64{0.02, 0.1, 0.3}[h.random.IntN(3)]})
		}
	}
	if err := h.tenant.kw.SetFaults(f); err != nil {
		h.t.Fatal(err)
	}
	h.note("trouble: Kiteworks fails: %v", f.Rules)
}

// failDirectory lets the directory fail, with a sign of it or without.
func (h *history) failDirectory() {
	n := 1 + h.random.IntN(12)
	half := h.random.Uint64()
	chosen := func(name string) bool {
		return len(name) > 0 && (half>>(uint(len(name)+int(name[len(name)/3]))%64))&1 == 1
	}
	way := h.random.IntN(6)
	if h.slapd != nil {
		way = 1 + way%2 // it hides nothing, and its limits are those of its configuration
	}
	h.note("trouble: the directory fails, way %d, %d", way, n)
	switch way {
	case 0:
		h.trouble(ldapsim.Trouble{SizeLimit: n})
	case 1:
		h.trouble(ldapsim.Trouble{Cut: n})
	case 2:
		h.trouble(ldapsim.Trouble{Down: true})
	case 3:
		h.locked(func() { h.record.blurred = true })
		h.trouble(ldapsim.Trouble{Hides: func(dn string, aimed bool) bool { return !aimed && strings.HasPrefix(dn, "uid=") }})
	case 4:
		h.locked(func() { h.record.blurred = true })
		h.trouble(ldapsim.Trouble{Hides: func(dn string, aimed bool) bool {
			return !aimed && strings.Contains(dn, ",ou=people") && chosen(strings.Split(dn, ",")[0])
		}})
	case 5:
		h.locked(func() { h.record.blurred = true })
		h.trouble(ldapsim.Trouble{Withholds: func(_, member string, aimed bool) bool { return !aimed && chosen(strings.Split(member, ",")[0]) }})
	}
}
