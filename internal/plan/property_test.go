package plan_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// drawWorld makes a tenant with some people, accounts and grants in it.
func drawWorld(t *rapid.T) *world {
	w := base()
	roles := []string{"Viewer", "Collaborator", "Manager"}
	paths := []string{"/Dep/Fin", "/Dep/Legal", "/Dep/New", "/Dep/New/Deep"}
	for i := range rapid.IntRange(0, 12).Draw(t, "people") {
		name := fmt.Sprintf("p%02d", i)
		var wishes []access.Wish
		for j := range rapid.IntRange(0, 3).Draw(t, "wishes") {
			path, role := rapid.SampledFrom(paths).Draw(t, "path"), rapid.SampledFrom(roles).Draw(t, "role")
			wishes = append(wishes, creating(wish(fmt.Sprintf("r%d", j), path, role)))
		}
		w.person(name, wishes...)
		if rapid.Bool().Draw(t, "account") {
			w.account(name)
			if rapid.Bool().Draw(t, "member") {
				w.grant(name, rapid.SampledFrom([]string{"f1", "f2"}).Draw(t, "folder"), rapid.SampledFrom(roles).Draw(t, "held"))
			}
		}
	}
	return w
}

// carryOut is what a faultless Kiteworks does with a plan.
func (w *world) carryOut(p plan.Plan) {
	made := map[plan.Key]plan.Outcome{}
	for _, c := range p.Changes {
		if why := c.Complete(made); why != "" {
			panic(why) // a plan puts what is needed first
		}
		o := plan.Outcome{Key: c.Key, Result: plan.Done}
		switch c.Op {
		case plan.CreateAccount:
			o.Account = "u-" + c.Name
			w.account(c.Name)
		case plan.CreateFolder:
			o.Folder = "new " + string(c.Path)
			w.catalog.Folders = append(w.catalog.Folders, access.Folder{ID: o.Folder, Parent: c.Parent, As: c.As, Path: c.Path})
			w.state.Of.Folders = append(w.state.Of.Folders, o.Folder)
		case plan.Grant, plan.Raise:
			w.state.Grants = append(w.state.Grants, access.Grant{Account: c.Account, Folder: c.Folder, Role: c.To})
		}
		made[c.Key] = o
	}
}

func TestApplyingAPlanLeavesNothingToDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		w.carryOut(w.diff())
		if got := lines(w.diff()); len(got) > 0 {
			t.Fatalf("a second plan has %q", got)
		}
	})
}

func TestThePlanDoesNotDependOnTheOrderOfItsInput(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		want := w.diff()
		mix := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		mix.Shuffle(len(w.verdicts), func(i, j int) { w.verdicts[i], w.verdicts[j] = w.verdicts[j], w.verdicts[i] })
		mix.Shuffle(len(w.state.Grants), func(i, j int) { w.state.Grants[i], w.state.Grants[j] = w.state.Grants[j], w.state.Grants[i] })
		got := w.diff()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("plan (-want +got):\n%s", diff)
		}
		if got.Digest() != want.Digest() {
			t.Fatal("equal plans have different digests")
		}
	})
}

// TestP03_NothingIsEverNarrowed: whatever is there, no change gives a weaker role.
func TestP03_NothingIsEverNarrowed(t *testing.T) {
	t.Parallel()
	rank := map[string]int{"": 0, "Viewer": 1, "Collaborator": 5, "Manager": 7}
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		held := map[plan.GrantKey]string{}
		for _, g := range w.state.Grants {
			held[plan.GrantKey{Account: g.Account, Folder: g.Folder}] = g.Role
		}
		for _, c := range w.diff().Changes {
			before := held[plan.GrantKey{Account: c.Account, Folder: c.Folder}]
			if (c.Op == plan.Grant || c.Op == plan.Raise) && (rank[c.To] <= rank[before] || c.From != before) {
				t.Fatalf("%v from %q to %q, where %q is held", c.Op, c.From, c.To, before)
			}
			if c.Op == plan.Grant && before != "" {
				t.Fatalf("a grant over %q", before)
			}
		}
	})
}
