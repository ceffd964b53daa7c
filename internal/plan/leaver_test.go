package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

const day = 24 * time.Hour

// monday is when all is decided here.
var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// exits are the ways to leave that a directory tells of, and how.
var exits = map[plan.Exit]access.Standing{
	plan.ExitDisabled: access.Disabled, plan.ExitExpired: access.Expired, plan.ExitGone: access.Gone, plan.ExitUnmatched: access.OutOfScope,
}

// ladder is the one of the documentation.
func ladder() plan.Ladder {
	return plan.Ladder{{Do: plan.Suspend}, {After: 7 * day, Do: plan.Revoke}, {After: 90 * day, Do: plan.Delete, DataTo: "manager", OrTo: "archive@corp.example"}}
}

// climbing is base on monday, with that ladder for all exits, and an archive to have the data.
func climbing() *world {
	w := base().account("archive")
	w.now = monday
	w.policy.Leavers = map[plan.Exit]plan.Ladder{}
	for exit := range exits {
		w.policy.Leavers[exit] = ladder()
	}
	return w
}

// created adds a person's account, made by us; change says what else is remembered of it.
func (w *world) created(name string, change ...func(*plan.Link)) *world {
	l := plan.Link{Person: id(name), Account: "u-" + name, Created: true}
	for _, f := range change {
		f(&l)
	}
	w.memory.Links[l.Person] = l
	return w.account(name)
}

// left adds a person who has left, as the rules have them.
func (w *world) left(name string, s access.Standing) *world {
	w.verdicts = append(w.verdicts, access.Verdict{Person: id(name), Email: email(name), Standing: s, Skipped: s.String() + " in the directory"})
	return w
}

// since remembers since when a person has left.
func (w *world) since(name string, exit plan.Exit, ago time.Duration) *world {
	w.memory.Leaving[id(name)] = plan.Leaving{Person: id(name), Exit: exit, Since: w.now.Add(-ago), Why: "root (ticket 7)"}
	return w
}

// status sets that of the account that was added last.
func (w *world) status(s access.Status) *world {
	w.state.Accounts[len(w.state.Accounts)-1].Status = s
	return w
}

// given adds a role of ours on /Dep/Fin.
func (w *world) given(name, role string, change ...func(*access.Owned)) *world {
	return w.grant(name, "f1", role).ours(name, "f1", role, change...)
}

func weSuspended(l *plan.Link) { l.Suspended = true }

func weDeleted(l *plan.Link) { l.Deleted = true }

// anna has left in one way, that long ago; her account is ours, and a role.
func annaLeft(exit plan.Exit, ago time.Duration, change ...func(*plan.Link)) *world {
	w := climbing().created("anna", change...).left("anna", exits[exit])
	if len(change) > 0 {
		w.status(access.Suspended)
	}
	return w.given("anna", "Viewer").since("anna", exit, ago)
}

const (
	suspendAnna = "suspend anna@corp.example"
	revokeAnna  = "revoke anna@corp.example /Dep/Fin from Viewer"
)

func skipped(why string) string { return "skipped anna@corp.example : " + why + " 0" }

// TestP04_EachExitClimbsItsLadder: each step at its time, and none before.
func TestP04_EachExitClimbsItsLadder(t *testing.T) {
	t.Parallel()
	for exit, standing := range exits {
		why := standing.String() + " in the directory"
		tests := []struct {
			name  string
			world *world
			want  []string
			next  time.Duration // from monday; 0: none
		}{
			{"seen first", func() *world {
				w := annaLeft(exit, 0)
				clear(w.memory.Leaving)
				return w
			}(), []string{suspendAnna, skipped(why + "; next: revoke on 2026-03-09")}, 7 * day},
			{"suspended, and waiting", annaLeft(exit, 3*day, weSuspended), []string{skipped(why + "; next: revoke on 2026-03-06")}, 4 * day},
			{"a moment before", annaLeft(exit, 7*day-time.Second, weSuspended), []string{skipped(why + "; next: revoke on 2026-03-02")}, time.Second},
			{"at the moment", annaLeft(exit, 7*day, weSuspended), []string{revokeAnna, skipped(why + "; next: delete on 2026-05-24")}, 0},
			{"two steps at once, suspension first", annaLeft(exit, 8*day), []string{suspendAnna, revokeAnna, skipped(why + "; next: delete on 2026-05-23")}, 0},
			{"all steps at once: what cannot be undone waits", annaLeft(exit, 100*day), []string{suspendAnna, revokeAnna, skipped(why + "; it is deleted when the steps before are done")}, 0},
			{"all but the last are done", func() *world {
				w := annaLeft(exit, 90*day, weSuspended)
				clear(w.memory.Owned)
				return w
			}(), []string{"delete anna@corp.example archive@corp.example from suspended"}, 0},
			{"no ladder", func() *world {
				w := annaLeft(exit, 90*day)
				delete(w.policy.Leavers, exit)
				return w
			}(), []string{skipped(fmt.Sprintf("%s, and `leavers` says of those who are %s nothing: what they have stays", why, exit))}, 0},
		}
		for _, tt := range tests {
			t.Run(string(exit)+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				p := tt.world.diff()
				if diff := cmp.Diff(tt.want, lines(p)); diff != "" {
					t.Errorf("plan (-want +got):\n%s", diff)
				}
				next := time.Duration(0)
				if at, due := p.Next[id("anna")]; due {
					next = at.Sub(monday)
				}
				if next != tt.next {
					t.Errorf("looked at again after %s, want %s", next, tt.next)
				}
			})
		}
	}
}

// TestP04_ASuspensionComesBeforeAllElse, and a deletion after it.
func TestP04_ASuspensionComesBeforeAllElse(t *testing.T) {
	t.Parallel()
	w := annaLeft(plan.ExitDisabled, 8*day).person("bert", creating(wish("p", "/Dep/New", "Viewer"))).
		created("carl").person("carl").given("carl", "Viewer").created("dora", weSuspended).status(access.Suspended).left("dora", access.Gone).since("dora", plan.ExitGone, 90*day)
	var got []plan.Op
	for _, c := range w.diff().Changes {
		got = append(got, c.Op)
	}
	want := []plan.Op{plan.Suspend, plan.Revoke, plan.CreateFolder, plan.CreateAccount, plan.Grant, plan.Revoke, plan.Delete}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLeavers(t *testing.T) {
	t.Parallel()
	existing := func(w *world) *world {
		w.policy.Existing = true
		return w
	}
	const disabled = "disabled in the directory"
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"without an account", climbing().left("anna", access.Disabled), []string{skipped(disabled)}},
		{"an account that existed is found by its address", existing(climbing().left("anna", access.Disabled).account("anna")), []string{suspendAnna, skipped(disabled + "; next: revoke on 2026-03-09")}},
		{"accounts.existing is ignore", climbing().left("anna", access.Disabled).account("anna"), []string{skipped(disabled)}},
		{"accounts.existing is ignore, and it is linked", climbing().left("anna", access.Disabled).link("anna", "u-anna").account("anna").given("anna", "Viewer").since("anna", plan.ExitDisabled, 91*day), []string{
			revokeAnna,
			skipped(disabled + "; the account existed before and is not ours (accounts.existing): it is not deleted"),
			skipped(disabled + "; the account existed before and is not ours (accounts.existing): it is not suspended"),
		}},
		{"out of scope looks for no account by address", existing(climbing().left("anna", access.OutOfScope).account("anna")), []string{skipped("out of scope in the directory")}},
		{"two accounts with the address", existing(climbing().left("anna", access.Gone).account("anna").account("anna", func(a *access.Account) { a.ID = "u-2" })), []string{
			skipped("gone in the directory; anna@corp.example has two accounts, u-anna and u-2"),
		}},
		{"the account is somebody else's", existing(climbing().left("anna", access.Disabled).link("bert", "u-anna").account("anna")), []string{
			skipped(disabled + "; the account of anna@corp.example belongs to another person of the directory, dir:bert"),
		}},
		{"an administrator by now", func() *world {
			w := annaLeft(plan.ExitDisabled, 100*day)
			w.state.Accounts[1].Kind = access.Admin
			return w
		}(), []string{skipped(disabled + "; the account of anna@corp.example has the kind administrator, which is never touched")}},
		{"never touched, by the address of the account", func() *world {
			w := annaLeft(plan.ExitDisabled, 100*day)
			w.state.Accounts[1].Email = "ceo@corp.example"
			w.policy.Never = map[access.Email]string{"ceo@corp.example": "listed in kiteworks.never_touch"}
			return w
		}(), []string{skipped(disabled + "; listed in kiteworks.never_touch")}},
		{"the linked account is gone", climbing().left("anna", access.Gone).link("anna", "u-anna"), []string{skipped("gone in the directory; the linked account u-anna is no longer on Kiteworks")}},
		{"somebody has lifted our suspension: the ladder stops", func() *world {
			w := annaLeft(plan.ExitDisabled, 100*day, weSuspended)
			return w.revive()
		}(), []string{skipped(disabled + "; somebody has lifted our suspension: the account stays as it is")}},
		{"somebody else has suspended: the ladder goes on", annaLeft(plan.ExitDisabled, 8*day, func(*plan.Link) {}), []string{revokeAnna, skipped(disabled + "; next: delete on 2026-05-23")}},
		{"deleted by us: nothing is left to do", annaLeft(plan.ExitDisabled, 100*day, weSuspended, weDeleted).status(access.Deleted), nil},
		{"deleted by us, and restored by somebody else", annaLeft(plan.ExitDisabled, 100*day, weSuspended, weDeleted).revive(), []string{
			skipped(disabled + "; somebody has restored the account that we had deleted: it stays as it is"),
		}},
		{"deleted by somebody else", annaLeft(plan.ExitDisabled, 100*day).status(access.Deleted), nil},
		{"a role that a human gave stays", func() *world {
			w := annaLeft(plan.ExitDisabled, 8*day, weSuspended).grant("anna", "f2", "Manager")
			return w
		}(), []string{revokeAnna, skipped(disabled + "; next: delete on 2026-05-23")}},
		{"a role that we raised goes back", annaLeft(plan.ExitDisabled, 8*day, weSuspended).ours("anna", "f1", "Viewer", func(o *access.Owned) { o.Role, o.Floor = "Manager", "Viewer" }).
			from(func(g *access.Grant) { g.Role = "Manager" }), []string{
			"lower anna@corp.example /Dep/Fin Viewer from Manager", skipped(disabled + "; next: delete on 2026-05-23"),
		}},
		{"lists leave out who is suspended: what is ours ends all the same", func() *world {
			w := annaLeft(plan.ExitDisabled, 8*day, weSuspended)
			w.state.Grants = nil
			return w
		}(), []string{revokeAnna, skipped(disabled + "; next: delete on 2026-05-23")}},
		{"unknown to the directory", func() *world {
			w := annaLeft(plan.ExitDisabled, 100*day)
			w.verdicts[0].Standing, w.verdicts[0].Skipped = access.Unknown, ""
			return w
		}(), []string{skipped("the directory does not say whether the person is active")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, lines(tt.world.diff())); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
		})
	}
}

// revive makes anna's account usable.
func (w *world) revive() *world {
	for i := range w.state.Accounts {
		if w.state.Accounts[i].ID == "u-anna" {
			w.state.Accounts[i].Status = access.Live
		}
	}
	return w
}

// TestUnmatched: to whom no rule applies a ladder applies only if there is one, and only if
// nothing is open about it.
func TestUnmatched(t *testing.T) {
	t.Parallel()
	anna := func(change ...func(*access.Verdict)) *world {
		w := climbing().created("anna").person("anna").given("anna", "Viewer")
		v := &w.verdicts[0]
		v.Account, v.Causes = false, nil
		for _, f := range change {
			f(v)
		}
		return w
	}
	tests := []struct {
		name  string
		world *world
		want  []string
		exit  plan.Exit
	}{
		{"with a ladder", anna(), []string{suspendAnna, skipped("no rule applies; next: revoke on 2026-03-09")}, plan.ExitUnmatched},
		{"without one what is ours ends at once", func() *world {
			w := anna()
			delete(w.policy.Leavers, plan.ExitUnmatched)
			return w
		}(), []string{revokeAnna}, ""},
		{"a rule is held", anna(func(v *access.Verdict) { v.Held = []access.Held{{Rule: "fin", Why: "two departments"}} }), []string{"held anna@corp.example fin: two departments 0"}, ""},
		{"a rule is held for everybody", anna(func(v *access.Verdict) { v.Held = []access.Held{{Rule: "fin", Common: true}} }), nil, ""},
		{"a date may bring one back", anna(func(v *access.Verdict) { v.Next = monday.Add(day) }), []string{revokeAnna}, ""},
		{"a date has come", anna(func(v *access.Verdict) { v.Lapsed = []access.Wish{wish("fin", "/Dep/Fin", "Viewer")} }), []string{revokeAnna}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := tt.world.diff()
			if diff := cmp.Diff(tt.want, lines(p)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			exit := plan.Exit("")
			if len(p.Learned.Leaving) > 0 {
				exit = p.Learned.Leaving[0].Exit
			}
			if exit != tt.exit {
				t.Errorf("seen to have left as %q, want %q", exit, tt.exit)
			}
		})
	}
}

// TestSinceWhenSomebodyHasLeft, as the steps count from it: also where the clock was wrong.
func TestSinceWhenSomebodyHasLeft(t *testing.T) {
	t.Parallel()
	ago := func(days time.Duration) time.Time { return monday.Add(-days * day) }
	tests := []struct {
		name   string
		before plan.Leaving
		exit   plan.Exit
		want   []plan.Leaving // learned
	}{
		{"never seen", plan.Leaving{}, plan.ExitGone, []plan.Leaving{{Exit: plan.ExitGone, Since: monday}}},
		{"known", plan.Leaving{Exit: plan.ExitGone, Since: ago(5)}, plan.ExitGone, nil},
		{"disabled, then gone: it goes on", plan.Leaving{Exit: plan.ExitDisabled, Since: ago(5)}, plan.ExitGone, []plan.Leaving{{Exit: plan.ExitGone, Since: ago(5)}}},
		{"unmatched, then gone: it begins anew", plan.Leaving{Exit: plan.ExitUnmatched, Since: ago(5)}, plan.ExitGone, []plan.Leaving{{Exit: plan.ExitGone, Since: monday}}},
		{"disabled, then out of scope: it begins anew", plan.Leaving{Exit: plan.ExitDisabled, Since: ago(5)}, plan.ExitUnmatched, []plan.Leaving{{Exit: plan.ExitUnmatched, Since: monday}}},
		{"a clock that has jumped back: it begins now", plan.Leaving{Exit: plan.ExitGone, Since: monday.Add(3000 * day)}, plan.ExitGone, []plan.Leaving{{Exit: plan.ExitGone, Since: monday}}},
		{"a moment that was lost: it begins now", plan.Leaving{Exit: plan.ExitGone}, plan.ExitGone, []plan.Leaving{{Exit: plan.ExitGone, Since: monday}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := climbing().created("anna").left("anna", exits[tt.exit])
			if tt.before.Exit != "" {
				tt.before.Person = id("anna")
				w.memory.Leaving[id("anna")] = tt.before
			}
			for i := range tt.want {
				tt.want[i].Person = id("anna")
			}
			p := w.diff()
			if diff := cmp.Diff(tt.want, p.Learned.Leaving); diff != "" {
				t.Errorf("learned (-want +got):\n%s", diff)
			}
			if n := p.Count(plan.Suspend); n != 1 {
				t.Errorf("got %d suspensions, want one: it is due at once", n)
			}
		})
	}
}
