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

var roleNames = []string{"Viewer", "Collaborator", "Manager"}

var rank = map[string]int{"": 0, "Viewer": 1, "Collaborator": 5, "Manager": 7}

// drawWorld makes a tenant with some people, accounts and grants in it.
func drawWorld(t *rapid.T) *world {
	w := base()
	paths := []string{"/Dep/Fin", "/Dep/Legal", "/Dep/New", "/Dep/New/Deep"}
	for i := range rapid.IntRange(0, 12).Draw(t, "people") {
		name := fmt.Sprintf("p%02d", i)
		var wishes []access.Wish
		for j := range rapid.IntRange(0, 3).Draw(t, "wishes") {
			path, role := rapid.SampledFrom(paths).Draw(t, "path"), rapid.SampledFrom(roleNames).Draw(t, "role")
			wishes = append(wishes, creating(wish(fmt.Sprintf("r%d", j), path, role)))
		}
		w.person(name, wishes...)
		if rapid.Bool().Draw(t, "account") {
			w.account(name)
			if rapid.Bool().Draw(t, "member") {
				folder, role := rapid.SampledFrom([]string{"f1", "f2"}).Draw(t, "folder"), rapid.SampledFrom(roleNames).Draw(t, "held")
				w.grant(name, folder, role)
				if rapid.Bool().Draw(t, "ours") {
					w.ours(name, folder, role)
				}
			}
		}
	}
	return w
}

// TestP03_ApplyingAPlanLeavesNothingToDo: what was asked for is there, what is
// remembered as ours is there, and a second plan is empty.
func TestP03_ApplyingAPlanLeavesNothingToDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		p := w.diff()
		w.carryOut(p)
		for i := range w.verdicts {
			for _, wish := range w.verdicts[i].Wishes {
				if !w.has(w.verdicts[i].Person, wish) {
					t.Fatalf("%s lacks %s on %s after %q", w.verdicts[i].Email, wish.Role, wish.Place.Path, lines(p))
				}
			}
		}
		for key, o := range w.memory.Owned {
			if got := w.held(key).Role; got != o.Role {
				t.Fatalf("%v is remembered as %s and is %q", key, o.Role, got)
			}
		}
		if got := lines(w.diff()); len(got) > 0 {
			t.Fatalf("a second plan has %q", got)
		}
	})
}

// TestP03_WhatIsAskedForAndThereNeedsNothing: a tenant that is as the rules want
// it has an empty plan, whoever gave what is there.
func TestP03_WhatIsAskedForAndThereNeedsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := base()
		for i := range rapid.IntRange(0, 12).Draw(t, "people") {
			name, role := fmt.Sprintf("p%02d", i), rapid.SampledFrom(roleNames).Draw(t, "role")
			w.person(name, wish("r", "/Dep/Fin", role)).account(name).grant(name, "f1", role)
			if rapid.Bool().Draw(t, "ours") {
				w.ours(name, "f1", role)
			}
		}
		if got := lines(w.diff()); len(got) > 0 {
			t.Fatalf("got %q, want nothing", got)
		}
	})
}

func TestP03_ThePlanDoesNotDependOnTheOrderOfItsInput(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		want := w.diff()
		mix := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		mix.Shuffle(len(w.verdicts), func(i, j int) { w.verdicts[i], w.verdicts[j] = w.verdicts[j], w.verdicts[i] })
		mix.Shuffle(len(w.state.Accounts), func(i, j int) {
			w.state.Accounts[i], w.state.Accounts[j] = w.state.Accounts[j], w.state.Accounts[i]
		})
		mix.Shuffle(len(w.catalog.Folders), func(i, j int) {
			w.catalog.Folders[i], w.catalog.Folders[j] = w.catalog.Folders[j], w.catalog.Folders[i]
		})
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

// TestP03_OnlyWhatIsOursIsNarrowed: whatever is there, what gives gives more than is held,
// and what takes takes what is ours.
func TestP03_OnlyWhatIsOursIsNarrowed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		held := map[plan.GrantKey]string{}
		for _, g := range w.state.Grants {
			held[plan.GrantKey{Account: g.Account, Folder: g.Folder}] = g.Role
		}
		for _, c := range w.diff().Changes {
			key := plan.GrantKey{Account: c.Account, Folder: c.Folder}
			before := held[key]
			_, ours := w.memory.Owned[key]
			switch c.Op {
			case plan.Grant, plan.Raise:
				if rank[c.To] <= rank[before] || c.From != before || c.Op == plan.Grant && before != "" {
					t.Fatalf("%v from %q to %q, where %q is held", c.Op, c.From, c.To, before)
				}
			case plan.Lower, plan.Revoke:
				if !ours || rank[c.To] >= rank[before] || c.From != before || c.Op == plan.Lower && c.To == "" {
					t.Fatalf("%v from %q to %q, where %q is held; ours: %t", c.Op, c.From, c.To, before, ours)
				}
			}
		}
	})
}
