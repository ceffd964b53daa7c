package sync_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

func TestGatherSaysEachReasonOnce(t *testing.T) {
	t.Parallel()
	notes := []plan.Note{
		{Kind: plan.NoteHeld, Email: "a@corp.example", Rule: "fin", Why: "two departments"},
		{Kind: plan.NoteSkipped, DN: "uid=x,dc=corp", Why: "no e-mail address"},
		{Kind: plan.NoteHeld, Email: "b@corp.example", Rule: "fin", Why: "two departments"},
		{Kind: plan.NoteHeld, Email: "b@corp.example", Rule: "fin", Why: "a slash"},
		{Kind: plan.NoteBlocked, Rule: "p", Why: "no such role", People: 40},
	}
	for _, folder := range []string{"/Dep/Gone", "folder f9"} {
		notes = append(notes, plan.Note{Kind: plan.NoteDrift, Folder: folder, Why: "svc is no identity", People: 3})
	}
	for range 22 {
		notes = append(notes, plan.Note{Kind: plan.NoteSkipped, Email: "x@corp.example", Why: "many"})
	}
	got := map[plan.NoteKind][]string{}
	for _, kind := range []plan.NoteKind{plan.NoteHeld, plan.NoteBlocked, plan.NoteDrift} {
		for _, r := range kwsync.Gather(notes, kind) {
			got[kind] = append(got[kind], r.String())
		}
	}
	want := map[plan.NoteKind][]string{
		plan.NoteHeld:    {"rule fin: two departments: a@corp.example, b@corp.example", "rule fin: a slash: b@corp.example"},
		plan.NoteBlocked: {"rule p: no such role (people concerned: 40)"},
		plan.NoteDrift:   {"svc is no identity (people concerned: 6): /Dep/Gone, folder f9"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	skipped := kwsync.Gather(notes, plan.NoteSkipped)
	if len(skipped) != 2 || skipped[0].String() != "no e-mail address: uid=x,dc=corp" {
		t.Errorf("got %+v, want two reasons, the first with a DN for a name", skipped)
	}
	if text := skipped[1].String(); len(skipped[1].Names) != 22 || text[len(text)-len("and 2 more (--output json names all)"):] != "and 2 more (--output json names all)" {
		t.Errorf("got %q, want twenty names and the number of the others", text)
	}
}
