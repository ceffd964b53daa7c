package guard_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// input is all that Split takes.
type input struct {
	changes []plan.Change
	world   guard.World
	limits  guard.Limits
	usage   guard.Usage
	holds   []guard.Hold
}

func (in input) split() guard.Decision {
	return split(in.changes, in.world, in.limits, in.usage, in.holds...)
}

// in are the decided changes as they were asked for, by key.
func (in input) byKey() map[plan.Key]plan.Change { return approve(in.changes...) }

var (
	someone  = []string{"ann", "bob", "doubtful", "eve", "mallory"}
	anywhere = []string{"plain", "top", "east", "east.bid", "west", "legal"}
	rules    = []string{"a", "b", "c"}
	bounds   = []guard.Kind{guard.CreateFolder, guard.Create, guard.Grant, guard.Suspend, guard.Lower, guard.Revoke, guard.Expire, guard.Delete}
)

func draw(t *rapid.T) input {
	in := input{world: world(someone...), limits: unlimited()}
	for i := range rapid.IntRange(0, 40).Draw(t, "changes") {
		in.changes = append(in.changes, drawChange(t, i, in.changes))
	}
	for range rapid.IntRange(0, 4).Draw(t, "grants") {
		has(&in.world, rapid.SampledFrom(someone).Draw(t, "member"), rapid.SampledFrom(anywhere).Draw(t, "of"), "")
	}
	drawLimits(t, &in)
	for _, c := range in.changes {
		if rapid.IntRange(0, 4).Draw(t, "approved") == 0 {
			if in.usage.Approved == nil {
				in.usage.Approved = approve()
			}
			in.usage.Approved[c.Key] = c
		}
	}
	return in
}

func drawChange(t *rapid.T, n int, before []plan.Change) plan.Change {
	op := plan.Op(rapid.IntRange(int(plan.CreateFolder), int(plan.Delete)).Draw(t, "op"))
	c := on(op, rapid.SampledFrom(someone).Draw(t, "person"), rapid.SampledFrom(anywhere).Draw(t, "folder"), rapid.SampledFrom(rules).Draw(t, "rule"))
	c.Key = plan.Key(fmt.Sprint("change ", n))
	c.Expired = rapid.Bool().Draw(t, "expired")
	if guard.KindOf(c).Narrows() {
		c.Exit = rapid.SampledFrom([]plan.Exit{"", "", plan.ExitDisabled, plan.ExitGone, plan.ExitUnmatched, plan.ExitOffboarded}).Draw(t, "exit")
		c.Ordered = c.Exit == plan.ExitOffboarded && c.Op != plan.Delete
	}
	if rapid.Bool().Draw(t, "via") {
		c.Causes[0].Via = []access.GroupID{{Source: "corp", ID: "g"}}
	}
	if len(before) > 0 && rapid.IntRange(0, 2).Draw(t, "needy") == 0 {
		c.Needs = []plan.Key{rapid.SampledFrom(before).Draw(t, "need").Key}
	}
	return c
}

func drawLimits(t *rapid.T, in *input) {
	in.limits.Mode = guard.Mode(rapid.SampledFrom([]int{2, 3, 4, 4, 4, 4}).Draw(t, "mode"))
	in.usage.Used, in.usage.Extra, in.usage.Base = map[guard.Kind]int{}, map[guard.Kind]int{}, map[guard.Base]int{guard.Accounts: 40}
	for _, k := range bounds {
		if rapid.Bool().Draw(t, "bounded") {
			in.limits.Budgets[k] = guard.Budget{
				Max: guard.Amount{Percent: float64(rapid.IntRange(0, 20).Draw(t, "percent"))}, Of: guard.Accounts, Floor: rapid.IntRange(0, 4).Draw(t, "floor"),
			}
			in.usage.Used[k], in.usage.Extra[k] = rapid.IntRange(0, 3).Draw(t, "used"), rapid.IntRange(0, 3).Draw(t, "extra")
		}
	}
	in.limits.ParkRuleChanges = rapid.Bool().Draw(t, "park")
	in.usage.Changed = map[string]bool{"c": rapid.Bool().Draw(t, "changed")}
	both, _ := guard.ParseArea("/Top/East/**")
	west, _ := guard.ParseArea("/Top/West/**")
	inside, _ := guard.ParseArea("/Legal/**")
	if rapid.Bool().Draw(t, "walls") {
		in.limits.Walls = []guard.Wall{{Name: "two-bids", NeverBoth: []guard.Area{both, west}}, {Name: "legal", Folders: []guard.Area{inside}}}
	}
	if rapid.IntRange(0, 3).Draw(t, "held") == 0 {
		in.holds = []guard.Hold{{Scope: guard.HoldRule, Key: "b", Why: "test"}}
	}
	if rapid.IntRange(0, 3).Draw(t, "canary") == 0 {
		in.limits.Expect = []guard.Canary{{Person: "ceo@corp.example"}}
	}
}

// TestEachChangeIsDecidedOnce, whatever the order in which they come, and nothing that was
// handed in is changed.
func TestEachChangeIsDecidedOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		before := slices.Clone(in.changes)
		d := in.split()
		all := d.Allowed.Changes
		for _, w := range d.Withheld {
			all = append(all, w.Change)
		}
		if diff := cmp.Diff(keys(in.changes), keys(all)); diff != "" {
			t.Fatalf("decided (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(before, in.changes); diff != "" {
			t.Fatalf("the plan that was handed in (-before +after):\n%s", diff)
		}
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0)).Shuffle(len(in.changes), func(i, j int) {
			in.changes[i], in.changes[j] = in.changes[j], in.changes[i]
		})
		if diff := cmp.Diff(d, in.split()); diff != "" {
			t.Fatalf("in another order (-first +then):\n%s", diff)
		}
	})
}

// TestP05_NothingGoesBeyondABudget but what was approved or ordered.
func TestP05_NothingGoesBeyondABudget(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		went := map[guard.Kind]int{}
		for _, c := range in.split().Allowed.Changes {
			if _, seen := in.usage.Approved[c.Key]; !seen && !c.Ordered {
				went[guard.KindOf(c)]++
			}
		}
		for k, n := range went {
			b, bounded := in.limits.Budgets[k]
			most := max(b.Floor, int(b.Max.Percent)*in.usage.Base[b.Of]/100) + in.usage.Extra[k] - in.usage.Used[k]
			if bounded && !b.Unlimited && n > max(0, most) {
				t.Fatalf("%d of kind %s went, and %d may", n, k, most)
			}
		}
	})
}

// TestP05_ACauseIsNeverHalfApplied: of what is parked nothing goes but what was approved or ordered.
func TestP05_ACauseIsNeverHalfApplied(t *testing.T) {
	t.Parallel()
	type origin struct {
		kind      guard.Kind
		rule, via string
	}
	from := func(c plan.Change) origin {
		if c.Exit != "" {
			return origin{guard.KindOf(c), "leavers", string(c.Exit)}
		}
		return origin{guard.KindOf(c), c.Causes[0].Rule, fmt.Sprint(c.Causes[0].Via)}
	}
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		d := in.split()
		parked := map[origin]bool{}
		for _, w := range d.Withheld {
			if w.Brake == guard.ByBudget || w.Brake == guard.ByRuleChange {
				parked[from(w.Change)] = true
			}
		}
		if len(parked) != len(d.Parked) {
			t.Fatalf("%d items for %d causes", len(d.Parked), len(parked))
		}
		for _, c := range d.Allowed.Changes {
			if _, seen := in.usage.Approved[c.Key]; !seen && !c.Ordered && parked[from(c)] {
				t.Fatalf("%s went, and the rest of its cause is parked", c.Key)
			}
		}
	})
}

// TestWhatGoesHasWhatItNeeds, and what is parked waits with what needs it.
func TestWhatGoesHasWhatItNeeds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		for i := range in.changes {
			if i+1 < len(in.changes) && rapid.IntRange(0, 5).Draw(t, "for another") == 0 {
				in.changes[i].For = in.changes[rapid.IntRange(i+1, len(in.changes)-1).Draw(t, "which")].Key
			}
		}
		d := in.split()
		all, brakes := in.byKey(), stopped(d)
		for _, c := range d.Allowed.Changes {
			for _, k := range c.Needs {
				if brakes[k] != "" {
					t.Fatalf("%s went without %s", c.Key, k)
				}
			}
			if c.For != "" && brakes[c.For] != "" {
				t.Fatalf("%s went for nothing: %s did not", c.Key, c.For)
			}
		}
		for _, p := range d.Parked {
			for _, c := range p.Changes {
				if brake := brakes[c.Key]; brake != p.Brake && brake != guard.ByNeeds {
					t.Fatalf("%s is parked by %s and stopped by %s", all[c.Key].Key, p.Brake, brake)
				}
			}
		}
	})
}

// TestNoApprovalPassesAWall, nor anything else: whoever is given a role on one side has
// none on the other, and nobody who is denied is given one.
func TestNoApprovalPassesAWall(t *testing.T) {
	t.Parallel()
	side := map[string]string{"east": "east", "east.bid": "east", "top": "east", "west": "west"} // by what West does not inherit
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		sides := map[string]map[string]bool{}
		for _, p := range someone {
			sides["u-"+p] = map[string]bool{}
		}
		for _, g := range in.world.State.Grants {
			sides[g.Account][side[g.Folder]] = true
		}
		given := []plan.Change{}
		for _, c := range in.split().Allowed.Changes {
			if guard.KindOf(c) == guard.Grant && len(in.limits.Walls) > 0 {
				sides[c.Account][side[c.Folder]] = true
				given = append(given, c)
			}
		}
		for _, c := range given {
			if s := sides[c.Account]; side[c.Folder] != "" && s["east"] && s["west"] {
				t.Fatalf("%s got %s, and has both sides", c.Account, c.Path)
			}
			if c.Folder == "legal" && (c.Person == id("mallory") || c.Person == id("doubtful")) {
				t.Fatalf("%s got %s", c.Account, c.Path)
			}
		}
	})
}

// TestP09_AHoldEndsAtItsMoment: quarantine counts on, however often, and never holds longer
// than a day.
func TestP09_AHoldEndsAtItsMoment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var failing []guard.Failing
		at := now
		for range rapid.IntRange(1, 30).Draw(t, "runs") {
			at = at.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes")) * time.Minute)
			failing = guard.Quarantine(failing, refusals("plain", "409", "ann"), at)
			if h, _ := failing[0].Hold(); h.Until.Before(at) || h.Until.Sub(at) > 24*time.Hour {
				t.Fatalf("at %s held until %s", at, h.Until)
			}
		}
	})
}

// TestP02_NothingNarrowsWhileACanaryIsUnmet, or narrowing is paused, but what was ordered in
// the first case.
func TestP02_NothingNarrowsWhileACanaryIsUnmet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		paused := rapid.Bool().Draw(t, "paused")
		if paused {
			in.holds = append(in.holds, guard.Hold{Scope: guard.HoldNarrowing, Why: "test"})
		}
		in.limits.Expect = []guard.Canary{{Person: "ceo@corp.example"}}
		for _, c := range in.split().Allowed.Changes {
			if guard.KindOf(c).Narrows() && (paused || !c.Ordered) {
				t.Fatalf("%s went", c.Key)
			}
		}
	})
}

// TestP04_LeaversComeFirst in what may go, whatever else is planned, and deletions last.
func TestP04_LeaversComeFirst(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		others, deletions := false, false
		for _, c := range draw(t).split().Allowed.Changes {
			switch {
			case deletions && c.Op != plan.Delete:
				t.Fatalf("%s comes after a deletion", c.Key)
			case c.Op != plan.Delete && c.Exit != "" && others:
				t.Fatalf("%s of a leaver comes after others", c.Key)
			}
			deletions = deletions || c.Op == plan.Delete
			others = others || c.Exit == ""
		}
	})
}
