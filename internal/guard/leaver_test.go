package guard_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// left makes changes those of people who have left in one way.
func left(exit plan.Exit, changes ...plan.Change) []plan.Change {
	for i := range changes {
		changes[i].Exit = exit
		changes[i].Ordered = exit == plan.ExitOffboarded && changes[i].Op != plan.Delete
	}
	return changes
}

// suspensions are those of n people who have left in one way.
func suspensions(n int, exit plan.Exit) []plan.Change {
	var all []plan.Change
	for i := range n {
		name := fmt.Sprintf("%s%03d", exit, i)
		all = append(all, plan.Change{Key: plan.Key("suspend|" + name), Op: plan.Suspend, Person: id(name), Account: "u-" + name})
	}
	return left(exit, all...)
}

// TestP04_LeaversAreNotBudgetedBehindJoiners: whatever else is planned, those who have left
// come first, and no budget of what widens, or of movers, counts for their suspension.
func TestP04_LeaversAreNotBudgetedBehindJoiners(t *testing.T) {
	t.Parallel()
	changes := append(many(500, plan.Grant, "staff"), many(500, plan.CreateAccount, "staff")...)
	changes = append(changes, many(500, plan.Revoke, "staff")...)
	changes = append(changes, suspensions(5, plan.ExitDisabled)...)
	l := guard.Limits{Mode: guard.Sync, Budgets: map[guard.Kind]guard.Budget{guard.Grant: {}, guard.Create: {}}}
	d := split(changes, world(), l, guard.Usage{})
	if len(d.Allowed.Changes) != 5 || d.Allowed.Changes[0].Op != plan.Suspend {
		t.Errorf("got %d changes allowed, want the five suspensions", len(d.Allowed.Changes))
	}
	l.Budgets[guard.Grant], l.Budgets[guard.Create] = guard.Budget{Unlimited: true}, guard.Budget{Unlimited: true}
	for i, c := range split(changes, world(), l, guard.Usage{}).Allowed.Changes {
		if first := i < 5; first != (c.Op == plan.Suspend) {
			t.Fatalf("change %d is %s, want the suspensions before all else", i, c.Key)
		}
	}
}

// TestLeaversAreOneCause for each way to leave and kind of change, whatever rule gave them what
// they have; those who are offboarded are one each.
func TestLeaversAreOneCause(t *testing.T) {
	t.Parallel()
	revokes := func(exit plan.Exit) []plan.Change {
		return left(exit, on(plan.Revoke, string(exit)+"-a", "plain", "a"), on(plan.Revoke, string(exit)+"-b", "top", "b"))
	}
	l := unlimited()
	l.Budgets[guard.Suspend], l.Budgets[guard.Revoke] = guard.Budget{Max: guard.Amount{Count: 2}}, guard.Budget{Max: guard.Amount{Count: 1}}
	changes := slices.Concat(suspensions(2, plan.ExitGone), suspensions(3, plan.ExitDisabled), revokes(plan.ExitGone), revokes(plan.ExitDisabled), revokes(plan.ExitOffboarded))
	d := split(changes, world(), l, guard.Usage{})
	parked := map[string]int{}
	for _, p := range d.Parked {
		parked[fmt.Sprintf("%s of %s %s", p.Kind, p.Exit, p.Rule)] = len(p.Changes)
	}
	want := map[string]int{"suspend of disabled ": 3, "revoke of gone ": 2, "revoke of disabled ": 2}
	if diff := cmp.Diff(want, parked); diff != "" {
		t.Errorf("parked (-want +got):\n%s", diff)
	}
	if got := len(d.Allowed.Changes); got != 4 {
		t.Errorf("got %d allowed, want two suspensions that fit and two changes that were ordered", got)
	}
}

// TestWhatWasOrderedGoesPastDoubts: past the mode, canaries, budgets and changed rules, not
// past mode observe, holds, pauses and walls.
func TestWhatWasOrderedGoesPastDoubts(t *testing.T) {
	t.Parallel()
	suspend := suspensions(1, plan.ExitOffboarded)[0]
	give := on(plan.Grant, "mallory", "legal", "staff")
	give.Ordered = true // an undo gives again
	none := func() guard.Limits {
		l := unlimited()
		for _, k := range guard.Kinds() {
			l.Budgets[k] = guard.Budget{}
		}
		l.PerRule = &guard.PerRule{}
		l.ParkRuleChanges = true
		l.Expect = []guard.Canary{{Person: "ceo@corp.example"}}
		l.Mode = guard.CreateOnly
		return l
	}
	held := func(scope guard.Scope, key string) []guard.Hold {
		return []guard.Hold{{Scope: scope, Key: key, Why: "test"}}
	}
	tests := []struct {
		name   string
		change plan.Change
		limits func(*guard.Limits)
		holds  []guard.Hold
		want   guard.Brake
	}{
		{"a suspension", suspend, nil, nil, ""},
		{"the end of a role whose rule has changed", left(plan.ExitOffboarded, on(plan.Revoke, "ann", "plain", "staff"))[0], nil, nil, ""},
		{"a role that is given again", on(plan.Grant, "ann", "plain", "staff"), func(l *guard.Limits) { l.Budgets[guard.Grant] = guard.Budget{Unlimited: true} }, nil, ""},
		{"in mode observe", suspend, func(l *guard.Limits) { l.Mode = guard.Observe }, nil, guard.ByMode},
		{"in a pause", suspend, nil, held(guard.HoldAll, ""), guard.ByHold},
		{"in a pause of what narrows", suspend, nil, held(guard.HoldNarrowing, ""), guard.ByHold},
		{"of a person on hold", suspend, nil, held(guard.HoldPerson, suspend.Person.String()), guard.ByHold},
		{"itself on hold", suspend, nil, held(guard.HoldChange, string(suspend.Key)), guard.ByHold},
		{"against a wall", give, nil, nil, guard.ByWall},
		{"a deletion is not ordered", left(plan.ExitOffboarded, on(plan.Delete, "ann", "", "staff"))[0], nil, nil, guard.ByMode},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := none()
			l.Walls = []guard.Wall{legal(t)}
			if tt.limits != nil {
				tt.limits(&l)
			}
			d := split([]plan.Change{tt.change}, world("ann", "mallory"), l, guard.Usage{Changed: map[string]bool{"staff": true}}, tt.holds...)
			if got := stopped(d)[tt.change.Key]; got != tt.want {
				t.Errorf("stopped by %q, want %q: %+v", got, tt.want, d.Withheld)
			}
		})
	}
}

// TestP02_WhoLeavesSaysNothingAboutARule: their losses do not count for budgets.per_rule, and
// do not wait because the rule has changed; to whom no rule applies any more they do.
func TestP02_WhoLeavesSaysNothingAboutARule(t *testing.T) {
	t.Parallel()
	tests := []struct {
		exit      plan.Exit
		narrowing guard.Brake // by a rule that loses too many
		changed   guard.Brake
	}{
		{"", guard.ByBudget, guard.ByRuleChange},
		{plan.ExitDisabled, "", ""},
		{plan.ExitExpired, "", ""},
		{plan.ExitGone, "", ""},
		{plan.ExitOffboarded, "", ""},
		{plan.ExitUnmatched, guard.ByBudget, guard.ByRuleChange},
	}
	for _, tt := range tests {
		for _, op := range []plan.Op{plan.Revoke, plan.Lower} {
			t.Run(fmt.Sprintf("%s, %s", tt.exit, op), func(t *testing.T) {
				t.Parallel()
				l := unlimited()
				l.PerRule = &guard.PerRule{Shrink: 30, Floor: 2}
				changes := left(tt.exit, many(3, op, "staff")...)
				for _, c := range changes {
					if got := stopped(split(changes, world(), l, guard.Usage{OwnedByRule: map[string]int{"staff": 3}}))[c.Key]; got != tt.narrowing {
						t.Errorf("a rule that loses all: stopped by %q, want %q", got, tt.narrowing)
					}
				}
				l = unlimited()
				l.ParkRuleChanges = true
				for _, c := range changes {
					if got := stopped(split(changes, world(), l, guard.Usage{Changed: map[string]bool{"staff": true}}))[c.Key]; got != tt.changed {
						t.Errorf("a rule that has changed: stopped by %q, want %q", got, tt.changed)
					}
				}
			})
		}
	}
}

// TestP02_WhomAGroupShutOutDoesNotComeInByItsLoss: where the groups of a rule's not_group lose
// too many, what the rule gives waits; what takes does not.
func TestP02_WhomAGroupShutOutDoesNotComeInByItsLoss(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		before, now int
		op          plan.Op
		want        guard.Brake
	}{
		{"as before", 100, 100, plan.Grant, ""},
		{"more than before", 100, 150, plan.Grant, ""},
		{"as many fewer as may be", 100, 70, plan.Grant, ""},
		{"one too many", 100, 69, plan.Grant, guard.ByBudget},
		{"an account", 100, 69, plan.CreateAccount, guard.ByBudget},
		{"a stronger role", 100, 69, plan.Raise, guard.ByBudget},
		{"empty", 100, 0, plan.Grant, guard.ByBudget},
		{"a small one, within the floor", 20, 0, plan.Grant, ""},
		{"never counted", 0, 0, plan.Grant, ""},
		{"what takes", 100, 0, plan.Revoke, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := unlimited()
			l.PerRule = &guard.PerRule{Shrink: 30, Floor: 20}
			w := world("ann")
			w.Excluded = map[string]int{"staff": tt.now}
			c := on(tt.op, "ann", "plain", "staff")
			u := guard.Usage{Excluded: map[string]int{"staff": tt.before}, OwnedByRule: map[string]int{"staff": 100}}
			if got := stopped(split([]plan.Change{c}, w, l, u))[c.Key]; got != tt.want {
				t.Errorf("stopped by %q, want %q", got, tt.want)
			}
			u.Approved = approve(c)
			if got := stopped(split([]plan.Change{c}, w, l, u))[c.Key]; got != "" {
				t.Errorf("approved, and stopped by %q", got)
			}
		})
	}
}

// TestP10_NoAddressIsHalfExchanged: an account leaves its address for another only if in the
// end it gets its own.
func TestP10_NoAddressIsHalfExchanged(t *testing.T) {
	t.Parallel()
	rename := func(key, person string, turn int, forSake plan.Key, needs ...plan.Key) plan.Change {
		return plan.Change{Key: plan.Key(key), Op: plan.Rename, Person: id(person), Turn: turn, For: forSake, Needs: needs}
	}
	swap := []plan.Change{
		rename("aside a", "a", 0, "a"), rename("b", "b", 1, "", "aside a"), rename("a", "a", 2, "", "aside a", "b"), rename("c", "c", 1, ""),
	}
	for _, held := range []string{"a", "b", "aside a"} {
		d := split(swap, world(), unlimited(), guard.Usage{}, guard.Hold{Scope: guard.HoldChange, Key: held, Why: "test"})
		if diff := cmp.Diff([]plan.Key{"c"}, keys(d.Allowed.Changes)); diff != "" {
			t.Errorf("%s is held: allowed (-want +got):\n%s", held, diff)
		}
	}
	if got := len(split(swap, world(), unlimited(), guard.Usage{}).Allowed.Changes); got != len(swap) {
		t.Errorf("got %d allowed, want all", got)
	}
}
