package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func (w *world) adoptable() plan.Adoption {
	return plan.Adoptable(w.verdicts, &w.catalog, w.state, w.memory, w.policy)
}

// TestP03_OnlyWhatTheRulesExplainMayBeAdopted: the very role, given on the very folder, to the
// account that Diff would take for the person's.
func TestP03_OnlyWhatTheRulesExplainMayBeAdopted(t *testing.T) {
	t.Parallel()
	fin := wish("fin", "/Dep/Fin", "Collaborator")
	anna := func(role string) *world { return base().person("anna", fin).account("anna").grant("anna", "f1", role) }
	tests := []struct {
		name  string
		world *world
		want  []string // rules of what may be adopted
	}{
		{"given by hand", anna("Collaborator"), []string{"fin"}},
		{"in another spelling", anna("collaborator"), []string{"fin"}},
		{"by two rules", base().person("anna", fin, wish("all", "/Dep/Fin", "Viewer")).account("anna").grant("anna", "f1", "Collaborator"), []string{"fin", "all"}},
		{"more than the rules ask for", anna("Manager"), nil},
		{"less than the rules ask for", anna("Viewer"), nil},
		{"inherited", anna("Collaborator").from(above), nil},
		{"of unknown origin", anna("Collaborator").from(unknown), nil},
		{"ours already", anna("Collaborator").ours("anna", "f1", "Collaborator"), nil},
		{"ours once", anna("Collaborator").ours("anna", "f1", "Collaborator", lost("given anew by somebody else")), nil},
		{"not asked for", base().person("anna").account("anna").grant("anna", "f1", "Collaborator"), nil},
		{"of the account that is linked", base().person("anna", fin).link("anna", "u-anna").account("anna").grant("anna", "f1", "Collaborator"), []string{"fin"}},
		{"of an account that is linked to somebody else", anna("Collaborator").link("other", "u-anna"), nil},
		{"of a suspended account", base().person("anna", fin).account("anna", suspended).grant("anna", "f1", "Collaborator"), nil},
		{"on a folder that cannot be found", base().person("anna", wish("x", "/Dep/Nowhere", "Viewer")).account("anna").grant("anna", "f9", "Viewer"), nil},
		{"of somebody who is skipped", func() *world {
			w := anna("Collaborator")
			w.verdicts[0].Skipped = "disabled in the directory"
			return w
		}(), nil},
		{"of somebody who is never touched", func() *world {
			w := anna("Collaborator")
			w.policy.Never = map[access.Email]string{email("anna"): "listed"}
			return w
		}(), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, o := range tt.world.adoptable().Grants {
				if o.Person != id("anna") || o.Account != "u-anna" || o.Folder != "f1" || o.Floor != "" || o.As != as {
					t.Errorf("got %+v, want a grant of anna's on f1 with nothing before it", o)
				}
				got = append(got, o.Rules()...)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAdoptionKeepsTheEvidence: who gave a grant, and when, as the server says.
func TestAdoptionKeepsTheEvidence(t *testing.T) {
	t.Parallel()
	w := base().person("anna", wish("fin", "/Dep/Fin", "Viewer")).account("anna").grant("anna", "f1", "Viewer")
	at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	w.from(func(g *access.Grant) { g.SharedBy, g.Created = human, at })
	got := w.adoptable().Grants
	if len(got) != 1 || got[0].SharedBy != human || !got[0].Created.Equal(at) || got[0].Role != "Viewer" {
		t.Errorf("got %+v, want one with the evidence of the server", got)
	}
}

// TestAccountsThatMayBeAdopted are linked, of somebody else's making, and asked for.
func TestAccountsThatMayBeAdopted(t *testing.T) {
	t.Parallel()
	w := base().person("anna").person("bert").person("carl").person("dora").person("emil")
	for _, name := range []string{"anna", "bert", "carl", "emil"} {
		w.account(name)
	}
	w.link("anna", "u-anna").link("bert", "u-bert").link("emil", "u-emil").link("gone", "u-gone")
	w.memory.Links[id("bert")] = plan.Link{Person: id("bert"), Account: "u-bert", Created: true}
	w.verdicts[4].Account = false
	want := []plan.Link{{Person: id("anna"), Account: "u-anna"}}
	if diff := cmp.Diff(want, w.adoptable().Accounts); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
}

// TestAdoptingChangesNoPlan: what was adopted needs no change, is no drift, and
// cannot be adopted again.
func TestAdoptingChangesNoPlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		want := lines(w.diff())
		for _, o := range w.adoptable().Grants {
			w.memory.Owned[plan.GrantKey{Account: o.Account, Folder: o.Folder}] = o
		}
		if diff := cmp.Diff(want, lines(w.diff())); diff != "" {
			t.Fatalf("plan (-before +after):\n%s", diff)
		}
		if again := w.adoptable().Grants; len(again) > 0 {
			t.Fatalf("may be adopted again: %s", fmt.Sprint(again))
		}
	})
}
