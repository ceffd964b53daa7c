package app

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// patience is how long a test waits for something that takes milliseconds.
const patience = 30 * time.Second

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) Sync() error { return nil }

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// running is a daemon at work.
type running struct {
	*Daemon
	log     *lockedBuffer
	reports chan kwsync.Report
	reloads chan struct{}
	stop    func()
}

// prepare makes a daemon of the site, which does not run yet.
func (s *site) prepare(t *testing.T) *running {
	t.Helper()
	r := &running{
		log: &lockedBuffer{}, reports: make(chan kwsync.Report, 16), reloads: make(chan struct{}),
	}
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), r.log, zap.DebugLevel)
	var err error
	r.Daemon, err = New(t.Context(), Options{
		Load: s.load, Log: zap.New(core), Version: "test", Commit: "none",
		Ended: func(rep *kwsync.Report) { r.reports <- *rep },
	})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return r
}

// start lets it run until stop is called, or the test ends. To end without an
// error is part of every test.
func (r *running) start(t *testing.T) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx, r.reloads) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			t.Error("the daemon does not stop")
		}
	})
	t.Cleanup(r.stop)
	return r
}

func (s *site) start(t *testing.T) *running {
	t.Helper()
	return s.prepare(t).start(t)
}

// next is the report of the next run to end.
func (r *running) next(t *testing.T) kwsync.Report {
	t.Helper()
	return await(t, r.reports, "the end of a run")
}

// again asks for a full run and waits for its report.
func (r *running) again(t *testing.T) kwsync.Report {
	t.Helper()
	r.Trigger(kwsync.Trigger{Name: full, Full: true})
	for {
		if rep := r.next(t); rep.Trigger != reloaded { // what a reload asks for
			return rep
		}
	}
}

// reload reads the configuration again. The run after it happens when that is
// done: one goroutine does both.
func (r *running) reload(t *testing.T) {
	t.Helper()
	select {
	case r.reloads <- struct{}{}:
	case <-time.After(patience):
		t.Fatal("waited in vain for the reload")
	}
}

func await[T any](t *testing.T, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
	}
	return v
}

// get is one answer of the daemon's server.
func (r *running) get(t *testing.T, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.Addr()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("get %s: %v", path, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("get %s: %v", path, err)
	}
	return resp.StatusCode, string(body)
}

// metric is the value of one series, "" if there is none.
func (r *running) metric(t *testing.T, series string) string {
	t.Helper()
	_, body := r.get(t, "/metrics")
	for line := range strings.Lines(body) {
		if value, ok := strings.CutPrefix(line, "kw_onboarder_"+series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// expectMetrics compares several series, given as name and value by turns.
func (r *running) expectMetrics(t *testing.T, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if got := r.metric(t, pairs[i]); got != pairs[i+1] {
			t.Errorf("metric %s is %q, want %q", pairs[i], got, pairs[i+1])
		}
	}
}
