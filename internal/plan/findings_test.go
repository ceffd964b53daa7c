package plan_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestASuspensionThatAHumanMadeStays: a human has lifted ours while the person was a leaver, which
// is remembered; when the human suspends the account again, and the person returns, it is not ours.
func TestASuspensionThatAHumanMadeStays(t *testing.T) {
	t.Parallel()
	w := climbing().created("anna", weSuspended).left("anna", access.Expired).since("anna", plan.ExitExpired, day)
	w.status(access.Live)
	p := w.diff()
	if !slices.Equal(p.Learned.Lifted, []access.PersonID{id("anna")}) || len(p.Changes) > 0 {
		t.Fatalf("lifted: learned %v, changes %+v; want it noticed, and left", p.Learned.Lifted, p.Changes)
	}
	link, left := w.memory.Links[id("anna")], w.memory.Leaving[id("anna")]
	link.Suspended, left.Lifted = false, true
	w.memory.Links[id("anna")], w.memory.Leaving[id("anna")] = link, left
	if p := w.diff(); len(p.Changes) > 0 || len(p.Notes) != 1 {
		t.Errorf("still live: changes %+v, notes %+v; want it left, and said", p.Changes, p.Notes)
	}
	w.status(access.Suspended)
	w.verdicts = nil
	w.person("anna", wish("fin", "/Dep/Fin", "Viewer"))
	if p := w.diff(); len(p.Changes) > 0 {
		t.Errorf("suspended by a human, and back: %+v, want nothing", lines(p))
	}
}

// TestP12_UndoGivesBackBesideAWeakerRoleFromAbove: it reached there before, too.
func TestP12_UndoGivesBackBesideAWeakerRoleFromAbove(t *testing.T) {
	t.Parallel()
	revoked := plan.Change{
		Key: "revoke|" + plan.Key(id("anna").String()) + "|f1", Op: plan.Revoke, Person: id("anna"), Email: email("anna"),
		Account: "u-anna", As: as, Folder: "f1", Path: "/Dep/Fin", From: "Collaborator",
	}
	for role, want := range map[string]int{"Viewer": 1, "Manager": 0} {
		w := mover().grant("anna", "f1", role)
		w.state.Grants[0].Origin = "f0"
		p := plan.Undo([]plan.Change{revoked}, []plan.Outcome{{Key: revoked.Key, Result: plan.Done}}, &w.catalog, w.state, w.memory, w.policy)
		if len(p.Changes) != want {
			t.Errorf("%s from above: %+v %+v, want %d change", role, p.Changes, p.Notes, want)
		}
	}
}

// TestAFrozenRuleMakesNobodyUnmatchedFaster: as long as a rule is not decided, whoever has no
// other keeps everything, where there is a ladder for those to whom none applies.
func TestAFrozenRuleMakesNobodyUnmatchedFaster(t *testing.T) {
	t.Parallel()
	w := mover().with(unasking).with(func(v *access.Verdict) {
		v.Held = []access.Held{{Rule: "other", Why: "its group is missing", Common: true}}
	}).given("anna", "Viewer")
	w.policy.Leavers = map[plan.Exit]plan.Ladder{plan.ExitUnmatched: {{After: day, Do: plan.Revoke}}}
	if p := w.diff(); len(p.Changes) > 0 {
		t.Errorf("planned %v, want nothing", lines(p))
	}
}

// TestP10_AnAddressThatWeHaveVacatedIsFree: whoever has it now gets an account.
func TestP10_AnAddressThatWeHaveVacatedIsFree(t *testing.T) {
	t.Parallel()
	w := climbing().created("old", func(l *plan.Link) { l.Deleted = true }).status(access.Deleted)
	w.person("new", wish("fin", "/Dep/Fin", "Viewer"))
	w.verdicts[len(w.verdicts)-1].Email = email("old")
	p := w.diff()
	var ops []string
	for _, c := range p.Changes {
		ops = append(ops, c.Op.String())
	}
	if diff := cmp.Diff([]string{"create account", "grant"}, ops); diff != "" {
		t.Errorf("(-want +got):\n%s\nnotes %+v", diff, p.Notes)
	}
}
