package app

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

func TestDaemonRunsAtTheStart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.start(t)
	rep := d.next(t)
	if rep.Result() != kwsync.Done || rep.Trigger != start || s.accounts() != 4 {
		t.Errorf("run by %s: %s (%s), %d accounts; want a start that is done and 4 accounts", rep.Trigger, rep.Result(), rep.Err, s.accounts())
	}
	if rep.Requests.Made != rep.Requests.Planned() {
		t.Errorf("%d requests made, %d planned", rep.Requests.Made, rep.Requests.Planned())
	}
	for _, tt := range []struct{ path, want string }{{"/healthz", "ok\n"}, {"/readyz", "ready\n"}} {
		if code, body := d.get(t, tt.path); code != http.StatusOK || body != tt.want {
			t.Errorf("%s: %d %q, want 200 %q", tt.path, code, body, tt.want)
		}
	}
	if code, _ := d.get(t, "/"); code != http.StatusNotFound {
		t.Errorf("/: %d, want 404", code)
	}
	d.expectMetrics(
		t, `people`, "4",
		`runs_total{kind="full",result="done"}`, "1",
		`changes_total{op="create_account",result="done"}`, "4",
		`changes_total{op="grant",result="done"}`, "4",
		`requests_total{code="200",operation="POST /oauth/token"}`, "2",
		`tokens_minted_total`, "2",
		`config_last_reload_successful`, "1",
	)

	if rep := d.again(t); rep.Result() != kwsync.Done || len(rep.Plan.Changes) != 0 {
		t.Errorf("the second run: %s with %d changes, want nothing to do", rep.Result(), len(rep.Plan.Changes))
	}
	d.expectMetrics(t, `runs_total{kind="full",result="done"}`, "2")
}

func TestFailedRunIsNoFailedProcess(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := s.company.Addr().String()
	if err := s.company.Close(); err != nil {
		t.Fatal(err)
	}
	d := s.start(t)
	rep := d.next(t)
	if rep.Result() != kwsync.Failed || !strings.HasPrefix(rep.Err, "read the directory: ") {
		t.Errorf("without a directory: %s, %q", rep.Result(), rep.Err)
	}
	if code, _ := d.get(t, "/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d, want 200", code)
	}
	d.expectMetrics(t, `runs_total{kind="full",result="failed"}`, "1", `last_success_timestamp_seconds`, "0")
	if s.accounts() != 0 {
		t.Errorf("%d accounts were made", s.accounts())
	}

	s.directory(t, address, staff("ann", "Finance"))
	if rep := d.again(t); rep.Result() != kwsync.Done || s.accounts() != 1 {
		t.Errorf("with a directory again: %s (%s), %d accounts", rep.Result(), rep.Err, s.accounts())
	}
}

func TestReloadErrorLeavesThingsAsTheyWere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(*testing.T, *site)
		want  string // in the log
	}{
		{"not YAML", func(t *testing.T, s *site) { s.write(t, "config.yaml", "mode: [") }, "config.yaml:1"},
		{"gone", func(t *testing.T, s *site) { s.remove(t, "config.yaml") }, "no such file"},
		{"an unknown mode", func(t *testing.T, s *site) { s.configure(t, "MODE", "yolo") }, "mode: want observe, create-only, upsert-only, sync"},
		{"another address to listen on", func(t *testing.T, s *site) { s.configure(t, "METRICS", "127.0.0.1:1") }, `http.metrics changed from \"127.0.0.1:0\" to \"127.0.0.1:1\", which takes a restart`},
		{"another format of the log", func(t *testing.T, s *site) {
			s.configure(t, "METRICS", "127.0.0.1:0\"\nlog:\n  format: \"console")
		}, `log.format changed from \"json\" to \"console\", which takes a restart`},
		{"another tenant than the ledger's", func(t *testing.T, s *site) { s.configure(t, "KITEWORKS", "https://127.0.0.1:1") }, "it belongs to the tenant"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			d := s.start(t)
			d.next(t)
			hash := fmt.Sprintf(`config_info{hash=%q}`, d.current.config.Hash)
			d.expectMetrics(t, hash, "1", "config_last_reload_successful", "1")
			when := d.metric(t, "config_last_reload_success_timestamp_seconds")

			tt.spoil(t, s)
			d.reload(t)
			if rep := d.again(t); rep.Result() != kwsync.Done {
				t.Errorf("the run after it: %s (%s)", rep.Result(), rep.Err)
			}
			d.expectMetrics(t, hash, "1", "config_last_reload_successful", "0", "config_last_reload_success_timestamp_seconds", when)
			if log := d.log.String(); !strings.Contains(log, "reload failed") || !strings.Contains(log, tt.want) {
				t.Errorf("the log does not tell of %s:\n%s", tt.want, log)
			}

			s.configure(t, "MODE", "create-only", "METRICS", "127.0.0.1:0", "KITEWORKS", s.front.URL, "ROLE", "Viewer")
			d.reload(t)
			d.again(t)
			d.expectMetrics(t, hash, "", "config_last_reload_successful", "1")
		})
	}
}

func (s *site) remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(s.path(name)); err != nil {
		t.Fatal(err)
	}
}

func TestReloadSwaps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "MODE", "observe")
	d := s.start(t)
	if rep := d.next(t); s.accounts() != 0 || len(rep.Withheld) == 0 {
		t.Fatalf("mode observe made %d accounts, %d withheld", s.accounts(), len(rep.Withheld))
	}
	s.configure(t, "MODE", "create-only")
	d.reload(t)
	if rep := d.again(t); rep.Result() != kwsync.Done || s.accounts() != 4 {
		t.Errorf("after the reload: %s (%s), %d accounts, want 4", rep.Result(), rep.Err, s.accounts())
	}
}

func TestReloadDuringARunLetsItFinish(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	reached, release := s.holdUp(t, http.MethodPost, "/rest/admin/users")
	d := s.start(t)
	await(t, reached, "the first account")
	s.configure(t, "MODE", "observe")
	d.reload(t)
	release()
	if rep := d.next(t); rep.Result() != kwsync.Done || rep.Mode != "create-only" || s.accounts() != 4 {
		t.Errorf("the run under way: %s in mode %s (%s), %d accounts", rep.Result(), rep.Mode, rep.Err, s.accounts())
	}
	if rep := d.again(t); rep.Mode != "observe" {
		t.Errorf("the next run is in mode %s, want observe", rep.Mode)
	}
}

// Both schedules tick at midnight: the full run must not be lost to the other.
func TestAFullRunTakesThePlaceOfADelta(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	reached, release := s.holdUp(t, http.MethodPost, "/rest/admin/users")
	d := s.start(t)
	await(t, reached, "the first account")
	d.Trigger(kwsync.Trigger{Name: delta})
	d.Trigger(kwsync.Trigger{Name: full, Full: true})
	d.Trigger(kwsync.Trigger{Name: delta})
	release()
	d.next(t)
	if rep := d.next(t); rep.Trigger != full {
		t.Errorf("the second run is by %s, want %s", rep.Trigger, full)
	}
	d.stop()
	if n := len(d.reports); n != 0 {
		t.Errorf("%d further runs, want none", n)
	}
}

func TestWhoeverAsksDuringARunGetsOneMore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	reached, release := s.holdUp(t, http.MethodPost, "/rest/admin/users")
	d := s.start(t)
	await(t, reached, "the first account")
	for range 5 {
		d.Trigger(kwsync.Trigger{Name: full, Full: true})
	}
	release()
	d.next(t)
	if rep := d.next(t); rep.Trigger != full {
		t.Errorf("the second run is by %s, want %s", rep.Trigger, full)
	}
	d.stop()
	if n := len(d.reports); n != 0 {
		t.Errorf("%d further runs, want none", n)
	}
}

func TestP08_StopFinishesTheStepInHand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	reached, release := s.holdUp(t, http.MethodPost, "/rest/admin/users")
	ctx, cancel := context.WithCancel(t.Context())
	d := s.prepare(t)
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, nil) }()
	await(t, reached, "the first account")
	cancel()
	release()
	if err := await(t, ended, "the end of the daemon"); err != nil {
		t.Errorf("Run: %v", err)
	}
	rep := d.next(t)
	if rep.Result() != kwsync.Failed || !strings.Contains(rep.Err, "stopped before the end") {
		t.Errorf("the run: %s, %q", rep.Result(), rep.Err)
	}
	if open := s.openIntents(t); len(open) != 0 {
		t.Errorf("%d intents are left open", len(open))
	}
	sent := s.kiteworks.Count(http.MethodPost, "/rest/admin/users")
	if done := len(rep.Outcomes) - len(rep.Unfinished()); sent == 0 || s.accounts() != sent || done < sent {
		t.Errorf("%d creations sent, %d accounts, %d changes done", sent, s.accounts(), done)
	}

	s.gate.Store(nil)
	if rep := s.start(t).next(t); rep.Result() != kwsync.Done || len(rep.Settled) != 0 || s.accounts() != 4 {
		t.Errorf("the next daemon: %s (%s), %d settled, %d accounts", rep.Result(), rep.Err, len(rep.Settled), s.accounts())
	}
}

func (s *site) openIntents(t *testing.T) []plan.Change {
	t.Helper()
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	book, err := openLedger(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	open, err := book.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return open
}

func TestStopWhenIdle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.start(t)
	d.next(t)
	d.stop()
	if _, err := http.Get("http://" + d.Addr() + "/healthz"); err == nil {
		t.Error("it still answers")
	}
}

// panicky is a directory with a bug.
type panicky struct{}

func (panicky) Refresh(context.Context, bool) (*access.Snapshot, access.Touched, error) {
	panic("index out of range")
}

func TestPanicInARunIsAFailedRun(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.prepare(t)
	good := d.current.runner.Directory
	d.current.runner.Directory = panicky{}
	d.start(t)
	if rep := d.next(t); rep.Result() != kwsync.Failed || rep.Err != "internal error: index out of range" {
		t.Errorf("the run: %s, %q", rep.Result(), rep.Err)
	}
	if log := d.log.String(); !strings.Contains(log, "panicky") {
		t.Errorf("the log has no stack:\n%s", log)
	}
	d.expectMetrics(t, `runs_total{kind="full",result="failed"}`, "1")
	d.current.runner.Directory = good // no run is under way
	if rep := d.again(t); rep.Result() != kwsync.Done || s.accounts() != 4 {
		t.Errorf("the next run: %s (%s), %d accounts", rep.Result(), rep.Err, s.accounts())
	}
}

// Of two daemons on one ledger one acts; the other stands by, and acts when the first
// has ended.
func TestSecondDaemonStandsBy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.start(t)
	if rep := first.next(t); rep.Result() != kwsync.Done {
		t.Fatalf("the first daemon's run: %s (%s)", rep.Result(), rep.Err)
	}
	second := s.start(t)
	second.Trigger(kwsync.Trigger{Name: full, Full: true})
	first.again(t)
	first.expectMetrics(t, "leader", "1")
	second.expectMetrics(t, "leader", "0", `runs_total{kind="full",result="done"}`, "0", `runs_total{kind="full",result="failed"}`, "0")
	first.stop()
	if rep := second.next(t); rep.Result() != kwsync.Done || rep.Trigger != start || len(rep.Plan.Changes) != 0 {
		t.Errorf("the second daemon, later: %s by %s (%s), %d changes", rep.Result(), rep.Trigger, rep.Err, len(rep.Plan.Changes))
	}
	second.expectMetrics(t, "leader", "1")
	want := fmt.Sprintf("process %d holds it", os.Getpid())
	if log := second.log.String(); strings.Count(log, "standing by") != 1 || !strings.Contains(log, want) {
		t.Errorf("want the log to say once that it stands by, and that %s:\n%s", want, log)
	}
}

// A ledger that cannot be used fails runs and not the process, and is used once it can be.
func TestADaemonOutlivesALedgerThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(string(c.State), []byte("this is no database, and long enough to be seen as none at once by whoever opens it....................."), 0o600); err != nil {
		t.Fatal(err)
	}
	d := s.start(t)
	if rep := d.next(t); rep.Result() != kwsync.Failed || !strings.Contains(rep.Err, "it is no kw-onboarder ledger") || len(s.kiteworks.History()) != 0 {
		t.Errorf("the run: %s, %q, %d requests; want a failure that names the ledger, and none", rep.Result(), rep.Err, len(s.kiteworks.History()))
	}
	d.expectMetrics(t, "leader", "0", `runs_total{kind="full",result="failed"}`, "1")
	if err := os.Remove(string(c.State)); err != nil {
		t.Fatal(err)
	}
	if rep := d.next(t); rep.Result() != kwsync.Done || s.accounts() != 4 {
		t.Errorf("with a ledger again: %s (%s), %d accounts", rep.Result(), rep.Err, s.accounts())
	}
}

func TestDaemonThatIsStoppedBeginsNoRun(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 8 { // a tick and the end are there at once: neither may win by chance
		d := s.prepare(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Run(ctx, nil); err != nil {
			t.Fatalf("Run: %v", err)
		}
		if len(d.reports) != 0 {
			t.Fatal("it began a run")
		}
	}
}

func TestStopEndsAReadAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	reached, _ := s.holdUp(t, http.MethodGet, "/rest/roles")
	d := s.start(t)
	await(t, reached, "the first read")
	d.stop()
	rep := d.next(t)
	if rep.Result() != kwsync.Failed || !strings.Contains(rep.Err, context.Canceled.Error()) {
		t.Errorf("the run: %s, %q", rep.Result(), rep.Err)
	}
	if s.accounts() != 0 {
		t.Errorf("%d accounts were made", s.accounts())
	}
}

func TestNotReadyWhenRunsFail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := s.company.Close(); err != nil {
		t.Fatal(err)
	}
	d := s.start(t)
	d.next(t)
	d.patience.Store(0) // as if the allowance had passed
	if code, body := d.get(t, "/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "no run has succeeded") {
		t.Errorf("/readyz: %d %q, want 503", code, body)
	}
	if code, _ := d.get(t, "/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d, want 200: the process is alive", code)
	}
}

func TestRefusedChangeIsShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.through(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/rest/admin/users" {
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(`{"errors":[{"code":"ERR_X","message":"not now"}]}`))
			return
		}
		s.kiteworks.ServeHTTP(w, r)
	})
	d := s.start(t)
	if rep := d.next(t); rep.Result() != kwsync.Partial {
		t.Errorf("the run: %s (%s)", rep.Result(), rep.Err)
	}
	d.expectMetrics(
		t, `changes_total{op="create_account",result="refused"}`, "4",
		`changes_total{op="grant",result="skipped"}`, "4",
		`requests_total{code="409",operation="POST /rest/admin/users"}`, "4",
	)
	if log := d.log.String(); strings.Count(log, `"msg":"change not done"`) != 4 || !strings.Contains(log, "not done: skipped: needs what was not done") || !strings.Contains(log, "ERR_X not now") {
		t.Errorf("the audit trail:\n%s", log)
	}
}
