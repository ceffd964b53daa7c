package app

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// The lag begins with a change in the directory: a first onboarding has none, and a restart
// does not lose one.
func TestTheAccessLagBeginsInTheDirectory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.start(t)
	d.next(t)
	const joiners, movers = `access_lag_seconds_count{lane="joiners"}`, `access_lag_seconds_count{lane="movers"}`
	d.expectMetrics(
		t, joiners, "0", movers, "0", `grants{state="owned"}`, "4", `grants{state="missing"}`, "0", `grants{state="extra"}`, "0",
		`oldest_pending_seconds{lane="joiners"}`, "0", "overdue_removals", "0", "seats_waiting", "0",
		"success_max_age_seconds", strconv.FormatFloat((2*365*24*time.Hour).Seconds(), 'g', -1, 64), "ledger_writable", "1",
	)
	ann, bob, cid, dora, eve := staff("ann", "Finance"), staff("bob", "Finance"), staff("cid", "Legal"), staff("dora", "Legal"), staff("eve", "Legal")
	s.employ(t, ann, bob, cid, dora, eve)
	d.again(t)
	d.expectMetrics(t, joiners, "2", movers, "0", `grants{state="owned"}`, "5")
	cid = staff("cid", "Finance")
	s.employ(t, ann, bob, cid, dora, eve)
	d.again(t)
	d.expectMetrics(t, joiners, "2", movers, "1")
	if sum, err := strconv.ParseFloat(d.metric(t, `access_lag_seconds_sum{lane="joiners"}`), 64); err != nil || sum < 0 || sum > 2*patience.Seconds() {
		t.Errorf("the lags of joiners are %v s, %v; want some seconds", sum, err)
	}

	d.stop()
	s.employ(t, ann, bob, cid, dora, eve, staff("fred", "Legal"))
	d = s.start(t)
	d.next(t)
	d.expectMetrics(t, joiners, "2", movers, "0")
}

// What Kiteworks refuses is pending until it is done.
func TestWhatIsRefusedIsPending(t *testing.T) {
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
	d.next(t)
	const pending = `oldest_pending_seconds{lane="joiners"}`
	if age, err := strconv.ParseFloat(d.metric(t, pending), 64); err != nil || age <= 0 {
		t.Errorf("%s is %v, %v; want some time", pending, age, err)
	}
	d.expectMetrics(t, `grants{state="missing"}`, "4")
	s.gate.Store(nil)
	d.again(t)
	d.expectMetrics(t, pending, "0", `grants{state="missing"}`, "0", `grants{state="owned"}`, "4")
}

func TestCredentialsAreAsOldAsTheirFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := time.Now().Add(-1000 * time.Hour)
	if err := os.Chtimes(s.path("secret"), old, old); err != nil {
		t.Fatal(err)
	}
	d := s.start(t)
	d.next(t)
	for _, tt := range []struct {
		name     string
		min, max time.Duration
	}{{"client_secret", 999 * time.Hour, 1001 * time.Hour}, {"private_key", 0, time.Hour}, {"bind_password", 0, time.Hour}} {
		age, err := strconv.ParseFloat(d.metric(t, `credential_age_seconds{credential="`+tt.name+`"}`), 64)
		if err != nil || age < tt.min.Seconds() || age > tt.max.Seconds() {
			t.Errorf("%s is %v s old, %v; want %s to %s", tt.name, age, err, tt.min, tt.max)
		}
	}
	var environment config.Secret
	if err := environment.UnmarshalText([]byte("env:SECRET")); err != nil {
		t.Fatal(err)
	}
	c := *d.current.config
	c.Kiteworks.ClientSecret = environment
	if _, has := credentials(&c)["client_secret"]; has {
		t.Error("what is in the environment has an age")
	}
}

func TestCameThrough(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		run  ledger.Run
		want bool
	}{
		{"a full run", ledger.Run{Trigger: full, Result: "done", Summary: []byte(`{"full":true}`)}, true},
		{"a delta that was refused something", ledger.Run{Trigger: delta, Result: "partial", Summary: []byte(`{}`)}, true},
		{"one that failed", ledger.Run{Trigger: full, Result: "failed", Summary: []byte(`{}`)}, false},
		{"one that was killed", ledger.Run{Trigger: full}, false},
		{"one for leavers", ledger.Run{Trigger: leavers, Result: "done", Summary: []byte(`{}`)}, false},
		{"one that took another back", ledger.Run{Trigger: VerbUndo, Result: "done", Summary: []byte(`{}`)}, false},
		{"one for a person", ledger.Run{Trigger: VerbApply, Result: "done", Summary: []byte(`{"named":["ann"]}`)}, false},
	}
	for _, tt := range tests {
		if got := cameThrough(tt.run); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}

func TestRulesWithALabelAreShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	text, err := os.ReadFile(s.path("config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "config.yaml", strings.Replace(string(text), "  - name: staff\n", "  - name: staff\n    label: everybody\n", 1))
	d := s.start(t)
	d.next(t)
	d.expectMetrics(
		t, `rule_changes_total{op="grant",result="done",rule="everybody"}`, "4", `rule_held{rule="everybody"}`, "0",
		`rule_changes_total{op="`+plan.Revoke.String()+`",result="done",rule="everybody"}`, "0",
	)
}
