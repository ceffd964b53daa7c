package guard_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func tried(c plan.Change, r plan.Result, why string) guard.Attempt {
	return guard.Attempt{Change: c, Outcome: plan.Outcome{Key: c.Key, Result: r, Why: why}}
}

// refusals are grants on a folder that fail, for each of these people.
func refusals(folder, why string, people ...string) (all []guard.Attempt) {
	for _, p := range people {
		all = append(all, tried(on(plan.Grant, p, folder, "r-"+folder), plan.Refused, why))
	}
	return all
}

func done(folder string, people ...string) []guard.Attempt {
	all := refusals(folder, "", people...)
	for i := range all {
		all[i].Outcome.Result = plan.Done
	}
	return all
}

// accused are what fails, as "scope key".
func accused(all []guard.Failing) []string {
	var names []string
	for _, f := range all {
		names = append(names, fmt.Sprintf("%s %s", f.Scope, f.Key))
	}
	return names
}

// TestP09_WhatKeepsFailingIsHeldLongerAndLonger: from the third run on, until it succeeds once.
func TestP09_WhatKeepsFailingIsHeldLongerAndLonger(t *testing.T) {
	t.Parallel()
	at := now
	var failing []guard.Failing
	for run, held := range []time.Duration{0, 0, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour} {
		failing = guard.Quarantine(failing, refusals("plain", fmt.Sprintf("409 of run %d", run), "ann"), at)
		want := []guard.Failing{{
			Scope: guard.HoldChange, Key: "grant|ann|plain", Failures: run + 1, Since: now, Until: at.Add(held), Why: fmt.Sprintf("409 of run %d", run),
		}}
		if diff := cmp.Diff(want, failing); diff != "" {
			t.Fatalf("run %d (-want +got):\n%s", run, diff)
		}
		h, ok := failing[0].Hold()
		if ok != (held > 0) {
			t.Fatalf("run %d: held: %t, want %t", run, ok, held > 0)
		}
		d := guard.Split(plan.Plan{Changes: []plan.Change{on(plan.Grant, "ann", "plain", "r")}}, world(), unlimited(), guard.Usage{}, []guard.Hold{h}, at)
		if got := len(d.Withheld); got != min(1, int(held)) {
			t.Fatalf("run %d: %d withheld, want %d", run, got, min(1, int(held)))
		}
		at = at.Add(max(held, time.Hour))
	}
	if got := guard.Quarantine(failing, done("plain", "ann"), at); len(got) > 0 {
		t.Errorf("after a success: %+v, want nothing", got)
	}
}

// TestP09_WhatWasNotTriedStaysAsItIs, and is forgotten two days after its hold.
func TestP09_WhatWasNotTriedStaysAsItIs(t *testing.T) {
	t.Parallel()
	var failing []guard.Failing
	for range 3 {
		failing = guard.Quarantine(failing, refusals("plain", "409", "ann"), now)
	}
	noSeat := tried(create("zoe", "staff"), plan.Refused, "no licence")
	noSeat.Outcome.NoSeat = true
	other := []guard.Attempt{tried(on(plan.Grant, "ann", "plain", "r-plain"), plan.Skipped, "cancelled"), noSeat}
	until := failing[0].Until
	if diff := cmp.Diff(failing, guard.Quarantine(failing, other, until.Add(48*time.Hour-1))); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	if got := guard.Quarantine(failing, nil, until.Add(48*time.Hour)); len(got) > 0 {
		t.Errorf("after two days: %+v, want nothing", got)
	}
}

// TestP09_OneBadObjectStopsNobodyElse: what fails is put down to what the failures have in
// common, and to nothing larger.
func TestP09_OneBadObjectStopsNobodyElse(t *testing.T) {
	t.Parallel()
	newFolder := plan.Change{Key: "folder", Op: plan.CreateFolder, Path: "/New", Causes: []access.Cause{{Rule: "r"}}}
	oneRule := func(all []guard.Attempt) []guard.Attempt {
		for i := range all {
			all[i].Change.Causes = []access.Cause{{Rule: "one"}}
		}
		return all
	}
	unanswered := func(all []guard.Attempt) []guard.Attempt {
		for i := range all {
			all[i].Outcome.Result = plan.Unknown
		}
		return all
	}
	tests := []struct {
		name   string
		before []guard.Failing
		tried  []guard.Attempt
		want   []string
	}{
		{"nothing was tried", nil, nil, nil},
		{"all went well", nil, done("plain", "ann"), nil},
		{"one person on one folder", nil, refusals("plain", "409", "ann"), []string{"change grant|ann|plain"}},
		{"two on one folder may be two bad people", nil, refusals("plain", "409", "ann", "bob"), []string{"change grant|ann|plain", "change grant|bob|plain"}},
		{"all on a folder, for one reason", nil, refusals("plain", "404 ERR_FOLDER", "ann", "bob", "zoe"), []string{"folder plain"}},
		{
			"all on a folder, for reasons of their own", nil,
			oneRule(slices.Concat(refusals("plain", "1", "ann"), refusals("plain", "2", "bob", "eve"), done("west", "zoe"))),
			[]string{"change grant|ann|plain", "change grant|bob|plain", "change grant|eve|plain"},
		},
		{
			"all on a folder but one", nil, append(refusals("plain", "409", "ann", "bob", "zoe"), done("plain", "eve")...),
			[]string{"change grant|ann|plain", "change grant|bob|plain", "change grant|zoe|plain"},
		},
		{
			"a person on all folders", nil, slices.Concat(refusals("plain", "409", "ann"), refusals("west", "409", "ann"), done("plain", "bob"), done("west", "bob")),
			[]string{"person corp:ann"},
		},
		{"a person on one folder of two", nil, append(refusals("plain", "409", "ann"), done("west", "ann")...), []string{"change grant|ann|plain"}},
		{"an account", nil, []guard.Attempt{tried(create("ann", "r"), plan.Refused, "409")}, []string{"person corp:ann"}},
		{
			"accounts, for one reason", nil,
			[]guard.Attempt{tried(create("ann", "r"), plan.Refused, "409"), tried(create("bob", "r"), plan.Refused, "409"), tried(create("zoe", "r"), plan.Refused, "409")},
			[]string{"person corp:ann", "person corp:bob", "person corp:zoe"},
		},
		{
			"no answer for two", nil, unanswered(append(refusals("plain", "502", "ann"), refusals("west", "502", "bob")...)),
			[]string{"change grant|ann|plain", "change grant|bob|west"},
		},
		{"a folder that cannot be made", nil, []guard.Attempt{tried(newFolder, plan.Refused, "403")}, []string{"folder /New"}},
		{
			"what a folder explains is not held against people", nil,
			slices.Concat(refusals("plain", "404", "ann", "bob", "zoe"), refusals("west", "404", "ann", "bob", "zoe")),
			[]string{"folder plain", "folder west"},
		},
		{
			"and what it does not explain is", nil, append(refusals("plain", "404", "ann", "bob", "zoe"), refusals("west", "409", "ann")...),
			[]string{"change grant|ann|west", "folder plain"},
		},
		{
			"everything of a rule, on folders of one each", nil,
			oneRule(slices.Concat(refusals("plain", "1", "ann"), refusals("west", "2", "bob"), refusals("east", "3", "zoe"))),
			[]string{"rule one"},
		},
		{
			"a folder that failed before fails for one person",
			[]guard.Failing{{Scope: guard.HoldFolder, Key: "plain", Failures: 3, Until: now}},
			refusals("plain", "404", "ann"),
			[]string{"folder plain"},
		},
		{
			"a folder that failed before lets somebody in",
			[]guard.Failing{{Scope: guard.HoldFolder, Key: "plain", Failures: 3, Until: now}},
			append(refusals("plain", "404", "ann"), done("plain", "bob")...),
			[]string{"change grant|ann|plain"},
		},
		{"no answer for one", nil, unanswered(refusals("plain", "502", "ann")), []string{"change grant|ann|plain"}},
		{"no answer for all on one folder", nil, unanswered(refusals("plain", "502", "ann", "bob", "zoe")), []string{"folder plain"}},
		{
			"no answer for anybody is nobody's fault", nil,
			unanswered(slices.Concat(refusals("plain", "502", "ann", "bob"), refusals("west", "502", "zoe"))), nil,
		},
		{
			"no account for anybody", nil,
			unanswered([]guard.Attempt{tried(create("ann", "r"), 0, "502"), tried(create("bob", "r"), 0, "502"), tried(create("zoe", "r"), 0, "502")}), nil,
		},
		{
			"no answer for many, while others came through", nil,
			append(unanswered(slices.Concat(refusals("plain", "502", "ann", "bob"), refusals("west", "502", "zoe"))), done("legal", "eve")...),
			[]string{"change grant|ann|plain", "change grant|bob|plain", "change grant|zoe|west"},
		},
		{
			"no answer for many, and a verdict for one", nil,
			append(unanswered(slices.Concat(refusals("plain", "502", "ann", "bob"), refusals("west", "502", "zoe"))), refusals("legal", "409", "eve")...),
			[]string{"change grant|ann|plain", "change grant|bob|plain", "change grant|eve|legal", "change grant|zoe|west"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := guard.Quarantine(tt.before, tt.tried, now)
			if diff := cmp.Diff(tt.want, accused(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			slices.Reverse(tt.tried)
			if diff := cmp.Diff(got, guard.Quarantine(tt.before, tt.tried, now)); diff != "" {
				t.Errorf("in another order (-first +then):\n%s", diff)
			}
		})
	}
}

// What somebody has decided is no trouble; what keeps failing is.
func TestChosen(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name     string
		withheld guard.Withheld
		want     bool
	}{
		{"by the mode", guard.Withheld{Brake: guard.ByMode}, true},
		{"by a pause", guard.Withheld{Brake: guard.ByHold}, true},
		{"by quarantine", guard.Withheld{Brake: guard.ByHold, Failing: true}, false},
		{"by a canary", guard.Withheld{Brake: guard.ByCanary}, false},
		{"by a budget", guard.Withheld{Brake: guard.ByBudget}, false},
		{"for want of a proof", guard.Withheld{Brake: guard.ByProof}, false},
	}
	for _, c := range cases {
		if got := c.withheld.Chosen(); got != c.want {
			t.Errorf("%s: chosen is %t, want %t", c.name, got, c.want)
		}
	}
}

func TestWhatIsInQuarantineIsSaidToFail(t *testing.T) {
	t.Parallel()
	c := plan.Change{Key: "suspend|corp:1", Op: plan.Suspend, Person: access.PersonID{Source: "corp", ID: "1"}, Account: "7"}
	quarantine, _ := guard.Failing{Scope: guard.HoldPerson, Key: "corp:1", Failures: 9}.Hold()
	paused := guard.Hold{ID: 1, Scope: guard.HoldPerson, Key: "corp:1", Why: "paused"}
	for _, tt := range []struct {
		hold guard.Hold
		want bool
	}{{quarantine, true}, {paused, false}} {
		d := guard.Split(plan.Plan{Changes: []plan.Change{c}}, guard.World{Snapshot: &access.Snapshot{}, Catalog: &access.Catalog{}},
			guard.Limits{Mode: guard.Sync}, guard.Usage{}, []guard.Hold{tt.hold}, time.Now())
		if len(d.Withheld) != 1 || d.Withheld[0].Brake != guard.ByHold || d.Withheld[0].Failing != tt.want {
			t.Errorf("%s: withheld %+v, want one that fails: %t", tt.hold.Why, d.Withheld, tt.want)
		}
	}
}
