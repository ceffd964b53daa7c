package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

func TestStatusText(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	failed := &history.Run{}
	failed.ID, failed.Trigger, failed.Ended, failed.Result, failed.Error = 7, "delta", at.Add(-time.Minute), "failed", "read the directory: refused"
	s := history.Standing{Now: at, Patience: time.Hour, Acting: true, Holder: "host/12", Last: failed}
	s.Open = append(s.Open[:0:0], struct {
		Run     int64
		Changes int
		Since   time.Time
	}{7, 3, at.Add(-time.Hour)})
	s.Due, s.NextDue, s.Owned, s.Lost = 2, at.Add(24*time.Hour), 5, 1
	var out bytes.Buffer
	statusText{out: &out, config: cfg, Standing: &s}.print()
	want := `broken: run 7 failed, and none has succeeded yet: read the directory: refused - mend that; the next run tries again, ` + "`kw-onboarder apply`" + ` at once

mode           observe
acts           host/12
next delta     2027-03-01 13:15:00 CET
next full      2027-03-02 03:00:00 CET
last run       7, failed, started by delta, 2027-03-01 12:59:00 CET, 1m0s ago
last success   none
last full run  none
undecided      3 changes, the oldest since 2027-03-01 12:00:00 CET
waiting        no request
due            2 people, the next date is 2027-03-02 13:00:00 CET
accounts       0 linked, 0 of them made by us
grants         5 ours, 1 no longer, because somebody changed them
folders        0 observed
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

// The first line names one brake that holds; the lines below name each.
func TestStatusNamesEachBrake(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	s := history.Standing{Now: at, Acting: true, HoldFile: "/var/lib/HOLD"}
	s.FullLast = &history.Run{Summary: history.Summary{Summary: plan.Summary{Unmet: []string{"the boss is gone", "a group is empty"}, Violations: 1}}}
	s.Success = s.FullLast
	s.Pauses = make([]app.Hold, 1)
	s.Pauses[0].Scope, s.Pauses[0].Until, s.Pauses[0].By.User, s.Pauses[0].By.Reason = "narrowing", at.Add(time.Hour), "ida", "a merger"
	s.Parked = []app.ParkedItem{{Opened: at.Add(-3 * time.Hour)}, {Opened: at}}
	s.Quarantined = []app.Failing{{Since: at.Add(-time.Minute)}}
	var out bytes.Buffer
	statusText{out: &out, config: cfg, Standing: &s}.print()
	_, below, _ := strings.Cut(out.String(), "due            0 people\n")
	below, _, _ = strings.Cut(below, "accounts ")
	want := "stopped        by the file /var/lib/HOLD\n" +
		"paused         until 2027-03-01 14:00:00 CET, by ida: nothing is taken away (a merger)\n" +
		"parked         2 items, the oldest for 3h0m0s: `kw-onboarder parked`\n" +
		"quarantine     1 thing, the oldest for 1m0s: `kw-onboarder quarantine`\n" +
		"expected       the boss is gone\n" +
		"expected       a group is empty\n" +
		"walls          1 account against one: `kw-onboarder plan`\n"
	if diff := cmp.Diff(want, below); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	j := newJSONStatus(cfg, &s)
	if j.Parked.Count != 2 || !j.Parked.Oldest.Equal(at.Add(-3*time.Hour)) || j.Expired.Oldest != nil || len(j.Unmet) != 2 || j.Against != 1 ||
		len(j.Pauses) != 1 || j.Failing.Count != 1 || j.HoldFile == "" {
		t.Errorf("for a script: got %+v", j)
	}
}

// Nobody keeps a schedule while nobody acts.
func TestStatusForetellsNoRunWhileNobodyActs(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := history.Standing{Now: time.Now()}
	var out bytes.Buffer
	statusText{out: &out, config: cfg, Standing: &s}.print()
	for _, want := range []string{"next delta     none, while nobody acts\n", "next full      none, while nobody acts\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant in it %q", &out, want)
		}
	}
	if j := newJSONStatus(cfg, &s); !j.NextDelta.IsZero() || !j.NextFull.IsZero() {
		t.Errorf("in JSON: got %v and %v, want neither", j.NextDelta, j.NextFull)
	}
}

// What cannot be read is not shown as nothing.
func TestStatusOfALedgerThatCannotBeRead(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := history.Standing{Now: time.Now(), Err: bytes.ErrTooLarge}
	var out bytes.Buffer
	statusText{out: &out, config: cfg, Standing: &s}.print()
	if text := out.String(); !strings.HasPrefix(text, "broken: the ledger cannot be read: ") || strings.Contains(text, "grants") {
		t.Errorf("got\n%s", text)
	}
}
