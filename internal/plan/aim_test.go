package plan_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func TestAims(t *testing.T) {
	t.Parallel()
	const lacking = "no such folder is known of folders@corp.example, and the rule does not say create: true"
	const noRole = `the server has no role "Jurist": it offers Collaborator, Manager, Viewer`
	const deleted = "it is deleted"
	fin := access.Folder{ID: "f1", Parent: "f0", As: as, Path: "/Dep/Fin"}
	viewer, manager := access.Role{ID: "6", Name: "Viewer", Rank: 1}, access.Role{ID: "4", Name: "Manager", Rank: 7}
	gone := func(path string) access.Folder { return access.Folder{As: as, Path: access.Path(path)} }
	byID := access.Wish{Place: access.Place{As: as, FolderID: "f1"}, Role: "Viewer", Cause: access.Cause{Rule: "id"}}
	tests := []struct {
		name   string
		wishes []access.Wish
		want   []plan.Aim
	}{
		{"the strongest", []access.Wish{wish("a", "/Dep/Fin", "viewer"), wish("b", "/dep/fin", "Manager")}, []plan.Aim{
			{Key: "f1", Folder: fin, Role: manager, Rules: []string{"b"}},
		}},
		{"in any order", []access.Wish{wish("b", "/Dep/Fin", "Manager"), wish("a", "/Dep/Fin", "Viewer")}, []plan.Aim{
			{Key: "f1", Folder: fin, Role: manager, Rules: []string{"b"}},
		}},
		{"two rules, by path and by id", []access.Wish{wish("a", "/Dep/Fin", "Viewer"), byID, byID}, []plan.Aim{
			{Key: "f1", Folder: fin, Role: viewer, Rules: []string{"a", "id"}},
		}},
		{"followed by its pin", []access.Wish{wish("a", "/Dep/Money", "Viewer")}, []plan.Aim{
			{Key: "f1", Folder: fin, Role: viewer, Rules: []string{"a"}},
		}},
		{"a folder that is not known", []access.Wish{wish("a", "/Dep/New", "Viewer")}, []plan.Aim{
			{Key: as + "|/dep/new|", Folder: gone("/Dep/New"), Role: viewer, Rules: []string{"a"}, Doubt: lacking},
		}},
		{"one that would be made", []access.Wish{creating(wish("a", "/Dep/New", "Viewer"))}, []plan.Aim{
			{Key: as + "|/dep/new|", Folder: gone("/Dep/New"), Role: viewer, Rules: []string{"a"}},
		}},
		{"one that cannot be used", []access.Wish{wish("a", "/Dep/Old", "Viewer")}, []plan.Aim{
			{Key: as + "|/dep/old|", Folder: gone("/Dep/Old"), Role: viewer, Rules: []string{"a"}, Doubt: deleted},
		}},
		{"a role that is not known", []access.Wish{wish("a", "/Dep/Fin", "Jurist")}, []plan.Aim{
			{Key: "f1", Folder: fin, Role: access.Role{Name: "Jurist", Rank: math.MinInt}, Rules: []string{"a"}, Doubt: noRole},
		}},
		{"it is weaker than any, and not forgotten", []access.Wish{wish("a", "/Dep/Fin", "Jurist"), wish("b", "/Dep/Fin", "Viewer")}, []plan.Aim{
			{Key: "f1", Folder: fin, Role: viewer, Rules: []string{"b"}, Doubt: noRole},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := base().person("ann", tt.wishes...)
			w.catalog.Unusable = []access.Unusable{{Place: access.Place{As: as, Path: "/Dep/Old"}, Why: deleted}}
			pins := map[access.Place]string{{As: as, Path: "/Dep/Money"}: "f1"}
			got := plan.NewAimer(w.verdicts, &w.catalog, pins).Aims(&w.verdicts[0])
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAimsOfRulesThatDisagree(t *testing.T) {
	t.Parallel()
	other := creating(wish("b", "/Dep/New", "Viewer"))
	other.Place.As = "other@corp.example"
	w := base().person("ann", creating(wish("a", "/Dep/New", "Viewer"))).person("bo", other)
	aimer := plan.NewAimer(w.verdicts, &w.catalog, nil)
	const want = "rule a writes to /Dep/New as folders@corp.example, rule b as other@corp.example: name one identity"
	for i := range w.verdicts {
		if got := aimer.Aims(&w.verdicts[i]); len(got) != 1 || got[0].Doubt != want {
			t.Errorf("got %+v, want one in doubt: %s", got, want)
		}
	}
	if got, want := aimer.Profile("Gold"), `the server has no profile "Gold": it offers Standard`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := aimer.Profile("standard") + aimer.Profile(""); got != "" {
		t.Errorf("a profile that is there, and none: %s", got)
	}
}
