package status

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// metrics are all that a scrape shows, one field for each name.
type metrics struct {
	runs        *prometheus.CounterVec
	phase       *prometheus.HistogramVec
	lastRun     prometheus.Gauge
	lastSuccess prometheus.Gauge
	maxAge      prometheus.Gauge
	watch       prometheus.Counter
	leader      prometheus.Gauge
	writable    prometheus.Gauge

	lag           *prometheus.HistogramVec
	oldestPending *prometheus.Desc
	overdue       *prometheus.Desc
	seats         *prometheus.Desc

	people      prometheus.Gauge
	groups      prometheus.Gauge
	skipped     prometheus.Gauge
	held        *prometheus.GaugeVec
	planned     *prometheus.GaugeVec
	changes     *prometheus.CounterVec
	grants      *prometheus.GaugeVec
	ruleChanges *prometheus.CounterVec
	ruleHeld    *prometheus.GaugeVec

	parked      *prometheus.GaugeVec
	parkedSince *prometheus.GaugeVec
	parkedFor   *prometheus.Desc
	violations  *prometheus.GaugeVec
	blocked     *prometheus.GaugeVec
	quarantined *prometheus.GaugeVec
	spent       *prometheus.GaugeVec

	requests   *prometheus.CounterVec
	latency    *prometheus.HistogramVec
	throttled  prometheus.Counter
	tokens     prometheus.Counter
	credential *prometheus.Desc

	reloadOK   prometheus.Gauge
	reloadTime prometheus.Gauge
	config     *prometheus.GaugeVec
	build      *prometheus.GaugeVec
}

// newMetrics makes them, and says what they are.
func newMetrics(reg prometheus.Registerer) (metrics, []section) {
	var m metrics
	var written []section
	r := registrar{promauto.With(reg), &written}
	for _, part := range []func(registrar){m.ofRuns, m.ofWaiting, m.ofPlan, m.ofBrakes, m.ofKiteworks, m.ofProgram} {
		part(r)
	}
	m.begin()
	return m, written
}

func (m *metrics) ofRuns(r registrar) {
	r.about("Runs")
	m.runs = r.counters("runs_total", "Runs that ended, by kind and result; idle: nobody was touched or due, and Kiteworks was not asked.", "kind", "result")
	m.phase = r.histograms("run_phase_seconds", "Duration of the phases of a run.", phaseBuckets(), "phase")
	m.lastRun = r.gauge("last_run_timestamp_seconds", "When the last run began, whatever its result.")
	m.lastSuccess = r.gauge("last_success_timestamp_seconds", "When the last run ended that did not fail.")
	m.maxAge = r.gauge("success_max_age_seconds", "How old the last success may be: two intervals of the schedule that runs more often, and no less than 15 minutes. Beyond that /readyz fails.")
	m.watch = r.counter("watch_failures_total", "Failures to watch a directory for changes; the schedules go on meanwhile.")
	m.leader = r.gauge("leader", "Whether this process is the one that acts (1), or stands by or cannot use its ledger (0).")
	m.writable = r.gauge("ledger_writable", "Whether the ledger could be written when that was last tried (1): what cannot be written down is not done. It is tried with each run; a process that stands by does not try.")
}

func (m *metrics) ofWaiting(r registrar) {
	r.about("What is waited for")
	m.lag = r.histograms("access_lag_seconds",
		"Access lag: from the change in the directory, by the directory's own time, to the answer of Kiteworks that made it so. Only what a change in the directory has caused is counted: not a first onboarding, a changed rule, a date or a later step of a ladder.", lagBuckets(), "lane")
	m.oldestPending = r.ages("oldest_pending_seconds", "Age of the oldest change that is planned, held back by nothing and not done; 0: there is none.", "lane")
	m.overdue = r.ages("overdue_removals", "Changes that take access away and that have been planned and not done for longer than an interval of the schedule. What the mode, a pause or a rejection holds back is not among them: somebody has chosen that.")
	m.seats = r.ages("seats_waiting", "People who wait for an account because no licence is left.")
}

func (m *metrics) ofPlan(r registrar) {
	r.about("The directory and the plan")
	m.people = r.gauge("people", "People in the directory, as of the last run that did not fail.")
	m.groups = r.gauge("groups", "Groups in the directory, as of the last run that did not fail.")
	m.skipped = r.gauge("skipped_people", "People who are not acted on, as of the last full run that did not fail.")
	m.held = r.gauges("held", "Undecided and therefore left as they are, as of the last full run that did not fail: people, and rules as a whole.", "scope")
	m.planned = r.gauges("planned_changes", "Changes in the plan of the last full run that did not fail, by operation.", "op")
	m.changes = r.counters("changes_total", "Changes, by operation and how they ended.", "op", "result")
	m.grants = r.gauges("grants", "Grants on the folders that are looked at, behind the last full run that did not fail. owned: ours; human: given on the folder itself by somebody else; missing: asked for by a rule and not there; extra: ours and not asked for any more, also counted as owned.", "state")
	m.ruleChanges = r.counters("rule_changes_total", "Changes that a rule has asked for, by operation and how they ended; only of rules that have a `label`, under that label.", "rule", "op", "result")
	m.ruleHeld = r.gauges("rule_held", "Whether a rule is frozen as a whole (1), as of the last full run that did not fail; only of rules that have a `label`, under that label.", "rule")
}

func (m *metrics) ofBrakes(r registrar) {
	r.about("What holds back")
	m.parked = r.gauges("parked", "Parked items of which nobody has decided, by kind of change.", "kind")
	m.parkedSince = r.gauges("parked_oldest_timestamp_seconds",
		"When the oldest of the parked items was parked of which nobody has decided; no series: there is none of the kind.", "kind")
	m.parkedFor = r.ages("parked_oldest_seconds", "How long ago that was; no series: there is none of the kind.", "kind")
	m.violations = r.gauges("wall_violations", "Accounts with access against a wall, as of the last full run that did not fail.", "wall")
	m.blocked = r.gauges("narrowing_blocked",
		"Whether all that takes access away waits (1): for what is expected of the directory, for the end of a pause, for a review of what a restored ledger has forgotten.", "reason")
	m.quarantined = r.gauges("quarantined", "What keeps failing and is left alone for a while: people, folders, rules and single changes.", "scope")
	m.spent = r.gauges("budget_used_ratio", "Part of a budget that was used within its window, by kind of change; no series: it is unlimited.", "kind")
}

func (m *metrics) ofKiteworks(r registrar) {
	r.about("Kiteworks")
	m.requests = r.counters("requests_total", "HTTP requests to Kiteworks, by operation and status; code none: there was no answer.", "operation", "code")
	m.latency = r.histograms("request_seconds", "Latency of HTTP requests to Kiteworks.", requestBuckets(), "operation")
	m.throttled = r.counter("throttled_total", "Answers of Kiteworks that asked for fewer requests.")
	m.tokens = r.counter("tokens_minted_total", "Access tokens that Kiteworks issued.")
	m.credential = r.ages("credential_age_seconds", "Age of a secret, by the time of its file; of several the oldest. No series: it is in no file of its own, but in the environment or a credential of systemd.", "credential")
}

func (m *metrics) ofProgram(r registrar) {
	r.about("The program")
	m.reloadOK = r.gauge("config_last_reload_successful", "Whether the last attempt to load the configuration succeeded.")
	m.reloadTime = r.gauge("config_last_reload_success_timestamp_seconds", "When the configuration was last loaded successfully.")
	m.config = r.gauges("config_info", "The configuration in force, by its hash.", "hash")
	m.build = r.gauges("build_info", "The program that runs.", "version", "commit", "goversion")
}

// begin makes the series that can be foreseen, at zero: a counter that appears
// with its first event hides that event from rate().
func (m *metrics) begin() {
	for _, kind := range []string{"full", "delta"} {
		for _, result := range []string{"done", "partial", Failed} {
			m.runs.WithLabelValues(kind, result)
		}
	}
	m.runs.WithLabelValues("delta", Idle) // a full run never is
	m.writable.Set(1)
	for _, lane := range plan.Lanes() {
		m.lag.WithLabelValues(string(lane))
	}
	for _, scope := range []string{"person", "rule"} {
		m.held.WithLabelValues(scope)
	}
	m.stand(Grants{})
	for _, kind := range guard.Kinds() {
		m.parked.WithLabelValues(string(kind))
	}
	for _, reason := range []string{canary, paused, restored} {
		m.blocked.WithLabelValues(reason)
	}
	for _, scope := range quarantinable() {
		m.quarantined.WithLabelValues(string(scope))
	}
	for _, op := range operations() {
		m.planned.WithLabelValues(label(op))
		for _, result := range results() {
			m.changes.WithLabelValues(label(op), label(result))
		}
	}
}

// operations are all that plan knows.
func operations() []plan.Op {
	var all []plan.Op
	for op := plan.Op(1); op.String() != plan.Op(0).String(); op++ {
		all = append(all, op)
	}
	return all
}

// results are all that plan knows.
func results() []plan.Result {
	var all []plan.Result
	for r := plan.Result(1); r.String() != plan.Result(0).String(); r++ {
		all = append(all, r)
	}
	return all
}

// phaseBuckets span a delta run without work to a first onboarding, in seconds.
func phaseBuckets() []float64 {
	return []float64{.01, .05, .25, 1, 5, 15, 60, 300, 900, 3600}
}

// requestBuckets span a cached answer to the longest that is waited for, in seconds.
func requestBuckets() []float64 {
	return []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
}

// lagBuckets span a directory that is watched to a change that waited over a week-end for
// its approval, in seconds. Alerts are about 1800.
func lagBuckets() []float64 {
	return []float64{1, 2, 5, 15, 60, 300, 900, 1800, 3600, 4 * 3600, 24 * 3600, 72 * 3600}
}
