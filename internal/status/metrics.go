package status

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

const namespace = "kw_onboarder"

// metrics are all that a scrape shows, one field for each name.
type metrics struct {
	runs        *prometheus.CounterVec
	phase       *prometheus.HistogramVec
	lastRun     prometheus.Gauge
	lastSuccess prometheus.Gauge
	watch       prometheus.Counter
	leader      prometheus.Gauge

	people  prometheus.Gauge
	groups  prometheus.Gauge
	skipped prometheus.Gauge
	held    *prometheus.GaugeVec
	planned *prometheus.GaugeVec
	changes *prometheus.CounterVec

	parked      *prometheus.GaugeVec
	parkedSince *prometheus.GaugeVec
	violations  *prometheus.GaugeVec
	blocked     *prometheus.GaugeVec
	quarantined *prometheus.GaugeVec
	spent       *prometheus.GaugeVec

	requests  *prometheus.CounterVec
	latency   *prometheus.HistogramVec
	throttled prometheus.Counter
	tokens    prometheus.Counter

	reloadOK   prometheus.Gauge
	reloadTime prometheus.Gauge
	config     *prometheus.GaugeVec
	build      *prometheus.GaugeVec
}

func newMetrics(reg prometheus.Registerer) metrics {
	r := registrar{promauto.With(reg)}
	m := metrics{
		runs:        r.counters("runs_total", "Runs that ended, by kind and result; idle: nobody was touched or due, and Kiteworks was not asked.", "kind", "result"),
		phase:       r.histograms("run_phase_seconds", "Duration of the phases of a run.", phaseBuckets(), "phase"),
		lastRun:     r.gauge("last_run_timestamp_seconds", "When the last run began, whatever its result."),
		lastSuccess: r.gauge("last_success_timestamp_seconds", "When the last run ended that did not fail."),
		watch:       r.counter("watch_failures_total", "Failures to watch a directory for changes; the schedules go on meanwhile."),
		leader:      r.gauge("leader", "Whether this process is the one that acts (1), or stands by or cannot use its ledger (0)."),

		people:  r.gauge("people", "People in the directory, as of the last run that did not fail."),
		groups:  r.gauge("groups", "Groups in the directory, as of the last run that did not fail."),
		skipped: r.gauge("skipped_people", "People who are not acted on, as of the last full run that did not fail."),
		held:    r.gauges("held", "Undecided and therefore left as they are, as of the last full run that did not fail: people, and rules as a whole.", "scope"),
		planned: r.gauges("planned_changes", "Changes in the plan of the last full run that did not fail, by operation.", "op"),
		changes: r.counters("changes_total", "Changes, by operation and how they ended.", "op", "result"),

		parked: r.gauges("parked", "Parked items of which nobody has decided, by kind of change.", "kind"),
		parkedSince: r.gauges("parked_oldest_timestamp_seconds",
			"When the oldest of the parked items was parked of which nobody has decided; no series: there is none of the kind.", "kind"),
		violations: r.gauges("wall_violations", "Accounts with access against a wall, as of the last full run that did not fail.", "wall"),
		blocked: r.gauges("narrowing_blocked",
			"Whether all that takes access away waits (1): for what is expected of the directory, for the end of a pause, for a review of what a restored ledger has forgotten.", "reason"),
		quarantined: r.gauges("quarantined", "What keeps failing and is left alone for a while: people, folders, rules and single changes.", "scope"),
		spent:       r.gauges("budget_used_ratio", "Part of a budget that was used within its window, by kind of change; no series: it is unlimited.", "kind"),

		requests: r.counters("requests_total",
			"HTTP requests to Kiteworks, by operation and status; code none: there was no answer.", "operation", "code"),
		latency:   r.histograms("request_seconds", "Latency of HTTP requests to Kiteworks.", requestBuckets(), "operation"),
		throttled: r.counter("throttled_total", "Answers of Kiteworks that asked for fewer requests."),
		tokens:    r.counter("tokens_minted_total", "Access tokens that Kiteworks issued."),

		reloadOK: r.gauge("config_last_reload_successful", "Whether the last attempt to load the configuration succeeded."),
		reloadTime: r.gauge("config_last_reload_success_timestamp_seconds",
			"When the configuration was last loaded successfully."),
		config: r.gauges("config_info", "The configuration in force, by its hash.", "hash"),
		build:  r.gauges("build_info", "The program that runs.", "version", "commit", "goversion"),
	}
	m.begin()
	return m
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
	for _, scope := range []string{"person", "rule"} {
		m.held.WithLabelValues(scope)
	}
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

// registrar makes metrics that are registered and bear the program's name.
type registrar struct{ promauto.Factory }

func (r registrar) counter(name, help string) prometheus.Counter {
	return r.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

func (r registrar) counters(name, help string, labels ...string) *prometheus.CounterVec {
	return r.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func (r registrar) gauge(name, help string) prometheus.Gauge {
	return r.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
}

func (r registrar) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	return r.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

// histograms are classic for text scrapes and native for those that ask for
// protobuf; the bounds keep a native one small whatever is observed.
func (r registrar) histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return r.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
	}, labels)
}
