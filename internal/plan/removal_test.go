package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// heirs is who gets the data, as the directory had it.
func heirs(of ...access.Heir) func(*plan.Link) { return func(l *plan.Link) { l.Heirs = of } }

func managedBy(name string) func(*plan.Link) {
	return heirs(access.Heir{As: "manager", Person: id(name), Email: email(name)})
}

// overdue is anna, of whom all but the deletion is done, and her manager boss.
func overdue(change ...func(*plan.Link)) *world {
	w := climbing().created("anna", append(change, weSuspended)...).status(access.Suspended).left("anna", access.Gone)
	w.memory.Leaving[id("anna")] = plan.Leaving{Person: id("anna"), Exit: plan.ExitGone, Since: monday.Add(-90 * day)}
	return w.created("boss").person("boss")
}

// rung changes the last step of the ladder.
func (w *world) rung(change func(*plan.Rung)) *world {
	l := ladder()
	change(&l[len(l)-1])
	w.policy.Leavers[plan.ExitGone] = l
	return w
}

func noFallback(r *plan.Rung) { r.OrTo = "" }

// TestWhoGetsTheData of an account that is deleted, and where nobody can, it is not.
func TestWhoGetsTheData(t *testing.T) {
	t.Parallel()
	boss := func(change func(*access.Account)) *world {
		w := overdue(managedBy("boss"))
		change(&w.state.Accounts[2])
		return w
	}
	standing := func(s access.Standing) func(*access.Verdict) {
		return func(v *access.Verdict) { v.Standing, v.Skipped = s, s.String() }
	}
	tests := []struct {
		name  string
		world *world
		heir  string // "": who is named cannot have it,
		why   string // and why
	}{
		{"the manager", overdue(managedBy("boss")), "boss", ""},
		{"none was known", overdue(), "", "no manager was known while the person was employed"},
		{"one who has left too", overdue(managedBy("boss")).with(standing(access.Disabled)), "", "boss@corp.example has left too"},
		{"one who is offboarded", overdue(managedBy("boss")).since("boss", plan.ExitOffboarded, day), "", "boss@corp.example has left too"},
		{"one of whom nobody knows", overdue(managedBy("boss")).with(standing(access.Unknown)), "", "boss@corp.example is not known to be employed"},
		{"one of whom nothing was decided", func() *world {
			w := overdue(managedBy("boss"))
			w.verdicts = w.verdicts[:1]
			return w
		}(), "", "boss@corp.example is not known to be employed"},
		{"herself", overdue(managedBy("anna")), "", "anna@corp.example has left too"},
		{"each the other's", overdue(managedBy("boss")).with(standing(access.Gone)), "", "boss@corp.example has left too"},
		{"one without an account", overdue(managedBy("new")).person("new"), "", "new@corp.example has no account"},
		{"one whose account was found just now", overdue(managedBy("new")).account("new").person("new"), "new", ""},
		{"one whose address is of another's account", overdue(managedBy("new")).person("new").called("boss"), "", "boss@corp.example is the address of somebody else's account"},
		{"one who has another address by now, and theirs is a stranger's", func() *world {
			w := overdue(managedBy("boss"))
			w.verdicts[1].Email, w.state.Accounts[2].Email = email("chief"), email("chief")
			return w.account("boss", func(a *access.Account) { a.ID = "u-new" })
		}(), "chief", ""},
		{"one whose account is gone", func() *world {
			w := overdue(managedBy("boss"))
			w.state.Accounts = w.state.Accounts[:2]
			return w
		}(), "", "the account of boss@corp.example is no longer on Kiteworks"},
		{"unverified", boss(func(a *access.Account) { a.Status = access.Unverified }), "", "boss@corp.example is unverified on Kiteworks"},
		{"suspended", boss(func(a *access.Account) { a.Status = access.Suspended }), "", "boss@corp.example is suspended on Kiteworks"},
		{"a shared mailbox", boss(func(a *access.Account) { a.Kind = access.SharedMailbox }), "", "boss@corp.example is a shared mailbox"},
		{"an administrator", boss(func(a *access.Account) { a.Kind = access.Admin }), "boss", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := []string{"archive"}
			if tt.heir != "" {
				want[0] = tt.heir
			}
			if diff := cmp.Diff(want, deletions(tt.world.diff())); diff != "" {
				t.Errorf("with a fallback it goes to (-want +got):\n%s", diff)
			}
			p := tt.world.rung(noFallback).diff()
			if want = nil; tt.heir != "" {
				want = []string{tt.heir}
			}
			if diff := cmp.Diff(want, deletions(p)); diff != "" {
				t.Errorf("without one it goes to (-want +got):\n%s", diff)
			}
			if why := skipped("gone in the directory; it is not deleted, for nobody can have its data: " + tt.why); tt.why != "" && !slices.Contains(lines(p), why) {
				t.Errorf("got %q, want %q in it", lines(p), why)
			}
		})
	}
}

// TestNobodyAtAllCanHaveTheData: then the account waits, and both reasons are told.
func TestNobodyAtAllCanHaveTheData(t *testing.T) {
	t.Parallel()
	w := overdue()
	w.state.Accounts[0].Status = access.Suspended
	want := []string{skipped("gone in the directory; it is not deleted, for nobody can have its data: " +
		"no manager was known while the person was employed; archive@corp.example is suspended on Kiteworks")}
	if diff := cmp.Diff(want, lines(w.diff())); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

// deletions are the names of those who get the data.
func deletions(p plan.Plan) []string {
	var got []string
	for _, c := range p.Changes {
		if c.Op == plan.Delete {
			got = append(got, strings.TrimSuffix(c.To, "@corp.example"))
		}
	}
	return got
}

// TestNothingIsDeletedTooSoon: only by a run that sees everybody and everything, when nothing
// else is to be done, and not after a jump of the clock.
func TestNothingIsDeletedTooSoon(t *testing.T) {
	t.Parallel()
	ready := func() *world { return overdue(managedBy("boss")) }
	full := func(ago time.Duration) *world {
		w := ready()
		w.memory.Full = monday.Add(-ago)
		return w
	}
	later := skipped("gone in the directory; it is deleted when the steps before are done")
	const deleted = "delete anna@corp.example boss@corp.example from suspended"
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"in time", ready(), []string{deleted}},
		{"by what was last known", ready().known(), nil},
		{"by a plan for some people", func() *world {
			w := ready()
			w.policy.Rivals = plan.Rivals{}
			return w
		}(), nil},
		{"a role is to end before", ready().given("anna", "Viewer"), []string{revokeAnna, later}},
		{"a role that was not looked at", ready().given("anna", "Viewer").unread("f1"), []string{later}},
		{"a role that is not ours any more", ready().given("anna", "Viewer", lost("removed by somebody else")), []string{deleted}},
		{"a role on a folder that is gone", ready().ours("anna", "f9", "Viewer"), []string{deleted}},
		{"a role that a human's hides", ready().given("anna", "Viewer").from(above), []string{
			deleted, "held anna@corp.example fin: what we gave on /Dep/Fin stays: Viewer comes from a folder above, and has to end there first 0",
		}},
		{"never suspended", func() *world {
			w := ready()
			w.relink(id("anna"), func(l *plan.Link) { l.Suspended = false })
			return w.revive()
		}(), []string{suspendAnna, later}},
		{"somebody has lifted the suspension", ready().revive(), []string{skipped("gone in the directory; somebody has lifted our suspension: the account stays as it is")}},
		{"suspended by somebody else", func() *world {
			w := ready()
			w.relink(id("anna"), func(l *plan.Link) { l.Suspended = false })
			return w
		}(), []string{deleted}},
		{"of an account that existed before us", func() *world {
			w := ready()
			w.relink(id("anna"), func(l *plan.Link) { l.Created = false })
			return w
		}(), []string{
			skipped("gone in the directory; the account existed before and is not ours (accounts.existing): it is not deleted"),
			skipped("gone in the directory; the account existed before and is not ours (accounts.existing): it is not suspended"),
		}},
		{"the last full run was yesterday", full(day), []string{deleted}},
		{"the last full run was a week ago", full(7 * day), []string{deleted}},
		{"the clock has jumped ahead, or the program was off", full(90 * day), []string{
			skipped("gone in the directory; there was no full run since 2025-12-02: look at the clock; it is deleted by the next one"),
		}},
		{"the clock has jumped back", full(-90 * day), []string{deleted}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := tt.world.diff()
			if diff := cmp.Diff(tt.want, lines(p)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			if next, due := p.Next[id("anna")]; due {
				t.Errorf("a delta is asked for at %s, want none: it deletes nothing", next)
			}
		})
	}
}

// TestAClockThatJumpsAheadDeletesNothingAtOnce: whoever has just left is switched off and may
// lose their roles early, both of which can be given back; their account stays.
func TestAClockThatJumpsAheadDeletesNothingAtOnce(t *testing.T) {
	t.Parallel()
	w := climbing().created("anna", managedBy("boss")).left("anna", access.Gone).given("anna", "Viewer").created("boss").person("boss")
	w.memory.Full = monday
	w.carryOut(w.diff())
	w.now = monday.Add(10 * 365 * day)
	for range 3 { // deltas and full runs, before one of the latter has come through
		p := w.diff()
		if n := p.Count(plan.Delete); n > 0 {
			t.Fatalf("got %q, want no deletion", lines(p))
		}
		w.carryOut(p)
	}
}

// TestADeletionSaysWhoGetsTheData, so that it is carried out only with a decision.
func TestADeletionSaysWhoGetsTheData(t *testing.T) {
	t.Parallel()
	p := overdue(managedBy("boss")).diff()
	want := plan.Retention{Heir: "u-boss"}
	if len(p.Changes) != 1 || p.Changes[0].Retain == nil || *p.Changes[0].Retain != want {
		t.Errorf("got %+v, want one deletion with %+v", p.Changes, want)
	}
}

// TestHeirsAreRememberedWhilePeopleAreEmployed, and what a directory says of those who have
// left counts only if it never said anything before.
func TestHeirsAreRememberedWhilePeopleAreEmployed(t *testing.T) {
	t.Parallel()
	manager := func(name string) []access.Heir {
		return []access.Heir{{As: "manager", Person: id(name), Email: email(name)}}
	}
	tests := []struct {
		name     string
		standing access.Standing
		before   []access.Heir
		now      []access.Heir
		want     []access.Heir
	}{
		{"a new manager", access.Active, manager("boss"), manager("chief"), manager("chief")},
		{"the same", access.Active, manager("boss"), manager("boss"), nil},
		{"none any more", access.Active, manager("boss"), nil, nil},
		{"another after the exit", access.Disabled, manager("boss"), manager("chief"), nil},
		{"the first, after the exit", access.Disabled, nil, manager("chief"), manager("chief")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := climbing().created("anna", heirs(tt.before...)).person("anna").with(func(v *access.Verdict) { v.Standing, v.Heirs = tt.standing, tt.now })
			got := w.diff().Learned.Heirs[id("anna")]
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("learned (-want +got):\n%s", diff)
			}
		})
	}
}
