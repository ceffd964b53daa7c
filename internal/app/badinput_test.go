package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

const day = 24 * time.Hour

// TestBadInput_ADirectoryThatLosesHalfItsPeople: as it swears to it, they wait for an approval; it
// is not given, and nobody loses anything, however long that lasts.
func TestBadInput_ADirectoryThatLosesHalfItsPeople(t *testing.T) {
	t.Parallel()
	h := begin(t, 24, 12)
	before := h.world()
	h.show(h.people[12:]...)
	for range 5 {
		rep := h.run()
		h.told(rep, "12 changes at once, and budget suspend has 5 left of 5")
		h.pass(day)
	}
	h.same(before)
	h.serve()
	if rep := h.run(); len(rep.Plan.Changes)+len(rep.Parked) > 0 {
		t.Errorf("with everybody back: planned %v, parked %v; want nothing", rep.Plan.Changes, rep.Parked)
	}
	h.same(before)
}

// TestBadInput_ADirectoryThatAnswersEmpty, the groups too, day by day: nobody loses anything.
func TestBadInput_ADirectoryThatAnswersEmpty(t *testing.T) {
	t.Parallel()
	h := begin(t, 10, 5)
	before := h.world()
	h.groups = nil
	h.show()
	for range 5 {
		h.told(h.run(), "10 changes at once, and budget suspend has 5 left of 5")
		h.pass(day)
	}
	h.same(before)
}

// TestBadInput_ADirectoryThatFlipsEveryHour, for two days: half of the people, or a handful, are
// gone and come back. Nobody loses more than the budgets allow, nobody is suspended who is, and in
// the end everybody has what they had.
func TestBadInput_ADirectoryThatFlipsEveryHour(t *testing.T) {
	t.Parallel()
	for name, flips := range map[string]struct{ gone, suspensions int }{
		"half of the people": {gone: 12, suspensions: 0},
		"a handful":          {gone: 3, suspensions: 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := begin(t, 24, 12)
			before := h.world()
			for hour := range 48 {
				if hour%2 == 0 {
					h.show(h.people[flips.gone:]...)
				} else {
					h.serve()
				}
				h.run()
				if got := h.spent(guard.Suspend); got > 5 {
					t.Fatalf("hour %d: %d suspended within a day, and the budget allows 5", hour, got)
				}
				h.pass(time.Hour)
			}
			h.same(before)
			out := map[string]bool{}
			for _, d := range h.done {
				who := string(d.change.Email)
				if suspends := d.change.Op == plan.Suspend; suspends == out[who] {
					t.Errorf("%s twice in a row for %s", d.change.Op, who)
				} else {
					out[who] = suspends
				}
			}
			n := h.made()
			if n["suspend"] != flips.suspensions || n["unsuspend"] != flips.suspensions || len(h.done) != 2*flips.suspensions {
				t.Errorf("made %v, want %d suspensions, as many taken back, and nothing else", n, flips.suspensions)
			}
		})
	}
}

// TestBadInput_AGroupRecreatedUnderItsName: at first it is empty, then it has members again, also
// others. Its rule is frozen all the while: nobody loses anything, and nobody gains.
func TestBadInput_AGroupRecreatedUnderItsName(t *testing.T) {
	t.Parallel()
	h := begin(t, 10, 5)
	before := h.world()
	for _, members := range [][]ldapsim.Entry{nil, h.people[9:], h.people} {
		h.team(0)
		h.groups[0].UUID = "a7c0d1b2-0000-4000-8000-000000000001"
		for _, p := range members {
			h.groups[0].Attrs["member"] = append(h.groups[0].Attrs["member"], p.DN)
		}
		h.serve()
		rep := h.run()
		if rep.Notes(plan.NoteBlocked) != 1 || rep.Result() != kwsync.Partial {
			t.Errorf("%d members: %s, %d rules blocked; want partial, 1", len(members), rep.Result(), rep.Notes(plan.NoteBlocked))
		}
		h.told(rep, `group "team" was deleted and made again`)
		h.same(before)
		h.pass(day)
	}
}

// managed lets each of the first people have a manager, by number.
func (h *story) managed(by ...int) {
	for i, boss := range by {
		h.set(i, "manager", h.people[boss].DN)
	}
	h.serve()
	h.run()
	h.done = nil
}

// depart lets some of the people be gone for so many days, with a full run at the begin, each
// week, and at the end.
func (h *story) depart(days int, who ...int) (last kwsync.Report) {
	var rest []ldapsim.Entry
	for i, p := range h.people {
		if !slices.Contains(who, i) {
			rest = append(rest, p)
		}
	}
	h.show(rest...)
	last = h.run()
	for left := days; left > 0; left -= 7 {
		h.pass(time.Duration(min(left, 7)) * day)
		last = h.run()
	}
	return last
}

// heirs are who got whose data, in the order of the latter.
func (h *story) heirs() (lines []string) {
	for _, d := range h.done {
		if d.change.Op == plan.Delete {
			lines = append(lines, fmt.Sprintf("%s to %s", d.change.Email, d.change.To))
		}
	}
	slices.Sort(lines)
	return lines
}

// TestBadInput_TheManagerIsALeaver: nobody who has left gets data, or the deletion waits.
func TestBadInput_TheManagerIsALeaver(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	h.managed(1, 2)
	h.depart(60, 1)
	h.depart(40, 0, 1) // she was the manager of 0, and 2 is hers
	if diff := cmp.Diff([]string{"p001@corp.example to p002@corp.example"}, h.heirs()); diff != "" {
		t.Errorf("the manager's data (-want +got):\n%s", diff)
	}
	h.depart(60, 0, 1)
	if diff := cmp.Diff([]string{"p000@corp.example to " + archive, "p001@corp.example to p002@corp.example"}, h.heirs()); diff != "" {
		t.Errorf("with a fallback (-want +got):\n%s", diff)
	}

	h = begin(t, 6, 3)
	h.managed(1)
	h.depart(84, 0)
	h.pass(7 * day)
	h.depart(0, 0, 1) // the manager is gone on the very day on which the data is due
	if diff := cmp.Diff([]string{"p000@corp.example to " + archive}, h.heirs()); diff != "" {
		t.Errorf("on the same day (-want +got):\n%s", diff)
	}

	h = begin(t, 6, 3)
	h.configure(t, "rules:\n", strings.Replace(ladders, ", or_to: "+archive, "", 1)+"rules:\n"+teamRule)
	h.managed(1, 2)
	rep := h.depart(95, 0, 1)
	h.told(rep, "it is not deleted, for nobody can have its data: p001@corp.example")
	if diff := cmp.Diff([]string{"p001@corp.example to p002@corp.example"}, h.heirs()); diff != "" {
		t.Errorf("without one (-want +got):\n%s", diff)
	}
}

// TestBadInput_ACircularChainOfManagers: the chain is not followed, and a leaver of it gets nothing.
func TestBadInput_ACircularChainOfManagers(t *testing.T) {
	t.Parallel()
	h := begin(t, 6, 3)
	h.managed(1, 2, 0, 3) // a circle of three, and one who manages himself
	h.depart(91, 0, 3)
	want := []string{"p000@corp.example to p001@corp.example", "p003@corp.example to " + archive}
	if diff := cmp.Diff(want, h.heirs()); diff != "" {
		t.Errorf("one of the circle, and one by himself (-want +got):\n%s", diff)
	}
	h.depart(91, 0, 1, 2, 3)
	want = []string{want[0], "p001@corp.example to " + archive, "p002@corp.example to " + archive, want[1]}
	if diff := cmp.Diff(want, h.heirs()); diff != "" {
		t.Errorf("the whole circle (-want +got):\n%s", diff)
	}
}

// TestBadInput_LaddersWithStepsOutOfOrder are refused, with the place and what to do.
func TestBadInput_LaddersWithStepsOutOfOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const behind, sooner = "suspend comes first, then revoke, then delete", "write the steps in the order in which they happen"
	for steps, want := range map[string]string{
		"{after: 0h, do: revoke}, {after: 7d, do: suspend}":                                          behind,
		"{after: 7d, do: suspend}, {after: 0h, do: revoke}":                                          sooner,
		"{after: 0h, do: suspend}, {after: 0h, do: suspend}":                                         "suspend is done by the step at [0] already",
		"{after: 0h, do: delete, data_to: manager}, {after: 1d, do: suspend}":                        behind,
		"{after: 90d, do: delete, data_to: manager}":                                                 "deletes an account that no step has suspended before",
		"{after: 0h, do: suspend}, {after: 1d, do: delete, data_to: a@b.c}, {after: 2d, do: revoke}": behind,
	} {
		s.configure(t, "rules:\n", "leavers: [{who: [gone], steps: ["+steps+"]}]\nrules:\n")
		if _, err := s.load(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "leavers[0].steps[") {
			t.Errorf("%s: %v, want one that says %q and where", steps, err, want)
		}
	}
}

// TestBadInput_AClockThatJumpsTenYears ahead, and back: nothing is deleted that was not due by the
// right clock, and afterwards all go on as before, also who left by the wrong one.
func TestBadInput_AClockThatJumpsTenYears(t *testing.T) {
	t.Parallel()
	h := begin(t, 10, 5)
	want := h.world()
	h.depart(9, 0) // suspended, and without roles
	right := h.now

	h.now = right.AddDate(10, 0, 0)
	rep := h.depart(0, 0, 1)
	h.told(rep, "look at the clock; it is deleted by the next one")
	if got := h.count("suspended"); got != 2 {
		t.Errorf("ahead: %d are suspended, want who has left by then", got)
	}

	h.now = right.Add(time.Hour)
	h.depart(0, 1) // the other is back
	want["p001@corp.example"] = strings.Replace(want["p001@corp.example"], "live", "suspended", 1)
	h.same(want)

	h.depart(6, 1, 2)
	want["p002@corp.example"] = strings.Replace(want["p002@corp.example"], "live", "suspended", 1)
	h.same(want)
	for _, who := range []string{"p001@corp.example", "p002@corp.example"} {
		want[who] = strings.Join(strings.Fields(want[who])[:2], " ")
	}
	h.depart(2, 1, 2) // a week after they were first seen to have left, by the right clock
	h.same(want)
	if n := h.made(); n["delete"] > 0 {
		t.Errorf("made %v, want no deletion", n)
	}
}
