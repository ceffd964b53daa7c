package status

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Board is what the program shows of itself. It is safe for concurrent use.
type Board struct {
	metrics metrics
	written []section // what they are
	now     func() time.Time

	mu          sync.Mutex
	ready       Readiness
	pending     map[plan.Key]*pending // what is planned and not done
	looked      time.Time             // when the directory was last read by a run that came through
	interval    time.Duration         // from one run to the next
	labels      map[string]string     // of rules that have one
	parkedSince map[guard.Kind]time.Time
	credentials map[string]time.Time // when they were written
}

// New registers the metrics with reg; a second Board needs a registry of its own.
func New(reg prometheus.Registerer) *Board {
	b := &Board{now: time.Now}
	b.metrics, b.written = newMetrics(reg)
	reg.MustRegister(ages{b})
	return b
}

// Failed is the result of a run that found no truth to show: it moves the
// counters, while the gauges keep what the last complete run has set.
const Failed = "failed"

// Idle is the result of a run that found nobody touched or due and looked no
// further. It counts as a success and cannot hide a Kiteworks that fails: whom a run
// did not come through with is touched still.
const Idle = "idle"

// Run is one run that has ended.
type Run struct {
	Kind   string // full or delta
	Result string // Failed, Idle, or in one word how well it went
	Ended  time.Time

	Whole          bool           // it was about everybody: what follows is true of the whole
	People, Groups int            // in the directory
	Planned        []plan.Op      // of each change that the plan held
	HeldPeople     int            // people of whom some rule could not be decided
	HeldRules      []string       // that are frozen as a whole
	Skipped        int            // people who are not acted on
	Violations     map[string]int // accounts with access against each wall
	Grants         Grants

	Unmet bool // something that is expected of the directory is not so; of an idle run that is not known
}

// Grants counts those on the folders that are looked at.
type Grants struct {
	Owned, Human   int // ours, and what somebody else has given
	Missing, Extra int // what is still to be given, and of ours what is to end
}

// Started shows that a run began.
func (b *Board) Started(at time.Time) {
	b.metrics.lastRun.Set(seconds(at))
}

// Phase shows how long one phase of a run took.
func (b *Board) Phase(name string, took time.Duration) {
	b.metrics.phase.WithLabelValues(name).Observe(took.Seconds())
}

// Finished shows how a run ended.
func (b *Board) Finished(r Run) {
	m := &b.metrics
	m.runs.WithLabelValues(r.Kind, r.Result).Inc()
	if r.Result == Failed {
		return
	}
	m.lastSuccess.Set(seconds(r.Ended))
	m.people.Set(float64(r.People))
	m.groups.Set(float64(r.Groups))
	if r.Result != Idle {
		m.block(canary, r.Unmet)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ready.LastSuccess = r.Ended
	if r.Whole {
		m.decided(r)
		b.freeze(r.HeldRules)
	}
}

// decided shows what a run has made of directory and Kiteworks together.
func (m *metrics) decided(r Run) {
	m.skipped.Set(float64(r.Skipped))
	m.held.WithLabelValues("person").Set(float64(r.HeldPeople))
	m.held.WithLabelValues("rule").Set(float64(len(r.HeldRules)))
	m.broken(r.Violations)
	m.stand(r.Grants)
	planned := map[plan.Op]int{}
	for _, op := range r.Planned {
		planned[op]++
	}
	for _, op := range operations() {
		m.planned.WithLabelValues(label(op)).Set(float64(planned[op]))
	}
}

// stand shows how the grants stand.
func (m *metrics) stand(g Grants) {
	for state, n := range map[string]int{"owned": g.Owned, "human": g.Human, "missing": g.Missing, "extra": g.Extra} {
		m.grants.WithLabelValues(state).Set(float64(n))
	}
}

// Request shows one HTTP request to Kiteworks: the vendor's operation with its
// path template, never a path with ids. code is the HTTP status, 0 if there was
// no answer.
func (b *Board) Request(operation string, code int, took time.Duration) {
	text := "none"
	if code != 0 {
		text = strconv.Itoa(code)
	}
	b.metrics.requests.WithLabelValues(operation, text).Inc()
	b.metrics.latency.WithLabelValues(operation).Observe(took.Seconds())
}

// WatchFailed shows that a directory could not be watched, or not any longer.
func (b *Board) WatchFailed() { b.metrics.watch.Inc() }

// Leads shows whether this process is the one that acts. One that does not knows nothing of
// what is pending: what it had planned another has done.
func (b *Board) Leads(yes bool) {
	b.metrics.leader.Set(number(yes))
	if !yes {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.pending = nil
	}
}

// LedgerWritable shows whether the ledger could be written just now.
func (b *Board) LedgerWritable(yes bool) { b.metrics.writable.Set(number(yes)) }

// Throttled shows that Kiteworks asked us to slow down.
func (b *Board) Throttled() { b.metrics.throttled.Inc() }

// TokenMinted shows that an access token was issued to us.
func (b *Board) TokenMinted() { b.metrics.tokens.Inc() }

// Reloaded shows how loading the configuration went, the first time included.
// hash tells two configurations apart; a failure leaves the one in force in place.
func (b *Board) Reloaded(ok bool, hash string, at time.Time) {
	m := &b.metrics
	if !ok {
		m.reloadOK.Set(0)
		return
	}
	m.reloadOK.Set(1)
	m.reloadTime.Set(seconds(at))
	m.config.Reset()
	m.config.WithLabelValues(hash).Set(1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ready.Configured.IsZero() {
		b.ready.Configured = at
	}
}

// Built shows which program this is.
func (b *Board) Built(version, commit, goVersion string) {
	b.metrics.build.WithLabelValues(version, commit, goVersion).Set(1)
}

// Readiness is what readiness depends on, as of now.
func (b *Board) Readiness() Readiness {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ready
}

// seconds is a moment as Prometheus wants it: seconds since 1970.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// number is 1 for yes and 0 for no.
func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// label is the name of an operation or a result as a label's value: create_folder.
func label(name interface{ String() string }) string {
	return strings.ReplaceAll(name.String(), " ", "_")
}
