package history

import (
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
)

// What is held back is said with what to do about it; the widest brake comes first.
func TestStandingSaysWhichBrakeHolds(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	by := ledger.Actor{User: "ida", Reason: "a merger"}
	all := ledger.Hold{Scope: ledger.HoldAll, Until: now.Add(time.Hour), By: by}
	narrowing := ledger.Hold{Scope: ledger.HoldNarrowing, Until: now.Add(48 * time.Hour), By: by}
	parked := []ledger.Parked{{Opened: now.Add(-3 * time.Hour)}, {Opened: now}}
	found := &Run{Summary: Summary{Summary: plan.Summary{Unmet: []string{"expected group staff is not in the directory"}, Violations: 2}}}
	const pause = "holding: paused until 2027-03-01 13:00:00 UTC, by ida: nothing is changed (a merger) - `kw-onboarder resume` ends that"
	tests := []struct {
		name  string
		stand Standing
		want  string
	}{
		{
			"the file before all",
			Standing{HoldFile: "/var/lib/HOLD", Brakes: Brakes{Pauses: []ledger.Hold{all}}},
			"holding: nothing is changed while the file /var/lib/HOLD is there - remove it to go on",
		},
		{"a pause", Standing{Brakes: Brakes{Pauses: []ledger.Hold{all}, Parked: parked}, FullLast: found}, pause},
		{"the pause that stops most", Standing{Brakes: Brakes{Pauses: []ledger.Hold{narrowing, all}}}, pause},
		{
			"the pause that lasts longest",
			Standing{Brakes: Brakes{Pauses: []ledger.Hold{{Scope: ledger.HoldAll, Until: now.Add(time.Minute)}, all}}},
			pause,
		},
		{
			"a pause of narrowing",
			Standing{Brakes: Brakes{Pauses: []ledger.Hold{narrowing}}},
			"holding: paused until 2027-03-03 12:00:00 UTC, by ida: nothing is taken away (a merger) - `kw-onboarder resume` ends that",
		},
		{
			"a canary, mended since the last full run",
			Standing{FullLast: &Run{Summary: Summary{Summary: plan.Summary{Unmet: []string{"it was so"}}}}, Success: &Run{}},
			"OK",
		},
		{
			"a canary",
			Standing{Brakes: Brakes{Parked: parked}, Success: found},
			"holding: all that takes access away waits: expected group staff is not in the directory - look at the directory; the next run looks again",
		},
		{
			"parked",
			Standing{Brakes: Brakes{Parked: parked, Expired: parked}},
			"holding: 2 parked, waiting for a decision, the oldest for 3h0m0s - look at `kw-onboarder parked`, then approve or reject",
		},
		{
			"expired",
			Standing{Brakes: Brakes{Expired: parked[:1], Quarantined: make([]ledger.Failing, 1)}},
			"holding: of 1 parked nobody has decided within 72h, and they stay back - look at `kw-onboarder plan --out FILE`, then `apply --plan FILE`",
		},
		{
			"quarantine",
			Standing{Brakes: Brakes{Quarantined: make([]ledger.Failing, 3)}, FullLast: &Run{Summary: Summary{Summary: plan.Summary{Violations: 2}}}},
			"holding: 3 in quarantine, because whatever is tried there fails - look at `kw-onboarder quarantine`; `quarantine retry` tries again",
		},
		{
			"a wall",
			Standing{FullLast: &Run{Summary: Summary{Summary: plan.Summary{Violations: 2}}}},
			"holding: 2 have access against a wall - `kw-onboarder plan` names them: take away what a human gave, or change the wall",
		},
		{
			"what is undecided comes before what is parked",
			Standing{Overview: ledger.Overview{Open: []ledger.OpenIntents{{Run: 1, Changes: 3}}}, Brakes: Brakes{Parked: parked}},
			"holding: of 3 changes nobody knows yet whether they happened - the next full run reads and decides; `kw-onboarder apply` is one",
		},
		{
			"a pause keeps the run away that would decide",
			Standing{Overview: ledger.Overview{Open: []ledger.OpenIntents{{Run: 1, Changes: 3}}}, Brakes: Brakes{Pauses: []ledger.Hold{all}}},
			pause,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.stand.Now, tt.stand.Acting = now, true
			if got := tt.stand.Judge().String(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// What was decided, has settled or may be tried again holds nothing back.
func TestStandingLooksAtTheBrakes(t *testing.T) {
	t.Parallel()
	l, b := open(t)
	now := time.Now()
	for _, h := range []ledger.Hold{
		{Scope: ledger.HoldAll, Since: now.Add(-2 * time.Hour), Until: now.Add(-time.Hour)},
		{Scope: ledger.HoldPerson, Key: "corp:ann", Since: now},
		{Scope: ledger.HoldNarrowing, Since: now, Until: now.Add(time.Hour)},
	} {
		_, err := l.AddHold(t.Context(), h)
		must(t, err)
	}
	must(t, l.Park(t.Context(), 1, []ledger.Parked{{Cause: "old"}}, true, now.Add(-ledger.OpenFor-time.Hour)))
	must(t, l.Park(t.Context(), 1, []ledger.Parked{{Cause: "a"}, {Cause: "b"}}, false, now.Add(-time.Minute)))
	_, err := l.Decide(t.Context(), 2, false, ledger.Actor{Reason: "no"}, now)
	must(t, err)
	must(t, l.SaveFailing(t.Context(), []ledger.Failing{
		{Scope: ledger.HoldFolder, Key: "f1", Failures: 3, Until: now.Add(time.Hour)},
		{Scope: ledger.HoldFolder, Key: "f2", Failures: 1, Until: now.Add(-time.Second)},
	}))
	s := Standing{Now: now}
	must(t, s.Look(t.Context(), b))
	if len(s.Pauses) != 1 || s.Pauses[0].Scope != ledger.HoldNarrowing {
		t.Errorf("pauses: got %+v, want that of narrowing", s.Pauses)
	}
	if len(s.Parked) != 1 || s.Parked[0].Cause != "b" || len(s.Expired) != 1 || s.Expired[0].Cause != "old" {
		t.Errorf("parked: got %+v, expired %+v; want b, and old", s.Parked, s.Expired)
	}
	if len(s.Quarantined) != 1 || s.Quarantined[0].Key != "f1" {
		t.Errorf("quarantined: got %+v, want f1", s.Quarantined)
	}
}
