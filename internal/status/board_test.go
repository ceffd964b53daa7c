package status

import (
	"bytes"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

var (
	update = flag.Bool("update", false, "write the golden files anew")
	moment = time.Date(2027, 3, 1, 8, 0, 0, 500_000_000, time.UTC)
)

// newBoard is a board at the moment.
func newBoard() (*Board, *prometheus.Registry) {
	reg := prometheus.NewRegistry()
	b := New(reg)
	b.now = func() time.Time { return moment }
	return b, reg
}

// scrape returns what Prometheus would read, as text.
func scrape(reg *prometheus.Registry) []byte {
	answer := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	return answer.Body.Bytes()
}

// busy is a board on which everything has happened.
func busy() *prometheus.Registry {
	b, reg := newBoard()
	b.Built("1.2.3", "abcdef0", "go1.26.0")
	b.Reloaded(true, "old", moment.Add(-time.Hour))
	b.Reloaded(true, "new", moment)
	b.Started(moment)
	b.Phase("directory", 3*time.Second)
	b.Request("GET /rest/roles", http.StatusOK, 40*time.Millisecond)
	b.Request("GET /rest/roles", http.StatusTooManyRequests, 5*time.Millisecond)
	b.Request("POST /rest/folders/{id}/members", 0, 30*time.Second)
	b.Throttled()
	b.TokenMinted()
	b.WatchFailed()
	b.Labelled(map[string]string{"everybody": "staff"})
	b.Paced(15*time.Minute, 30*time.Minute)
	b.Credentials(map[string]time.Time{"private_key": moment.Add(-48 * time.Hour)})
	b.Looked(moment.Add(-time.Hour))
	wait(b)
	b.Settled(plan.Change{Op: plan.CreateFolder}, plan.Outcome{Result: plan.Already})
	b.Settled(grant("ann", moment.Add(-90*time.Second)), plan.Outcome{Result: plan.Done})
	b.Settled(grant("bob", moment.Add(-time.Hour)), plan.Outcome{Result: plan.Refused})
	b.Finished(Run{
		Kind: "full", Result: "partial", Whole: true, Ended: moment.Add(time.Minute), People: 900, Groups: 40,
		Planned:    []plan.Op{plan.Grant, plan.Grant, plan.CreateFolder},
		HeldPeople: 3, HeldRules: []string{"everybody"}, Skipped: 7, Grants: Grants{Owned: 80, Human: 20, Missing: 2, Extra: 1}, Unmet: true, Violations: map[string]int{"two bids": 2, "legal inside": 0},
	})
	b.Braked(Brakes{
		Parked: map[guard.Kind]Parked{guard.Create: {Items: 2, Oldest: moment}}, Paused: true,
		Quarantined: map[guard.Scope]int{guard.HoldFolder: 1},
	})
	b.Spent(map[guard.Kind]float64{guard.Create: 0.25, guard.Revoke: 0})
	return reg
}

func TestExposition(t *testing.T) {
	t.Parallel()
	for name, reg := range map[string]*prometheus.Registry{"busy": busy(), "fresh": fresh()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden := filepath.Join("testdata", name+".prom")
			got := scrape(reg)
			if *update {
				if err := os.WriteFile(golden, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
				t.Errorf("metrics (-want +got); -update writes %s anew:\n%s", golden, diff)
			}
		})
	}
}

func fresh() *prometheus.Registry {
	_, reg := newBoard()
	return reg
}

// A run that failed knows nothing: the gauges go on showing the last good one,
// and the changes that it made before it failed are counted.
func TestFailedRunKeepsTheGauges(t *testing.T) {
	t.Parallel()
	b, reg := newBoard()
	b.Finished(Run{Kind: "full", Result: "done", Whole: true, Ended: moment, People: 900, Planned: []plan.Op{plan.Grant}, HeldRules: []string{"a", "b"}})
	for range 5 {
		b.Settled(plan.Change{Op: plan.Grant}, plan.Outcome{Result: plan.Done})
	}
	b.Finished(Run{Kind: "full", Result: Failed, Ended: moment.Add(time.Hour)})
	const want = `
# HELP kw_onboarder_last_success_timestamp_seconds When the last run ended that did not fail.
# TYPE kw_onboarder_last_success_timestamp_seconds gauge
kw_onboarder_last_success_timestamp_seconds 1.8038880005e+09
# HELP kw_onboarder_people People in the directory, as of the last run that did not fail.
# TYPE kw_onboarder_people gauge
kw_onboarder_people 900
# HELP kw_onboarder_planned_changes Changes in the plan of the last full run that did not fail, by operation.
# TYPE kw_onboarder_planned_changes gauge
kw_onboarder_planned_changes{op="create_account"} 0
kw_onboarder_planned_changes{op="create_folder"} 0
kw_onboarder_planned_changes{op="delete"} 0
kw_onboarder_planned_changes{op="grant"} 1
kw_onboarder_planned_changes{op="lower"} 0
kw_onboarder_planned_changes{op="raise"} 0
kw_onboarder_planned_changes{op="rename"} 0
kw_onboarder_planned_changes{op="revoke"} 0
kw_onboarder_planned_changes{op="set_name"} 0
kw_onboarder_planned_changes{op="set_profile"} 0
kw_onboarder_planned_changes{op="suspend"} 0
kw_onboarder_planned_changes{op="unsuspend"} 0
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "kw_onboarder_last_success_timestamp_seconds",
		"kw_onboarder_people", "kw_onboarder_planned_changes"); err != nil {
		t.Error(err)
	}
	if got := testutil.ToFloat64(b.metrics.changes.WithLabelValues("grant", "done")); got != 5 {
		t.Errorf("got %v grants done, want 5", got)
	}
	if got := testutil.ToFloat64(b.metrics.runs.WithLabelValues("full", Failed)); got != 1 {
		t.Errorf("got %v failed runs, want 1", got)
	}
}

// An idle run has read the directory and nothing else: it is a success, and what
// the run before it has found at Kiteworks stays as it is.
func TestIdleRunKeepsWhatWasDecided(t *testing.T) {
	t.Parallel()
	b, _ := newBoard()
	b.Finished(Run{Kind: "full", Result: "done", Whole: true, Ended: moment, People: 900, Planned: []plan.Op{plan.Grant}, HeldRules: []string{"a", "b"}, Skipped: 7})
	later := moment.Add(time.Hour)
	b.Finished(Run{Kind: "delta", Result: Idle, Ended: later, People: 900, Groups: 40})
	m := &b.metrics
	for what, tt := range map[string]struct {
		of   prometheus.Collector
		want float64
	}{
		"idle runs":     {m.runs.WithLabelValues("delta", Idle), 1},
		"last success":  {m.lastSuccess, seconds(later)},
		"people":        {m.people, 900},
		"groups":        {m.groups, 40},
		"held rules":    {m.held.WithLabelValues("rule"), 2},
		"skipped":       {m.skipped, 7},
		"planned grant": {m.planned.WithLabelValues("grant"), 1},
	} {
		if got := testutil.ToFloat64(tt.of); got != tt.want {
			t.Errorf("%s: got %v, want %v", what, got, tt.want)
		}
	}
	if got := b.Readiness().LastSuccess; !got.Equal(later) {
		t.Errorf("ready by the success of %v, want %v", got, later)
	}
}

// What is over is not shown any more: an alert must end. An idle run knows nothing of it.
func TestWhatIsOverIsNotShown(t *testing.T) {
	t.Parallel()
	b, reg := newBoard()
	b.Finished(Run{Kind: "full", Result: "done", Whole: true, Unmet: true, Violations: map[string]int{"old": 1, "new": 1}})
	b.Braked(Brakes{
		Parked: map[guard.Kind]Parked{guard.Create: {Items: 1, Oldest: moment}}, Paused: true, Restored: true,
		Quarantined: map[guard.Scope]int{guard.HoldRule: 1},
	})
	b.Spent(map[guard.Kind]float64{guard.Create: 1, guard.Grant: 1})
	b.Finished(Run{Kind: "delta", Result: Idle})
	if got := testutil.ToFloat64(b.metrics.blocked.WithLabelValues(canary)); got != 1 {
		t.Errorf("behind an idle run: blocked by a canary is %v, want 1", got)
	}
	b.Finished(Run{Kind: "full", Result: "done", Whole: true, Violations: map[string]int{"new": 0}})
	b.Braked(Brakes{})
	b.Spent(map[guard.Kind]float64{guard.Create: 0})
	m := &b.metrics
	for what, of := range map[string]prometheus.Collector{
		"parked": m.parked.WithLabelValues("create"), "canary": m.blocked.WithLabelValues(canary),
		"paused": m.blocked.WithLabelValues(paused), "restored": m.blocked.WithLabelValues(restored),
		"quarantined": m.quarantined.WithLabelValues("rule"), "wall": m.violations.WithLabelValues("new"),
	} {
		if got := testutil.ToFloat64(of); got != 0 {
			t.Errorf("%s: got %v, want 0", what, got)
		}
	}
	for _, gone := range []string{`wall="old"`, `budget_used_ratio{kind="grant"`, "parked_oldest_timestamp_seconds{", "parked_oldest_seconds{"} {
		if bytes.Contains(scrape(reg), []byte(gone)) {
			t.Errorf("%s is still shown", gone)
		}
	}
}

func TestFailedReloadKeepsTheHash(t *testing.T) {
	t.Parallel()
	b, reg := newBoard()
	b.Reloaded(true, "good", moment)
	b.Reloaded(false, "bad", moment.Add(time.Hour))
	const want = `
# HELP kw_onboarder_config_info The configuration in force, by its hash.
# TYPE kw_onboarder_config_info gauge
kw_onboarder_config_info{hash="good"} 1
# HELP kw_onboarder_config_last_reload_success_timestamp_seconds When the configuration was last loaded successfully.
# TYPE kw_onboarder_config_last_reload_success_timestamp_seconds gauge
kw_onboarder_config_last_reload_success_timestamp_seconds 1.8038880005e+09
# HELP kw_onboarder_config_last_reload_successful Whether the last attempt to load the configuration succeeded.
# TYPE kw_onboarder_config_last_reload_successful gauge
kw_onboarder_config_last_reload_successful 0
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "kw_onboarder_config_info",
		"kw_onboarder_config_last_reload_success_timestamp_seconds", "kw_onboarder_config_last_reload_successful"); err != nil {
		t.Error(err)
	}
}

// The text shows classic buckets only; who asks for protobuf gets native ones too.
func TestHistogramsAreNativeToo(t *testing.T) {
	t.Parallel()
	families, err := busy().Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			h := m.GetHistogram()
			if h.GetSampleCount() == 0 {
				continue
			}
			found++
			if len(h.GetPositiveSpan()) == 0 || len(h.GetBucket()) == 0 {
				t.Errorf("%s: got %d native spans and %d classic buckets, want both", f.GetName(), len(h.GetPositiveSpan()), len(h.GetBucket()))
			}
		}
	}
	if found < 3 {
		t.Errorf("%d histograms were found, want lag, phases and requests", found)
	}
}

// Two boards live in one process, each on its own registry and none on the default one.
func TestBoardsDoNotMeet(t *testing.T) {
	t.Parallel()
	first, _ := newBoard()
	second, _ := newBoard()
	first.Throttled()
	if got := testutil.ToFloat64(second.metrics.throttled); got != 0 {
		t.Errorf("got %v, want 0", got)
	}
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), namespace) {
			t.Errorf("%s is on the default registry", f.GetName())
		}
	}
}

// Prometheus's own judgement of names, units and help texts.
func TestPromtoolCheckMetrics(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("promtool is missing: install the package prometheus")
		}
		t.Skip("SKIPPED, NOT CHECKED: promtool is missing; install the package prometheus")
	}
	cmd := exec.CommandContext(t.Context(), promtool, "check", "metrics")
	cmd.Stdin = bytes.NewReader(scrape(busy()))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}
