package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Whoever approves need not wait for the schedule, nor for anybody to look.
func TestP06_ApprovalAsksTheDaemon(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	item := ledger.Parked{Cause: "c", Kind: "revoke", Changes: []plan.Change{{Key: "k", Op: plan.Revoke}}}
	park := func() {
		t.Helper()
		err := write(t.Context(), c, func(book *ledger.Ledger) error {
			return book.Park(t.Context(), 1, []ledger.Parked{item}, true, time.Now())
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	park()
	approved, request, err := Approve(t.Context(), c, 1, "alone")
	if err != nil || request != 0 || approved.Decision != ledger.Approved || approved.Reason != "alone" || approved.UID != os.Getuid() {
		t.Errorf("alone: got %+v, request %d and error %v", approved, request, err)
	}
	d := s.start(t)
	d.next(t)
	item.Cause = "d"
	park() // behind the first run, which knows of nothing that waits
	if _, request, err = Approve(t.Context(), c, 2, "beside the daemon"); err != nil || request == 0 {
		t.Fatalf("beside a daemon: got request %d and error %v", request, err)
	}
	if rep := d.next(t); !rep.Full || rep.Trigger != VerbApply {
		t.Errorf("got a run by %q, full %t, want a full one that was asked for", rep.Trigger, rep.Full)
	}
	if !strings.Contains(d.log.String(), `"reason":"beside the daemon"`) {
		t.Error("the log does not say why")
	}
	if _, request, err = Approve(t.Context(), c, 2, "again"); err == nil || request != 0 {
		t.Errorf("again: got request %d and error %v, want none and an error", request, err)
	}
}

func TestHoldFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	for _, d := range []string{"free", "held", "dangling"} {
		if err := os.Mkdir(at(d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	since := time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)
	err := os.WriteFile(at("held", "HOLD"), nil, 0o600)
	if err == nil {
		err = os.Chtimes(at("held", "HOLD"), since, since)
	}
	if err == nil {
		err = os.Symlink("nowhere", at("dangling", "HOLD"))
	}
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, state, file string
		want              bool
	}{
		{"not there", at("free", "ledger.db"), at("held", "config.yaml"), false},
		{"beside the ledger", at("held", "ledger.db"), at("free", "config.yaml"), true},
		{"a link to nothing", at("dangling", "ledger.db"), at("free", "config.yaml"), true},
		{"no such folder yet", at("none", "ledger.db"), at("free", "config.yaml"), false},
		{"a database: beside the configuration", "postgres://kw@db.corp.example/kw", at("held", "config.yaml"), true},
		{"a database, not there", "postgres://kw@db.corp.example/kw", at("free", "config.yaml"), false},
		{"a secret database", "env:LEDGER", at("held", "config.yaml"), true},
		{"it cannot be told", at("held", "HOLD", "ledger.db"), at("free", "config.yaml"), true},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, when := HoldFile(&config.Config{State: config.State(tt.state), File: tt.file})
			if got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
			if strings.HasPrefix(tt.name, "beside") && !when.Equal(since) {
				t.Errorf("got since %s, want %s", when, since)
			}
		})
	}
}
