package status

import (
	"strings"
	"testing"
	"time"
)

func TestReadinessCheck(t *testing.T) {
	t.Parallel()
	const allowance = time.Hour
	now := time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	cases := []struct {
		name  string
		ready Readiness
		want  string // in the error; "": ready
	}{
		{"nothing yet", Readiness{}, "no configuration is loaded"},
		{"no configuration, whatever succeeded", Readiness{LastSuccess: now}, "no configuration is loaded"},
		{"just begun", Readiness{Configured: ago(time.Minute)}, ""},
		{"at the edge of the allowance", Readiness{Configured: ago(allowance)}, ""},
		{"never a success", Readiness{Configured: ago(allowance + time.Second)}, "no run has succeeded in the 1h0m1s"},
		{"a young success", Readiness{Configured: ago(90 * time.Hour), LastSuccess: ago(59 * time.Minute)}, ""},
		{"a success at the edge", Readiness{Configured: ago(90 * time.Hour), LastSuccess: ago(allowance)}, ""},
		{"an old success", Readiness{Configured: ago(90 * time.Hour), LastSuccess: ago(2 * time.Hour)}, "ended 2h0m0s ago, more than 1h0m0s"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := c.ready.Check(now, allowance)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("got %q, want ready", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestBoardTracksReadiness(t *testing.T) {
	t.Parallel()
	b, _ := newBoard()
	check := func(what string, want Readiness) {
		t.Helper()
		if got := b.Readiness(); got != want {
			t.Errorf("%s: got %+v, want %+v", what, got, want)
		}
	}
	first, second, third := moment, moment.Add(time.Minute), moment.Add(time.Hour)
	b.Reloaded(false, "", first)
	check("a file that is broken from the start", Readiness{})
	b.Reloaded(true, "a", first)
	b.Reloaded(true, "b", second)
	check("a reload is no new start", Readiness{Configured: first})
	b.Finished(Run{Kind: "full", Result: "partial", Ended: second})
	check("a partial run is a success", Readiness{Configured: first, LastSuccess: second})
	b.Finished(Run{Kind: "full", Result: Failed, Ended: third})
	b.Reloaded(false, "", third)
	check("failures move nothing", Readiness{Configured: first, LastSuccess: second})
}
