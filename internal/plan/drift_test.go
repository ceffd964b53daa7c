package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// ours remembers that we gave a role; change says what else is remembered of it.
func (w *world) ours(name, folder, role string, change ...func(*access.Owned)) *world {
	o := access.Owned{Person: id(name), Account: "u-" + name, Folder: folder, As: as, Role: role, Causes: []access.Cause{{Rule: "fin"}}}
	for _, f := range change {
		f(&o)
	}
	w.memory.Owned[plan.GrantKey{Account: o.Account, Folder: folder}] = o
	return w
}

func lost(why string) func(*access.Owned) { return func(o *access.Owned) { o.Lost = why } }

// from changes the last grant of a world.
func (w *world) from(change func(*access.Grant)) *world {
	change(&w.state.Grants[len(w.state.Grants)-1])
	return w
}

func above(g *access.Grant) { g.Origin = "f0" }

func unknown(g *access.Grant) { g.Origin = access.OriginUnknown }

// repairing says that /Dep is repaired.
func (w *world) repairing() *world {
	w.policy.Repair = []access.Path{"/DEP"}
	return w
}

const (
	goneNote  = "drift anna@corp.example fin: had Collaborator on /Dep/Fin from us: removed by somebody else 0"
	goneHeld  = "held anna@corp.example fin: had Collaborator on /Dep/Fin from us, and somebody else has removed it since: it is not given again 0"
	lowerNote = "drift anna@corp.example fin: had Collaborator on /Dep/Fin from us: made Viewer by somebody else 0"
	lowerHeld = "held anna@corp.example fin: had Collaborator on /Dep/Fin from us, and somebody else has made it Viewer since: it stays so 0"
	given     = "grant anna@corp.example /Dep/Fin Collaborator"
)

// TestP03_WhatAHumanChangedIsNoLongerOurs: a grant that is seen otherwise than we
// gave it is told once, is somebody else's from then on, and is neither given
// again nor changed back.
func TestP03_WhatAHumanChangedIsNoLongerOurs(t *testing.T) {
	t.Parallel()
	anna := func() *world {
		return base().person("anna", wish("fin", "/Dep/Fin", "Collaborator")).account("anna").ours("anna", "f1", "Collaborator")
	}
	evidence := func(o *access.Owned) { o.SharedBy = "u-us" }
	tests := []struct {
		name  string
		world *world
		want  []string
		lost  string
	}{
		{"as we gave it", anna().grant("anna", "f1", "Collaborator"), nil, ""},
		{"removed", anna(), []string{goneNote, goneHeld}, "removed by somebody else"},
		{"lowered", anna().grant("anna", "f1", "Viewer"), []string{lowerNote, lowerHeld}, "made Viewer by somebody else"},
		{"raised", anna().grant("anna", "f1", "Manager"), []string{
			"drift anna@corp.example fin: had Collaborator on /Dep/Fin from us: made Manager by somebody else 0",
		}, "made Manager by somebody else"},
		{"removed, where a weaker role comes from above", anna().grant("anna", "f1", "Viewer").from(above), []string{goneNote, goneHeld}, "removed by somebody else"},
		{"hidden by a stronger role from above", anna().grant("anna", "f1", "Manager").from(above), nil, ""},
		{"a weaker role of unknown origin", anna().grant("anna", "f1", "Viewer").from(unknown), []string{lowerNote, lowerHeld}, "made Viewer by somebody else"},
		{"a stronger role of unknown origin", anna().grant("anna", "f1", "Manager").from(unknown), nil, ""},
		{"given anew by somebody else", anna().ours("anna", "f1", "Collaborator", evidence).grant("anna", "f1", "Collaborator").
			from(func(g *access.Grant) { g.SharedBy = "u-boss" }), []string{
			"drift anna@corp.example fin: had Collaborator on /Dep/Fin from us: given anew by somebody else 0",
		}, "given anew by somebody else"},
		{"given by us, as far as is known", anna().ours("anna", "f1", "Collaborator", evidence).grant("anna", "f1", "Collaborator"), nil, ""},
		{"nobody asks for it any more", base().account("anna").ours("anna", "f1", "Collaborator"), []string{goneNote}, "removed by somebody else"},
		{"of an account that lists may leave out", base().account("anna", suspended).ours("anna", "f1", "Collaborator"), nil, ""},
		{"of an account that is gone", base().ours("anna", "f1", "Collaborator"), nil, ""},
		{"on a folder that was not read", func() *world {
			w := anna()
			w.state.Of.Folders = []string{"f0", "f2"}
			return w
		}(), []string{"held anna@corp.example fin: the members of /Dep/Fin were not read 0"}, ""},
		{"last known, not seen", func() *world {
			w := anna()
			w.state.Of.Fresh = false
			return w
		}(), []string{goneHeld}, ""},
		{"known to be lost", anna().ours("anna", "f1", "Collaborator", lost("removed by somebody else")), []string{goneHeld}, ""},
		{"lost, and raised", anna().ours("anna", "f1", "Collaborator", lost("made Manager by somebody else")).grant("anna", "f1", "Manager"), nil, ""},
		{"lost, and lowered", anna().ours("anna", "f1", "Collaborator", lost("made Viewer by somebody else")).grant("anna", "f1", "Viewer"), []string{lowerHeld}, ""},
		{"lost, and given again by somebody else", anna().ours("anna", "f1", "Collaborator", lost("removed by somebody else")).grant("anna", "f1", "Collaborator"), nil, ""},
		{"lost, where more is asked for now", base().person("anna", wish("fin", "/Dep/Fin", "Manager")).account("anna").
			ours("anna", "f1", "Collaborator", lost("given anew by somebody else")).grant("anna", "f1", "Collaborator"), []string{
			"held anna@corp.example fin: has Collaborator on /Dep/Fin from somebody else since: it stays so 0",
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := tt.world.diff()
			if diff := cmp.Diff(tt.want, lines(p)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			if got := p.Learned.Lost[plan.GrantKey{Account: "u-anna", Folder: "f1"}]; got != tt.lost {
				t.Errorf("lost because %q, want %q", got, tt.lost)
			}
			if len(p.Unasked) != 0 && len(p.Learned.Lost) > 0 {
				t.Errorf("%v are said to be ours and unasked for, want none: it is lost", p.Unasked)
			}
		})
	}
}

// TestRepairGivesAgainWhatWasRemoved, and nothing else.
func TestRepairGivesAgainWhatWasRemoved(t *testing.T) {
	t.Parallel()
	anna := func() *world {
		return base().repairing().person("anna", wish("fin", "/Dep/Fin", "Collaborator")).account("anna").ours("anna", "f1", "Collaborator")
	}
	tests := []struct {
		name  string
		world *world
		want  []string
	}{
		{"removed", anna(), []string{given, goneNote}},
		{"removed before", anna().ours("anna", "f1", "Collaborator", lost("removed by somebody else")), []string{given}},
		{"removed, where a weaker role comes from above", anna().grant("anna", "f1", "Viewer").from(above), []string{given, goneNote}},
		{"lowered", anna().grant("anna", "f1", "Viewer"), []string{lowerNote, lowerHeld}},
		{"lowered before", anna().ours("anna", "f1", "Collaborator", lost("made Viewer by somebody else")).grant("anna", "f1", "Viewer"), []string{lowerHeld}},
		{"raised before, then removed", anna().ours("anna", "f1", "Collaborator", lost("made Manager by somebody else")), []string{goneHeld}},
		{"raised", anna().grant("anna", "f1", "Manager"), []string{
			"drift anna@corp.example fin: had Collaborator on /Dep/Fin from us: made Manager by somebody else 0",
		}},
		{"last known, not seen", func() *world {
			w := anna()
			w.state.Of.Fresh = false
			return w
		}(), []string{goneHeld}},
		{"below another root", func() *world {
			w := anna()
			w.policy.Repair = []access.Path{"/Dep/Legal"}
			return w
		}(), []string{goneNote, goneHeld}},
		{"no rule asks for it", base().repairing().account("anna").ours("anna", "f1", "Collaborator"), []string{goneNote}},
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

// TestAFolderThatVanishedIsDrift, and what was given on it stays ours, for it may come back.
func TestAFolderThatVanishedIsDrift(t *testing.T) {
	t.Parallel()
	w := base().account("anna").account("bert").ours("anna", "f9", "Viewer").ours("bert", "f9", "Viewer").ours("bert", "f8", "Viewer")
	w.catalog.Unusable = []access.Unusable{{Place: access.Place{As: as, FolderID: "f9"}, Why: "folder f9 was deleted"}}
	p := w.diff()
	want := []string{"drift : folder f9 was deleted; what we gave on it cannot be seen 2"}
	if diff := cmp.Diff(want, lines(p)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if got := p.Notes[0].Folder; got != "folder f9" {
		t.Errorf("got folder %q, want its id: no path of it is known", got)
	}
	for _, path := range []access.Path{"/Dep/Old", "/Dep/Gone"} {
		w.memory.Folders[access.Place{As: as, Path: path}] = "f9"
	}
	if got := w.diff().Notes[0].Folder; got != "/Dep/Gone" {
		t.Errorf("got folder %q, want the path that it had", got)
	}
	if len(p.Learned.Lost) > 0 {
		t.Errorf("lost: %v, want nothing", p.Learned.Lost)
	}
}

// TestBelongingsAreLookedAtBeyondTheRules: the folders of what is ours, once each,
// and none of what is lost.
func TestBelongingsAreLookedAtBeyondTheRules(t *testing.T) {
	t.Parallel()
	w := base().person("anna", wish("fin", "/Dep/Fin", "Viewer")).ours("anna", "f2", "Viewer").ours("bert", "f2", "Viewer").ours("carl", "f0", "Viewer", lost("removed by somebody else"))
	further := plan.Belongings(w.memory)
	want := []access.Place{{As: as, FolderID: "f2"}}
	if diff := cmp.Diff(want, further); diff != "" {
		t.Errorf("belongings (-want +got):\n%s", diff)
	}
	want = []access.Place{{As: as, FolderID: "f2"}, {As: as, Path: "/Dep"}, {As: as, Path: "/Dep/Fin"}}
	if diff := cmp.Diff(want, plan.Places(w.verdicts, nil, w.memory, further...)); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(w.catalog.Folders[1:], plan.Folders(w.verdicts, nil, w.memory, &w.catalog, further...)); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
}

// TestDoubtsAreWhatListsLack lists, for reading singly, what is about to be taken for drift.
func TestDoubtsAreWhatListsLack(t *testing.T) {
	t.Parallel()
	w := base().account("anna").account("bert").account("carl").account("dora", suspended).account("emil")
	w.ours("bert", "f1", "Viewer").ours("anna", "f1", "Viewer").ours("anna", "f2", "Viewer").ours("carl", "f1", "Viewer", lost("removed by somebody else"))
	w.ours("dora", "f1", "Viewer").ours("emil", "f1", "Viewer").ours("anna", "f9", "Viewer").grant("emil", "f1", "Manager")
	want := []plan.Doubt{
		{Folder: w.catalog.Folders[1], Accounts: []string{"u-anna", "u-bert"}},
		{Folder: w.catalog.Folders[2], Accounts: []string{"u-anna"}},
	}
	if diff := cmp.Diff(want, plan.Doubts(&w.catalog, w.state, w.memory)); diff != "" {
		t.Errorf("doubts (-want +got):\n%s", diff)
	}
	w.state.Of.Fresh = false
	if got := plan.Doubts(&w.catalog, w.state, w.memory); len(got) > 0 {
		t.Errorf("doubts of what was last known: %v, want none", got)
	}
}
