package history

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

var options = ledger.Options{Tenant: "https://files.corp.example", Directories: []string{"corp"}}

// open makes a ledger and a book that reads it.
func open(t *testing.T) (*ledger.Ledger, Book) {
	t.Helper()
	o := options
	o.State = filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, Book{Ledger: &l.Reader, Location: time.UTC}
}

// must ends the test at an error of what it prepares.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ran makes a run that has ended.
func ran(t *testing.T, l *ledger.Ledger, at time.Time, trigger, result, summary string) int64 {
	t.Helper()
	id, err := l.Begin(t.Context(), at, trigger)
	must(t, err)
	must(t, l.End(t.Context(), id, at.Add(time.Second), result, []byte(summary)))
	return id
}

func TestOnlyARunThatMayGoOnIsUnderWay(t *testing.T) {
	t.Parallel()
	open, ended := time.Time{}, time.Unix(1, 0)
	run := func(trigger string, end time.Time, summary string) ledger.Run {
		return ledger.Run{Trigger: trigger, Ended: end, Summary: []byte(summary)}
	}
	tests := []struct {
		name   string
		acting bool
		newest []ledger.Run // the newest first; the last is judged
		want   string
	}{
		{"the newest, and somebody acts", true, []ledger.Run{run("full", open, "")}, "under way"},
		{"the newest, and nobody acts", false, []ledger.Run{run("full", open, "")}, "was killed"},
		{"behind a detour", true, []ledger.Run{run("apply", ended, `{"full":false}`), run("full", open, "")}, "under way"},
		{"behind a detour that is under way", true, []ledger.Run{run("apply", open, ""), run("full", open, "")}, "under way"},
		{"behind a decision", true, []ledger.Run{run("adopt", ended, `{}`), run("full", open, "")}, "under way"},
		{"behind a start", true, []ledger.Run{run("start", open, ""), run("full", open, "")}, "was killed"},
		{"behind a run of a command", true, []ledger.Run{run("apply", ended, `{"full":true}`), run("full", open, "")}, "was killed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := Book{Acting: tt.acting}.reading()
			var got Run
			for _, r := range tt.newest {
				var err error
				if got, err = g.next(r); err != nil {
					t.Fatal(err)
				}
			}
			if got.Outcome() != tt.want {
				t.Errorf("got %q, want %q", got.Outcome(), tt.want)
			}
		})
	}
}

func TestRunsTellKindsAndDecisions(t *testing.T) {
	t.Parallel()
	l, b := open(t)
	at := time.Now().Add(-time.Hour)
	ran(t, l, at, "start", "done", `{"full":true}`)
	ran(t, l, at, "delta", "partial", `{"results":{"done":2}}`)
	ran(t, l, at, "apply", "done", `{"full":true,"named":["ann"]}`)
	ran(t, l, at, "apply", "done", `{"named":["bert"]}`)
	must(t, l.Disown(t.Context(), ledger.Actor{User: "root"}, []plan.GrantKey{{Account: "a", Folder: "f"}}, nil))
	runs, err := b.Runs(t.Context(), 4)
	must(t, err)
	var got []string
	for _, r := range runs {
		got = append(got, r.Kind()+" "+r.Outcome())
	}
	if diff := cmp.Diff([]string{"decision done", "named done", "named done", "delta partial"}, got); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	story, err := b.Run(t.Context(), 1)
	if err != nil || story.ID != 1 || story.Kind() != "full" {
		t.Errorf("run 1: got %d %s, %v, want the full one", story.ID, story.Kind(), err)
	}
	if _, err := b.Run(t.Context(), 99); err == nil || !strings.Contains(err.Error(), "there is no run 99") {
		t.Errorf("run 99: got %v, want that there is none", err)
	}
}

const reviewed = "review it with `kw-onboarder adopt --all`, and take it over with --all --yes, or leave it to others with --trust --yes"

func TestStandingSaysWhatToSeeToFirst(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	run := func(id int64, ago time.Duration, failure string) *Run {
		return &Run{Run: ledger.Run{ID: id, Ended: now.Add(-ago)}, Summary: Summary{Summary: plan.Summary{Error: failure}}}
	}
	underWay := &Run{Run: ledger.Run{ID: 9}, UnderWay: true}
	intents := []ledger.OpenIntents{{Run: 9, Changes: 3}}
	tests := []struct {
		name  string
		stand Standing
		want  string
	}{
		{"all is well", Standing{Acting: true, Last: run(2, time.Minute, ""), Success: run(2, time.Minute, "")}, "OK"},
		{"nothing has run yet", Standing{Acting: true}, "OK"},
		{"the ledger before all", Standing{Err: errBroken}, "broken: the ledger cannot be read: it is damaged - nothing is done until that is mended"},
		{
			"nobody acts",
			Standing{Last: run(2, time.Minute, "refused")},
			"broken: nobody has the right to act: no daemon runs, or the one that runs cannot use the ledger - " +
				"start it: `kw-onboarder run`, or your service; if it runs, read its log",
		},
		{
			"nobody acts on a ledger that was restored",
			Standing{Restored: "it is the backup of Monday"},
			"broken: nobody has the right to act: no daemon runs, or the one that runs cannot use the ledger; " +
				"and the ledger was restored: it is the backup of Monday - " +
				"start it: `kw-onboarder run`, or your service; if it runs, read its log; of the ledger, what we gave counts as given by hand: " + reviewed,
		},
		{
			"restored",
			Standing{Acting: true, Restored: "it is the backup of Monday", Sure: now},
			"holding: the ledger was restored: it is the backup of Monday - what we gave since 2027-03-01 12:00:00 UTC counts as given by hand: " + reviewed,
		},
		{
			"one undecided",
			Standing{Acting: true, Overview: ledger.Overview{Open: []ledger.OpenIntents{{Run: 9, Changes: 1}}}},
			"holding: of 1 change nobody knows yet whether it happened - the next full run reads and decides; `kw-onboarder apply` is one",
		},
		{"it failed just now", Standing{Acting: true, Last: run(3, 0, "refused"), Success: run(2, 29*time.Minute, "")}, "OK"},
		{
			"it fails for long",
			Standing{Acting: true, Last: run(3, 0, "refused"), Success: run(2, 31*time.Minute, "")},
			"broken: run 3 failed, and none has succeeded for 31m0s: refused - mend that; the next run tries again, `kw-onboarder apply` at once",
		},
		{
			"it always failed",
			Standing{Acting: true, Last: run(3, 0, "refused")},
			"broken: run 3 failed, and none has succeeded yet: refused - mend that; the next run tries again, `kw-onboarder apply` at once",
		},
		{
			"undecided",
			Standing{Acting: true, Last: run(9, 0, ""), Success: run(9, 0, ""), Overview: ledger.Overview{Open: intents}},
			"holding: of 3 changes nobody knows yet whether they happened - the next full run reads and decides; `kw-onboarder apply` is one",
		},
		{"in hand", Standing{Acting: true, Last: underWay, Overview: ledger.Overview{Open: intents}}, "OK"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.stand.Now, tt.stand.Patience = now, 30*time.Minute
			if got := tt.stand.Judge().String(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

type broken string

func (b broken) Error() string { return string(b) }

const errBroken = broken("it is damaged")

func TestStandingFindsTheLastRunsOfEachKind(t *testing.T) {
	t.Parallel()
	l, b := open(t)
	at := time.Now().Add(-time.Hour)
	ran(t, l, at, "start", "done", `{"full":true}`)
	ran(t, l, at, "apply", "done", `{"full":true,"named":["ann"]}`)
	ran(t, l, at, "delta", "failed", `{"error":"refused"}`)
	must(t, l.Adopt(t.Context(), ledger.Actor{}, nil, nil))
	s := Standing{Now: time.Now()}
	must(t, s.Look(t.Context(), b))
	if s.Last.ID != 3 || s.Success.ID != 2 || s.FullLast.ID != 1 {
		t.Errorf("last %d, success %d, full %d; want 3, 2, 1", s.Last.ID, s.Success.ID, s.FullLast.ID)
	}
}

// person is somebody of the directory corp.
func person(id string) access.PersonID { return access.PersonID{Source: "corp", ID: id} }
