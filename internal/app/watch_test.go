package app

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// alarm is a directory that is watched: a test wakes by it, and says who was touched.
type alarm struct {
	kwsync.Directory // what is read
	touched          atomic.Pointer[access.Touched]
	watched          chan call
}

// call is one call of Watch.
type call struct {
	wake   func()
	report func(string, error)
	over   <-chan struct{}
}

func (a *alarm) Refresh(ctx context.Context, full bool) (*access.Snapshot, access.Touched, error) {
	sn, touched, err := a.Directory.Refresh(ctx, full)
	if t := a.touched.Load(); t != nil {
		touched = *t
	}
	return sn, touched, err
}

func (a *alarm) Watch(ctx context.Context, wake func(), report func(string, error)) {
	over := make(chan struct{})
	defer close(over)
	a.watched <- call{wake, report, over}
	<-ctx.Done()
}

// alarmed prepares a daemon of the site whose directory is an alarm.
func (s *site) alarmed(t *testing.T) (*running, *alarm) {
	t.Helper()
	d := s.prepare(t)
	a := &alarm{Directory: d.current.runner.Directory, watched: make(chan call, 4)}
	d.current.runner.Directory = a
	return d, a
}

// nobody is what a directory says in which nothing is new.
var nobody = access.Touched{How: []string{"corp: nothing changed"}}

func TestWatchWakesTheDaemon(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "WATCH", "true")
	d, a := s.alarmed(t)
	d.start(t)
	d.next(t)
	call := await(t, a.watched, "the watch")
	requests, success := len(s.kiteworks.History()), d.metric(t, "last_success_timestamp_seconds")

	a.touched.Store(&nobody)
	call.wake()
	if rep := d.next(t); !rep.Idle || rep.Trigger != watch || rep.Result() != kwsync.Done {
		t.Errorf("run by %s: %s, idle %v; want one by watch that is done and idle", rep.Trigger, rep.Result(), rep.Idle)
	}
	if got := len(s.kiteworks.History()); got != requests {
		t.Errorf("%d requests in an idle run, want none", got-requests)
	}
	d.expectMetrics(
		t, `runs_total{kind="delta",result="idle"}`, "1", `runs_total{kind="full",result="done"}`, "1",
		`people`, "4", `planned_changes{op="grant"}`, "4", `watch_failures_total`, "0",
	)
	if d.metric(t, "last_success_timestamp_seconds") == success {
		t.Error("an idle run is no success, want one: the directory was reached")
	}

	a.touched.Store(&access.Touched{Everyone: true})
	call.wake()
	if rep := d.next(t); rep.Idle || rep.Touched != 4 || rep.Result() != kwsync.Done {
		t.Errorf("with somebody touched: %s, idle %v, %d touched", rep.Result(), rep.Idle, rep.Touched)
	}
	d.stop()
	await(t, call.over, "the end of the watch")
	call.wake()
	if n := len(d.ticks); n != 0 {
		t.Errorf("%d runs are asked for by a watch that has ended", n)
	}
}

// What the directory itself says of who was touched decides.
func TestIdleUntilTheDirectoryChanges(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.start(t)
	d.next(t)
	woken := kwsync.Trigger{Name: watch}
	d.Trigger(woken)
	if rep := d.next(t); !rep.Idle || rep.People != 4 || rep.Touched != 0 {
		t.Errorf("nothing has changed: idle %v, %d people, %d touched (%s)", rep.Idle, rep.People, rep.Touched, rep.Err)
	}

	address := s.company.Addr().String()
	if err := s.company.Close(); err != nil {
		t.Fatal(err)
	}
	s.directory(t, address, staff("ann", "Finance"), staff("bob", "Finance"), staff("cid", "Legal"), staff("dora", "Legal"), staff("eve", "Legal"))
	d.Trigger(woken)
	if rep := d.next(t); rep.Idle || rep.Result() != kwsync.Done || s.accounts() != 5 {
		t.Errorf("somebody has come: idle %v, %s (%s), %d accounts", rep.Idle, rep.Result(), rep.Err, s.accounts())
	}
}

// A daemon that is idle is ready for as long as it reaches its directory, and not
// because of idle runs while Kiteworks fails.
func TestReadinessOfAnIdleDaemon(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "WATCH", "true")
	d, a := s.alarmed(t)
	d.start(t)
	d.next(t)
	call := await(t, a.watched, "the watch")
	a.touched.Store(&nobody)
	s.through(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })

	call.wake()
	if rep := d.next(t); !rep.Idle {
		t.Errorf("the run is not idle: %s (%s)", rep.Result(), rep.Err)
	}
	if rep := d.again(t); rep.Result() != kwsync.Failed {
		t.Fatalf("the full run: %s, want a failure", rep.Result())
	}
	call.wake()
	if rep := d.next(t); rep.Idle || rep.Result() != kwsync.Failed {
		t.Errorf("the run behind a failed one: %s, idle %v; want one that makes up for it, and fails as well", rep.Result(), rep.Idle)
	}
	d.expectMetrics(t, `runs_total{kind="delta",result="idle"}`, "1", `runs_total{kind="full",result="failed"}`, "2")
}

func TestNothingIsWatchedUnlessToldTo(t *testing.T) {
	t.Parallel()
	d, a := newSite(t).alarmed(t)
	d.start(t)
	d.next(t)
	d.stop()
	if n := len(a.watched); n != 0 {
		t.Errorf("%d watches, want none", n)
	}
}

func TestReloadEndsTheWatchOfTheOldConfiguration(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "WATCH", "true")
	d, a := s.alarmed(t)
	d.start(t)
	d.next(t)
	call := await(t, a.watched, "the watch")

	s.configure(t, "MODE", "yolo")
	d.reload(t)
	d.again(t)
	select {
	case <-call.over:
		t.Error("a reload that failed has ended the watch")
	default:
	}

	s.configure(t, "MODE", "create-only", "WATCH", "false")
	d.reload(t)
	await(t, call.over, "the end of the old watch")
	d.again(t)
	call.wake()
	call.report("corp", errors.New("too late"))
	if n := len(d.ticks); n != 0 || strings.Contains(d.log.String(), "too late") {
		t.Errorf("%d runs are asked for by a watch that has ended, and the log is\n%s", n, d.log)
	}
}

// Whatever a lookout is told behind its end has no effect, also while the watch
// takes its time to return.
func TestLookoutIsSilentOnceItHasEnded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d, a := s.alarmed(t)
	defer d.Close()
	l := d.watch(t.Context(), a)
	call := await(t, a.watched, "the watch")
	call.wake()
	if got := <-d.ticks; got.Name != watch || got.Full {
		t.Errorf("a wake asks for %+v, want a delta", got)
	}
	l.end()
	call.wake()
	call.report("corp", errors.New("too late"))
	if n := len(d.ticks); n != 0 || d.log.String() != "" {
		t.Errorf("behind its end: %d runs asked for, and the log is %s", n, d.log)
	}
	await(t, l.done, "the end of the watch")
}

func TestWatchFailuresAreToldOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		failures []string // directory and letter; "": it is watched again
		want     string   // what is logged; +: watched again
	}{
		{"the same again", []string{"1A", "1A", "1A"}, "A"},
		{"another", []string{"1A", "1A", "1B"}, "AB"},
		{"the first again", []string{"1A", "1B", "1B", "1A"}, "ABA"},
		{"two directories, each its own", []string{"1A", "2B", "1A", "2B"}, "AB"},
		{"two directories, one another", []string{"1A", "2B", "1A", "2C", "1A", "2C"}, "ABC"},
		{"watched again", []string{"1A", "1", "1A"}, "A+A"},
		{"one of two is watched again", []string{"1A", "2B", "1", "2B"}, "AB+"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newSite(t).prepare(t)
			defer d.Close()
			l := &lookout{daemon: d.Daemon, last: map[string]string{}}
			failed := 0
			for _, f := range tt.failures {
				if f[1:] == "" {
					l.report(f[:1], nil)
					continue
				}
				failed++
				l.report(f[:1], errors.New("failure "+f[1:]))
			}
			var got string
			for line := range strings.Lines(d.log.String()) {
				switch _, text, failure := strings.Cut(line, `"error":"failure `); {
				case !failure && strings.Contains(line, "watched again"):
					got += "+"
				case failure && strings.Contains(line, `"level":"warn"`):
					got += text[:1]
				default:
					t.Errorf("want a warning, or that all is well again: %s", line)
				}
			}
			if got != tt.want {
				t.Errorf("told %s, want %s", got, tt.want)
			}
			if counted := scrape(t, d, "kw_onboarder_watch_failures_total"); counted != failed {
				t.Errorf("%d failures counted, want %d", counted, failed)
			}
		})
	}
}

// scrape is the value of one counter of a daemon that does not run.
func scrape(t *testing.T, d *running, name string) int {
	t.Helper()
	families, err := d.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return int(f.GetMetric()[0].GetCounter().GetValue())
		}
	}
	return 0
}

// clumsy is a directory whose watch has a bug.
type clumsy struct{ kwsync.Directory }

func (clumsy) Watch(context.Context, func(), func(string, error)) { panic("index out of range") }

func TestPanicInAWatchIsAFailedWatch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "WATCH", "true")
	d := s.prepare(t)
	d.current.runner.Directory = clumsy{d.current.runner.Directory}
	d.start(t)
	if rep := d.next(t); rep.Result() != kwsync.Done {
		t.Errorf("the run: %s (%s)", rep.Result(), rep.Err)
	}
	await(t, d.current.lookout.done, "the end of the watch")
	d.expectMetrics(t, "watch_failures_total", "1")
	if log := d.log.String(); !strings.Contains(log, "internal error: index out of range") || !strings.Contains(log, "clumsy") {
		t.Errorf("the log does not tell of it:\n%s", log)
	}
}

// The one run that waits does what all who asked want.
func TestTriggerKeepsTheOneThatDoesMost(t *testing.T) {
	t.Parallel()
	woken, plain, whole := kwsync.Trigger{Name: watch}, kwsync.Trigger{Name: delta}, kwsync.Trigger{Name: full, Full: true}
	tests := []struct {
		name  string
		asked []kwsync.Trigger
		want  kwsync.Trigger
	}{
		{"a delta behind another", []kwsync.Trigger{woken, plain}, woken},
		{"a full run behind both", []kwsync.Trigger{woken, plain, whole}, whole},
		{"both behind a full run", []kwsync.Trigger{whole, woken, plain}, whole},
		{"the first of two alike", []kwsync.Trigger{{Name: start, Full: true}, whole}, kwsync.Trigger{Name: start, Full: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := &Daemon{ticks: make(chan kwsync.Trigger, 1)}
			for _, trigger := range tt.asked {
				d.Trigger(trigger)
			}
			if diff := cmp.Diff(tt.want, <-d.ticks); diff != "" || len(d.ticks) != 0 {
				t.Errorf("what waits (-want +got), and %d more:\n%s", len(d.ticks), diff)
			}
		})
	}
}
