package plan_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// run carries out a plan.
func (w *world) run() did { return w.carryOut(w.diff()) }

// undo is the plan that takes it back.
func (w *world) undo(d did) plan.Plan {
	return plan.Undo(d.changes, d.ended, &w.catalog, w.state, w.memory, w.policy)
}

// TestP12_UndoTakesBackWhatStillStands, and leaves and lists the rest.
func TestP12_UndoTakesBackWhatStillStands(t *testing.T) {
	t.Parallel()
	fin := wish("fin", "/Dep/Fin", "Collaborator")
	key := plan.GrantKey{Account: "u-anna", Folder: "f1"}
	left := func(what, why string) []string {
		return []string{"held anna@corp.example fin: " + what + " is left: " + why + " 0"}
	}
	changed := func(what string) []string { return left(what, "it has changed since") }
	const (
		grant      = "grant anna@corp.example: Collaborator on /Dep/Fin"
		revoke     = "revoke anna@corp.example /Dep/Fin from Collaborator"
		accountOf  = "held anna@corp.example : suspend anna@corp.example is left: "
		createdOne = "held anna@corp.example staff: create account anna@corp.example is left: "
	)
	granted := func() *world { return climbing().created("anna").person("anna", fin) }
	raised := func() *world { return granted().grant("anna", "f1", "Viewer") }
	lowered := func() *world { return mover(wish("fin", "/Dep/Fin", "Viewer")).given("anna", "Manager") }
	revoked := func() *world { return mover().given("anna", "Collaborator") }
	created := func() *world { return climbing().person("anna") }
	gone := func() *world { return climbing().created("anna").left("anna", access.Gone) }
	tests := []struct {
		name  string
		world *world
		since func(*world) // what happens after the run
		want  []string
	}{
		{"a grant", granted(), nil, []string{revoke}},
		{"a grant, changed by a human", granted(), func(w *world) { w.give(key, "Manager", human) }, changed(grant)},
		{"a grant, taken away by a human", granted(), func(w *world) { w.give(key, "", human) }, changed(grant)},
		{"a grant, given anew by a human", granted(), func(w *world) { w.give(key, "Collaborator", human) }, left(grant, "somebody else has given it since")},
		{"a grant that is not ours any more", granted(), func(w *world) { delete(w.memory.Owned, key) }, changed(grant)},
		{"a grant that a later run has raised", granted(), func(w *world) {
			w.verdicts[0].Wishes[0].Role = "Manager"
			w.run()
		}, changed(grant)},
		{"a grant that a role from above hides", granted(), func(w *world) { w.from(above) }, left(grant, "the role comes from a folder above by now")},
		{"a grant on a folder that was not read", granted(), func(w *world) { w.unread("f1") }, left(grant, "the members of the folder could not be read")},
		{"a grant, as far as was last known", granted(), func(w *world) { w.known() }, left(grant, "what Kiteworks has now was not read")},
		{"a grant of an account that is gone", granted(), func(w *world) { w.state.Accounts = nil }, left(grant, "the account is no longer on Kiteworks")},
		{"a grant of an account that is deleted", granted(), func(w *world) { w.status(access.Deleted) }, left(grant, "the account is deleted on Kiteworks")},
		{"a grant of an account that is another's", granted(), func(w *world) { clear(w.memory.Links) }, left(grant, "the account is not the person's any more")},
		{"a grant of an administrator", granted(), func(w *world) { w.state.Accounts[1].Kind = access.Admin }, left(grant, "the account of anna@corp.example has the kind administrator, which is never touched")},
		{"a grant of one who is never touched", granted(), func(w *world) { w.policy.Never = map[access.Email]string{email("anna"): "listed"} }, left(grant, "listed")},
		{"a raise", raised(), nil, []string{"lower anna@corp.example /Dep/Fin Viewer from Collaborator"}},
		{"a raise, changed by a human", raised(), func(w *world) { w.give(key, "Viewer", human) }, changed("raise anna@corp.example: Collaborator on /Dep/Fin, now Viewer")},
		{"a lower", lowered(), nil, []string{"raise anna@corp.example /Dep/Fin Manager from Viewer"}},
		{"a lower, changed by a human", lowered(), func(w *world) { w.give(key, "Collaborator", human) }, changed("lower anna@corp.example: Viewer on /Dep/Fin, now Manager")},
		{"a revoke", revoked(), nil, []string{"grant anna@corp.example /Dep/Fin Collaborator"}},
		{"a revoke, and a human has given something", revoked(), func(w *world) { w.give(key, "Viewer", human) }, changed("revoke anna@corp.example: Collaborator on /Dep/Fin")},
		{"an account that was made is suspended", created(), nil, []string{"suspend anna@corp.example"}},
		{"an account that was made, and suspended by a human", created(), func(w *world) { w.status(access.Suspended) }, []string{createdOne + "it has changed since 0"}},
		{"an account that was made, and given up", created(), func(w *world) { w.relink(id("anna"), func(l *plan.Link) { l.Created = false }) }, []string{createdOne + "the account is not ours any more 0"}},
		{"a suspension", gone(), nil, []string{"unsuspend anna@corp.example"}},
		{"a suspension that a human has lifted", gone(), func(w *world) { w.revive() }, []string{accountOf + "it has changed since 0"}},
		{"an end of a suspension", climbing().created("anna", weSuspended).status(access.Suspended).person("anna"), nil, []string{"suspend anna@corp.example"}},
		{"a name", climbing().created("anna", func(l *plan.Link) { l.Name = "Berg" }).named("Berg").person("anna"), nil, []string{"set name anna@corp.example Berg from anna"}},
		{"a name, changed by a human", climbing().created("anna", func(l *plan.Link) { l.Name = "Berg" }).named("Berg").person("anna"), func(w *world) { w.named("Anni") }, []string{
			"held anna@corp.example staff: set name anna@corp.example is left: it has changed since 0",
		}},
		{"a folder stays", climbing().created("anna").person("anna", creating(wish("p", "/Dep/New", "Viewer"))), nil, []string{
			"revoke anna@corp.example /Dep/New from Viewer", "held p: create folder /Dep/New is left: a folder is not deleted: somebody may have put something into it 0",
		}},
		{"a deletion", overdue(managedBy("boss")), nil, []string{
			"held anna@corp.example : delete anna@corp.example is left: it cannot be undone 0",
		}},
		{"all that was done for a leaver", annaLeft(plan.ExitGone, 8*day), nil, []string{"unsuspend anna@corp.example", "grant anna@corp.example /Dep/Fin Viewer"}},
		{"a swap of addresses", moving([2]string{"a", "b"}, [2]string{"b", "a"}), nil, []string{
			"rename a@corp.example moving-u-a@corp.example from b@corp.example",
			"rename b@corp.example b@corp.example from a@corp.example needs 1",
			"rename a@corp.example a@corp.example from moving-u-a@corp.example needs 2",
		}},
		{"a chain of addresses", moving([2]string{"a", "b"}, [2]string{"b", "c"}), nil, []string{
			"rename a@corp.example a@corp.example from b@corp.example", "rename b@corp.example b@corp.example from c@corp.example needs 1",
		}},
		{"an address that somebody has by now", moving([2]string{"anna", "lang"}), func(w *world) { w.account("anna", func(a *access.Account) { a.ID = "u-new" }) }, []string{
			"held lang@corp.example staff: rename lang@corp.example is left: account u-new, which is live, has that address: decide with `kw-onboarder link`, or give one of them another 0",
		}},
		{"an address that a human has changed", moving([2]string{"anna", "lang"}), func(w *world) { w.state.Accounts[1].Email = email("other") }, []string{
			"held lang@corp.example staff: rename lang@corp.example is left: it has changed since 0",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			did := tt.world.run()
			if len(did.changes) == 0 {
				t.Fatal("the run did nothing that could be undone")
			}
			if tt.since != nil {
				tt.since(tt.world)
			}
			p := tt.world.undo(did)
			got := lines(p)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			for _, c := range p.Changes {
				if !c.Ordered {
					t.Errorf("%s is not said to be ordered", c.Key)
				}
			}
		})
	}
}

// named changes the name of the account that was added last.
func (w *world) named(name string) *world {
	w.state.Accounts[len(w.state.Accounts)-1].Name = name
	return w
}

// TestUndoTakesBackOnlyWhatWeDid: not what was so already, was refused, or was never sent.
func TestUndoTakesBackOnlyWhatWeDid(t *testing.T) {
	t.Parallel()
	w := climbing().created("anna").person("anna", wish("fin", "/Dep/Fin", "Viewer"))
	did := w.run().changes
	for _, r := range []plan.Result{plan.Already, plan.Refused, plan.Unknown, plan.Skipped} {
		p := plan.Undo(did, []plan.Outcome{{Key: did[0].Key, Result: r}}, &w.catalog, w.state, w.memory, w.policy)
		if got := lines(p); len(got) > 0 {
			t.Errorf("%v: got %q, want nothing", r, got)
		}
	}
}

// TestP12_UndoReturnsToWhatWas: whatever a run has done, undone the tenant is as before, but
// for accounts and folders that were made; and what would do it again has the keys that are
// to be held.
func TestP12_UndoReturnsToWhatWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawLife(t)
		w.carryOut(plan.Plan{Learned: w.diff().Learned})
		accounts := len(w.state.Accounts)
		before := w.seen(accounts)
		if did := w.diff(); did.Count(plan.Delete) > 0 {
			t.Skip("a deletion cannot be undone")
		}
		did := w.run()
		undone := w.undo(did)
		w.carryOut(undone)
		if diff := cmp.Diff(before, w.seen(accounts)); diff != "" {
			t.Fatalf("after %q and %q the tenant is not as before (-before +after):\n%s", lines(plan.Plan{Changes: did.changes}), lines(undone), diff)
		}
		for _, a := range w.state.Accounts[accounts:] {
			if a.Status != access.Suspended {
				t.Fatalf("the account %s was made, and is %s", a.ID, a.Status)
			}
		}
		w.redone(t, undone)
	})
}

// redone holds what a next run would do again to the keys that an undo holds.
func (w *world) redone(t *rapid.T, undone plan.Plan) {
	held := map[plan.Key]bool{}
	for _, c := range undone.Changes {
		for _, k := range c.Redone() {
			held[k] = true
		}
	}
	for _, c := range w.diff().Changes {
		needs := slices.ContainsFunc(c.Needs, func(k plan.Key) bool { return held[k] })
		if held[c.Key] || held[c.For] || needs || c.Op == plan.CreateFolder || c.Op == plan.Delete {
			continue
		}
		t.Fatalf("the next run does %s, which neither is held nor needs what is", c.Key)
	}
}

// appearance is what people can notice of a tenant.
type appearance struct {
	Accounts []access.Account
	Roles    map[plan.GrantKey]string
}

// seen is that, with the first accounts only. What is switched on again is not told apart by
// whether its owner had confirmed it before.
func (w *world) seen(accounts int) appearance {
	a := appearance{slices.Clone(w.state.Accounts[:accounts]), map[plan.GrantKey]string{}}
	for i := range a.Accounts {
		if a.Accounts[i].Status == access.Unverified {
			a.Accounts[i].Status = access.Live
		}
	}
	for _, g := range w.state.Grants {
		a.Roles[plan.GrantKey{Account: g.Account, Folder: g.Folder}] = g.Role
	}
	return a
}
