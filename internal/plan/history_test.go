package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// history is a tenant on which runs and humans take turns, and the truth about
// each role, which the planner has to find out.
type history struct {
	*world
	before  map[plan.GrantKey]string // the role before us, of what we gave
	touched map[plan.GrantKey]bool   // we gave it, and a human has changed it since
}

func newHistory(people int) *history {
	h := &history{world: base(), before: map[plan.GrantKey]string{}, touched: map[plan.GrantKey]bool{}}
	for i := range people {
		name := fmt.Sprintf("p%02d", i)
		h.person(name).account(name)
	}
	return h
}

func (h *history) drawKey(t *rapid.T) plan.GrantKey {
	return plan.GrantKey{
		Account: rapid.SampledFrom(h.state.Accounts).Draw(t, "account").ID,
		Folder:  rapid.SampledFrom([]string{"f1", "f2"}).Draw(t, "folder"),
	}
}

// human gives, changes or takes away a role.
func (h *history) human(t *rapid.T) {
	key, role := h.drawKey(t), rapid.SampledFrom(append(slices.Clone(roleNames), "")).Draw(t, "by hand")
	h.give(key, role, human)
	if _, ours := h.before[key]; ours {
		h.touched[key] = true
	}
}

// rules ask for something else of somebody.
func (h *history) rules(t *rapid.T) {
	v := &h.verdicts[rapid.IntRange(0, len(h.verdicts)-1).Draw(t, "person")]
	path, role := rapid.SampledFrom([]string{"/Dep/Fin", "/Dep/Legal"}).Draw(t, "path"), rapid.SampledFrom(append(slices.Clone(roleNames), "")).Draw(t, "wanted")
	v.Wishes = nil
	if role != "" {
		v.Wishes = []access.Wish{wish("r", path, role)}
	}
}

// run plans, holds the plan to the truth, and carries it out.
func (h *history) run(t *rapid.T) {
	p := h.diff()
	for _, c := range p.Changes {
		h.judge(t, c)
	}
	h.carryOut(p)
	for key, o := range h.memory.Owned {
		switch {
		case h.touched[key] != (o.Lost != ""):
			t.Fatalf("%v is lost because %q; changed by a human: %t", key, o.Lost, h.touched[key])
		case o.Lost == "" && o.Floor != h.before[key]:
			t.Fatalf("%v has the floor %q, want %q", key, o.Floor, h.before[key])
		}
	}
	if again := h.diff(); len(again.Changes) > 0 || len(again.Learned.Lost) > 0 {
		t.Fatalf("a second plan has %q", lines(again))
	}
}

// judge holds one change to the truth: what widens is more than what is held, what narrows
// is ours, and goes no further than to what was there before us.
func (h *history) judge(t *rapid.T, c plan.Change) {
	key := plan.GrantKey{Account: c.Account, Folder: c.Folder}
	was := h.held(key).Role
	before, ours := h.before[key]
	narrows := c.Op == plan.Lower || c.Op == plan.Revoke
	repaired := c.Op == plan.Grant && was == "" && len(h.policy.Repair) > 0
	switch {
	case c.From != was || !narrows && rank[c.To] <= rank[was]:
		t.Fatalf("%s from %q to %q, where %q is held", c.Op, c.From, c.To, was)
	case narrows && (!ours || rank[c.To] < rank[before] || rank[c.To] >= rank[was] || (c.To == "") != (c.Op == plan.Revoke)):
		t.Fatalf("%s from %q to %q, where %q was before us", c.Op, c.From, c.To, before)
	case h.touched[key] && !repaired:
		t.Fatalf("%s of %v to %s, which a human has changed since we gave it", c.Op, key, c.To)
	}
	switch {
	case narrows && c.To == before:
		delete(h.before, key)
	case !narrows && (!ours || h.touched[key]):
		h.before[key], h.touched[key] = was, false
	}
}

// TestP03_NoHistoryTouchesWhatIsNotOursExceptToWiden: whatever humans, rules and
// runs do in turn, what a human changed of ours is no longer ours, is seen to be
// so, and is left alone; what was there before us is remembered.
func TestP03_NoHistoryTouchesWhatIsNotOursExceptToWiden(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(3)
		if rapid.Bool().Draw(t, "repair") {
			h.repairing()
		}
		t.Repeat(map[string]func(*rapid.T){"human": h.human, "rules": h.rules, "run": h.run})
		owned := slices.Collect(maps.Values(h.memory.Owned))
		if slices.ContainsFunc(owned, func(o access.Owned) bool { return o.Role == "" }) {
			t.Fatalf("owned without a role: %+v", owned)
		}
	})
}
