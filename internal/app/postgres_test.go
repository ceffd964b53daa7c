package app

import (
	"os"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/pgtest"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// The whole program with its ledger in PostgreSQL, of which the configuration has a
// reference only: a command, then a daemon that finds nothing left to do, and one that
// stands by until the first has stopped.
func TestAPostgreSQLLedger(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write(t, "ledger-url", pgtest.Start(t).Schema(t))
	text, err := os.ReadFile(s.path("config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "config.yaml", strings.Replace(string(text), s.path("ledger.db"), "file:"+s.path("ledger-url"), 1))
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := OpenActor(t.Context(), c, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := a.Run(t.Context(), kwsync.Trigger{Name: "test", Full: true}, "")
	if err != nil || len(rep.Outcomes) != 10 || s.accounts() != 4 {
		t.Errorf("the command: got %d changes and %d accounts, want 10 and 4; or: %v", len(rep.Outcomes), s.accounts(), err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := Rate(t.Context(), c), 1000.0; got != want {
		t.Errorf("alone: got %v requests a second, want %v", got, want)
	}
	first := s.start(t)
	if rep := first.next(t); rep.Result() != kwsync.Done || len(rep.Plan.Changes) != 0 {
		t.Errorf("the daemon: %s (%s), %d changes", rep.Result(), rep.Err, len(rep.Plan.Changes))
	}
	if got, want := Rate(t.Context(), c), 250.0; got != want {
		t.Errorf("beside a daemon: got %v requests a second, want %v", got, want)
	}
	second := s.start(t)
	first.stop()
	if rep := second.next(t); rep.Result() != kwsync.Done || len(rep.Plan.Changes) != 0 {
		t.Errorf("the daemon that stood by: %s (%s), %d changes", rep.Result(), rep.Err, len(rep.Plan.Changes))
	}
}
