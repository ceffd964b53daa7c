package plan_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// offboarded is anna, whom the directory calls as it does, offboarded by an order that long ago.
func offboarded(s access.Standing, ago time.Duration, change ...func(*plan.Link)) *world {
	w := climbing().created("anna", change...)
	if len(change) > 0 {
		w.status(access.Suspended)
	}
	if w = w.given("anna", "Viewer").since("anna", plan.ExitOffboarded, ago); s != access.Active {
		return w.left("anna", s)
	}
	return w.person("anna", wish("fin", "/Dep/Fin", "Viewer"))
}

// TestOffboard: an order ends all access at once, whatever the directory says, and then goes
// on as if the directory had disabled the person.
func TestOffboard(t *testing.T) {
	t.Parallel()
	const by = "offboarded by root (ticket 7)"
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"still active", offboarded(access.Active, 0), []string{suspendAnna, skipped(by + "; next: revoke on 2026-03-09")}},
		{"no ladder says suspend", func() *world {
			w := offboarded(access.Active, 0)
			w.policy.Leavers = map[plan.Exit]plan.Ladder{plan.ExitDisabled: {{After: day, Do: plan.Revoke}}}
			return w
		}(), []string{suspendAnna, skipped(by + "; next: revoke on 2026-03-03")}},
		{"no ladder at all", func() *world {
			w := offboarded(access.Active, 0)
			w.policy.Leavers = nil
			return w
		}(), []string{suspendAnna}},
		{"the roles end later", offboarded(access.Active, 7*day, weSuspended), []string{revokeAnna, skipped(by + "; next: delete on 2026-05-24")}},
		{"disabled since, before it was carried out", offboarded(access.Disabled, 0), []string{suspendAnna, skipped(by + "; next: revoke on 2026-03-09")}},
		{"gone since, and of those `leavers` says nothing", func() *world {
			w := offboarded(access.Gone, 7*day, weSuspended)
			delete(w.policy.Leavers, plan.ExitGone)
			return w
		}(), []string{revokeAnna, skipped(by + "; next: delete on 2026-05-24")}},
		{"nobody knows", offboarded(access.Unknown, 0), []string{suspendAnna, skipped(by + "; next: revoke on 2026-03-09")}},
		{"a rule of hers is held", func() *world {
			w := offboarded(access.Active, 8*day, weSuspended)
			w.verdicts[0].Held = []access.Held{{Rule: "fin", Why: "two departments"}}
			return w
		}(), []string{revokeAnna, skipped(by + "; next: delete on 2026-05-23")}},
		{"never touched", func() *world {
			w := offboarded(access.Active, 8*day)
			w.policy.Never = map[access.Email]string{email("anna"): "listed in kiteworks.never_touch"}
			return w
		}(), []string{skipped(by + "; listed in kiteworks.never_touch")}},
		{"somebody has lifted it", offboarded(access.Active, 8*day, weSuspended).revive(), []string{skipped(by + "; somebody has lifted our suspension: the account stays as it is")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := tt.world.diff()
			if diff := cmp.Diff(tt.want, lines(p)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			for _, c := range p.Changes {
				if !c.Ordered || c.Exit != plan.ExitOffboarded {
					t.Errorf("%s is not said to be ordered", c.Key)
				}
			}
			if len(p.Learned.Leaving)+len(p.Learned.Returned) > 0 {
				t.Errorf("learned %+v: the order stands", p.Learned)
			}
		})
	}
}

// TestTheDirectoryEndsAnOrder: once it says as much itself, and what was ordered at once is done,
// the person is a leaver like any other, since the order; so that they may be hired again.
func TestTheDirectoryEndsAnOrder(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		standing access.Standing
		exit     plan.Exit
		change   func(*world)
		want     string
	}{
		"disabled": {access.Disabled, plan.ExitDisabled, func(*world) {}, "revoke"},
		"gone, and of those `leavers` says something else": {access.Gone, plan.ExitGone, func(w *world) {
			w.policy.Leavers[plan.ExitGone] = plan.Ladder{{After: 30 * day, Do: plan.Revoke}}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := offboarded(test.standing, 7*day, weSuspended)
			test.change(w)
			p := w.diff()
			if l := p.Learned.Leaving; len(l) != 1 || l[0].Exit != test.exit || !l[0].Since.Equal(w.memory.Leaving[w.verdicts[0].Person].Since) {
				t.Errorf("learned %+v, want that she is %s since the order", l, test.exit)
			}
			ops := ""
			for _, c := range p.Changes {
				if ops += c.Op.String(); c.Ordered || c.Exit != test.exit {
					t.Errorf("%s is ordered, or by exit %s", c.Key, c.Exit)
				}
			}
			if ops != test.want {
				t.Errorf("planned %q, want %q", ops, test.want)
			}
		})
	}
}

// TestADeletionIsNotOrdered: it counts against its budget, whoever has offboarded the person.
func TestADeletionIsNotOrdered(t *testing.T) {
	t.Parallel()
	w := offboarded(access.Disabled, 90*day, weSuspended)
	clear(w.memory.Owned)
	p := w.diff()
	if len(p.Changes) != 1 || p.Changes[0].Op != plan.Delete || p.Changes[0].Ordered {
		t.Errorf("got %+v, want one deletion that nobody has ordered", p.Changes)
	}
}

// TestReturns: who comes back gets back what we took, and nothing that somebody else has.
func TestReturns(t *testing.T) {
	t.Parallel()
	anna := func(exit plan.Exit, ago time.Duration, change ...func(*plan.Link)) *world {
		w := climbing().created("anna", change...)
		if len(change) > 0 {
			w.status(access.Suspended)
		}
		w.memory.Leaving[id("anna")] = plan.Leaving{Person: id("anna"), Exit: exit, Since: monday.Add(-ago)}
		return w.person("anna", wish("fin", "/Dep/Fin", "Viewer"))
	}
	const unsuspend = "unsuspend anna@corp.example"
	back, no := []access.PersonID{id("anna")}, []access.PersonID(nil)
	tests := []struct {
		name     string
		world    *world
		want     []string
		returned []access.PersonID
		lifted   []access.PersonID
	}{
		{"before any step", anna(plan.ExitDisabled, 0).given("anna", "Viewer"), nil, back, no},
		{"suspended", anna(plan.ExitDisabled, 2*day, weSuspended).given("anna", "Viewer"), []string{unsuspend}, back, no},
		{"suspended, and lists leave out who is", anna(plan.ExitDisabled, 2*day, weSuspended).ours("anna", "f1", "Viewer"), []string{unsuspend}, back, no},
		{"the roles had ended", anna(plan.ExitGone, 8*day, weSuspended), []string{unsuspend, "grant anna@corp.example /Dep/Fin Viewer needs 1"}, back, no},
		{"deleted: made anew", anna(plan.ExitGone, 100*day, weSuspended, weDeleted).status(access.Deleted), []string{
			"create account anna@corp.example", "grant anna@corp.example /Dep/Fin Viewer needs 1",
		}, back, no},
		{"deleted, and no longer listed", func() *world {
			w := anna(plan.ExitGone, 100*day, weSuspended, weDeleted)
			w.state.Accounts = w.state.Accounts[:1]
			return w
		}(), []string{"create account anna@corp.example", "grant anna@corp.example /Dep/Fin Viewer needs 1"}, back, no},
		{"deleted, and somebody else has made another", anna(plan.ExitGone, 100*day, weDeleted).status(access.Deleted).account("anna", func(a *access.Account) { a.ID = "u-new" }), []string{
			"grant anna@corp.example /Dep/Fin Viewer",
		}, back, no},
		{"deleted, and somebody else has restored it", anna(plan.ExitGone, 100*day, weSuspended, weDeleted).revive(), []string{"grant anna@corp.example /Dep/Fin Viewer"}, back, back},
		{"deleted by somebody else", anna(plan.ExitGone, 100*day, weSuspended).status(access.Deleted), []string{
			skipped("the account of anna@corp.example is deleted on Kiteworks, and not by us"),
		}, back, no},
		{"suspended by somebody else", anna(plan.ExitDisabled, 2*day).status(access.Suspended), []string{
			skipped("the account of anna@corp.example is suspended on Kiteworks, and not by us"),
		}, back, no},
		{"somebody has lifted our suspension", anna(plan.ExitDisabled, 2*day, weSuspended).revive().given("anna", "Viewer"), nil, back, back},
		{"as far as was last known", func() *world {
			w := anna(plan.ExitDisabled, 2*day, weSuspended).revive().given("anna", "Viewer")
			w.state.Of.Fresh = false
			return w
		}(), nil, back, no},
		{"to no rule: she stays suspended", func() *world {
			w := anna(plan.ExitDisabled, 2*day, weSuspended)
			delete(w.policy.Leavers, plan.ExitUnmatched)
			w.verdicts[0].Account, w.verdicts[0].Wishes = false, nil
			return w
		}(), nil, back, no},
		{"unmatched, and a rule is held: nobody knows", func() *world {
			w := anna(plan.ExitUnmatched, 2*day, weSuspended)
			w.verdicts[0].Account, w.verdicts[0].Wishes = false, nil
			w.verdicts[0].Held = []access.Held{{Rule: "fin", Common: true}}
			return w
		}(), nil, no, no},
		{"unmatched, and a rule applies", anna(plan.ExitUnmatched, 2*day, weSuspended).given("anna", "Viewer"), []string{unsuspend}, back, no},
		{"nobody knows", func() *world {
			w := anna(plan.ExitDisabled, 2*day, weSuspended)
			w.verdicts[0].Standing = access.Unknown
			return w
		}(), []string{skipped("the directory does not say whether the person is active")}, no, no},
		{"with an address that is another's", func() *world {
			w := anna(plan.ExitDisabled, 2*day, weSuspended)
			w.verdicts[0].Email = "new@corp.example"
			return w.account("new")
		}(), []string{
			"skipped new@corp.example : the linked account has the address anna@corp.example on Kiteworks: nothing is given until both agree; " +
				"account u-new, which is live, has that address: decide with `kw-onboarder link`, or give one of them another 0",
		}, back, no},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := tt.world.diff()
			if diff := cmp.Diff(tt.want, lines(p)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.returned, p.Learned.Returned); diff != "" {
				t.Errorf("returned (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.lifted, p.Learned.Lifted); diff != "" {
				t.Errorf("lifted (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhoLeavesAgainIsSuspendedAgain, also where somebody else had ended our first suspension.
func TestWhoLeavesAgainIsSuspendedAgain(t *testing.T) {
	t.Parallel()
	w := climbing().created("anna", weSuspended).since("anna", plan.ExitDisabled, 2*day).person("anna")
	w.carryOut(w.diff())
	w.verdicts = nil
	w.left("anna", access.Disabled)
	for _, when := range []string{"first", "again, since it could not be done"} {
		p := w.diff()
		if n := p.Count(plan.Suspend); n != 1 {
			t.Errorf("%s: got %q, want a suspension", when, lines(p))
		}
		w.learn(p.Learned)
	}
}
