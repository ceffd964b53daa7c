package app

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
	"github.com/kw-onboarder/kw-onboarder/internal/status"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

func TestSchedulesFire(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "DELTA", "*/15 * * * *", "FULL", "5 0 * * *", "METRICS", "")
	synctest.Test(t, func(t *testing.T) {
		d, err := New(t.Context(), Options{Load: s.load, Log: zap.NewNop()})
		if err != nil {
			t.Fatalf("New: %v", err)
		}
		began := time.Now() // midnight, as synctest has it
		d.current.cron.Start()
		defer d.current.cron.Stop()
		type tick struct {
			trigger string
			after   time.Duration
		}
		var got []tick
		for range 4 {
			trigger := <-d.ticks
			got = append(got, tick{trigger.Name, time.Since(began)})
		}
		want := []tick{
			{full, 5 * time.Minute}, {delta, 15 * time.Minute}, {delta, 30 * time.Minute}, {delta, 45 * time.Minute},
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(tick{})); diff != "" {
			t.Errorf("ticks (-want +got):\n%s", diff)
		}
	})
}

func TestAllowance(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, delta, full string
		want              time.Duration
	}{
		{"two intervals", "0 * * * *", "0 3 * * *", 2 * time.Hour},
		{"never under a quarter of an hour", "@every 1m", "0 3 * * *", 15 * time.Minute},
		{"of the one that runs more often", "0 3 * * *", "@every 30m", time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.configure(t, "DELTA", tt.delta, "FULL", tt.full)
			c, err := s.load()
			if err != nil {
				t.Fatal(err)
			}
			if got := allowance(c, time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestBoardRun(t *testing.T) {
	t.Parallel()
	ann := access.PersonID{Source: "corp", ID: "ann"}
	rep := kwsync.Report{
		Full: true, People: 5, Groups: 2,
		Plan: plan.Plan{
			Changes: []plan.Change{{Key: "a", Op: plan.CreateAccount}, {Key: "b", Op: plan.Grant}, {Key: "c", Op: plan.Grant}},
			Notes: []plan.Note{
				{Kind: plan.NoteHeld, Person: ann, Rule: "x"},
				{Kind: plan.NoteHeld, Person: ann, Rule: "y"},
				{Kind: plan.NoteBlocked, Rule: "z"},
				{Kind: plan.NoteSkipped},
				{Kind: plan.NoteSkipped},
			},
		},
		Canaries:   []guard.Unmet{{Why: "the boss is gone"}},
		Violations: []guard.Violation{{Wall: "two bids", Account: "a"}, {Wall: "two bids", Account: "b"}},
		Outcomes: []plan.Outcome{
			{Key: "a", Result: plan.Done}, {Key: "b", Result: plan.Refused}, {Key: "c", Result: plan.Refused},
		},
	}
	got := boardRun(&rep, []guard.Wall{{Name: "two bids"}, {Name: "legal inside"}})
	got.Ended = time.Time{}
	want := status.Run{
		Kind: full, Result: "partial", Whole: true, People: 5, Groups: 2,
		Planned:    []plan.Op{plan.CreateAccount, plan.Grant, plan.Grant},
		HeldPeople: 1, HeldRules: []string{"z"}, Skipped: 2, Unmet: true, Violations: map[string]int{"two bids": 2, "legal inside": 0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPromtoolAcceptsTheMetrics(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatal("promtool is not installed: apt-get install prometheus")
	case err != nil:
		t.Skip("NOT TESTED: promtool is not installed: apt-get install prometheus")
	}
	s := newSite(t)
	d := s.start(t)
	d.next(t)
	_, body := d.get(t, "/metrics")
	check := exec.CommandContext(t.Context(), promtool, "check", "metrics")
	check.Stdin = strings.NewReader(body)
	var out bytes.Buffer
	check.Stdout, check.Stderr = &out, &out
	if err := check.Run(); err != nil || out.Len() > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, &out)
	}
}

func TestP07_ObserveHoldsNoClientThatWrites(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "MODE", "observe")
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := OpenActor(t.Context(), c, Settings{})
	if err != nil {
		t.Fatalf("OpenActor: %v", err)
	}
	defer a.Close()
	r := a.Runner
	if _, writes := r.Reader.(kwsync.Tenant); writes || r.Tenant != nil {
		t.Errorf("the reader is a %T, the tenant a %T: one can write", r.Reader, r.Tenant)
	}
	if _, err := a.Run(t.Context(), kwsync.Trigger{Name: "test", Full: true}, ""); err != nil {
		t.Errorf("Run: %v", err)
	}
	for _, e := range s.kiteworks.History() {
		if e.Write && e.Path != "/oauth/token" {
			t.Errorf("it sent %s %s", e.Method, e.URLPath)
		}
	}
}

func TestP07_PlannerHoldsNothingThatWrites(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	p, closePlanner, err := OpenPlanner(t.Context(), c, Settings{})
	if err != nil {
		t.Fatalf("OpenPlanner: %v", err)
	}
	defer closePlanner()
	if _, writes := p.Reader.(kwsync.Tenant); writes {
		t.Errorf("the reader is a %T, which can write", p.Reader)
	}
	if _, writes := p.Recall.(kwsync.Journal); writes {
		t.Errorf("the memory is a %T, which can write", p.Recall)
	}
	rep, err := p.Plan(t.Context())
	if err != nil || len(rep.Plan.Changes) != 10 {
		t.Errorf("Plan: %v, %d changes, want 10", err, len(rep.Plan.Changes))
	}
	if _, err := os.Stat(s.path("ledger.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a dry run made a ledger: %v", err)
	}
}

// A planner that is given a directory opens no other; what writes always does.
func TestAPlannerCanBeGivenItsDirectory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	c.Directories[0].Kind = "paper" // cannot be opened
	given := snapshot.NewDirectory("a file", snapshot.File{})
	p, closePlanner, err := OpenPlanner(t.Context(), c, Settings{Directory: given})
	if err != nil {
		t.Fatalf("OpenPlanner: %v", err)
	}
	defer closePlanner()
	if p.Directory != given {
		t.Errorf("the planner reads %v, want what it was given", p.Directory)
	}
	if _, err := OpenActor(t.Context(), c, Settings{Directory: given}); err == nil {
		t.Error("a runner took a directory from elsewhere")
	}
}

func TestRequestsAreCounted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.start(t)
	d.next(t)
	d.observe("GET /rest/roles", 429, time.Millisecond)
	d.observe("GET /rest/roles", 0, time.Millisecond)
	d.observe("POST /oauth/token", 401, time.Millisecond)
	d.expectMetrics(
		t, `throttled_total`, "1", `tokens_minted_total`, "2",
		`requests_total{code="429",operation="GET /rest/roles"}`, "1",
		`requests_total{code="none",operation="GET /rest/roles"}`, "1",
	)
}

// What does not change with the configuration is said before anything runs.
func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(*testing.T, *site, *config.Config)
		want  string
	}{
		{"no CA file", func(_ *testing.T, s *site, c *config.Config) { c.Kiteworks.CA = s.path("ca.pem") }, "read kiteworks.ca: open "},
		{"a CA file without a certificate", func(t *testing.T, s *site, c *config.Config) {
			s.write(t, "ca.pem", "nothing")
			c.Kiteworks.CA = s.path("ca.pem")
		}, "holds no certificate in PEM"},
		{"a file that is no ledger", func(t *testing.T, s *site, _ *config.Config) {
			s.write(t, "ledger.db", strings.Repeat("this is a letter, no ledger. ", 40))
		}, "open the ledger: "},
		{"a file where the folder should be", func(_ *testing.T, s *site, c *config.Config) {
			c.State = config.State(filepath.Join(s.path("secret"), "ledger.db"))
		}, "open the ledger: "},
		{"an unknown kind of directory", func(_ *testing.T, _ *site, c *config.Config) { c.Directories[0].Kind = "paper" }, "paper"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c, err := s.load()
			if err != nil {
				t.Fatal(err)
			}
			tt.spoil(t, s, c)
			_, err = OpenActor(t.Context(), c, Settings{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("OpenActor: %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.prepare(t).start(t)
	first.next(t)
	s.configure(t, "METRICS", first.Addr())
	tests := []struct {
		name string
		o    Options
		want string
	}{
		{"no log", Options{Load: s.load}, "a daemon needs a configuration to load and a log"},
		{"nothing to load", Options{Log: zap.NewNop()}, "a daemon needs a configuration to load and a log"},
		{"a port that is taken", Options{Load: s.load, Log: zap.NewNop()}, "listen on http.metrics: "},
		{"no configuration", Options{Load: func() (*config.Config, error) { return nil, os.ErrNotExist }, Log: zap.NewNop()}, os.ErrNotExist.Error()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(t.Context(), tt.o)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("New: %v, want %q", err, tt.want)
			}
		})
	}
}

func TestNeverTouchesItsOwnIdentities(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	c.Kiteworks.NeverTouch = []access.Email{"ceo@corp.example"}
	want := map[access.Email]string{
		"ceo@corp.example": "listed in kiteworks.never_touch",
		svcUsers:           "one of kiteworks.identities", svcFolders: "one of kiteworks.identities",
	}
	if diff := cmp.Diff(want, never(c)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
