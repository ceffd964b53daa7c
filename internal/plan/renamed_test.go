package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestP10_ARenamedFolderIsTold once for each rule that gives something on it or below it.
func TestP10_ARenamedFolderIsTold(t *testing.T) {
	t.Parallel()
	place := func(path access.Path) access.Place { return access.Place{As: "as", Path: path} }
	wish := func(rule string, path access.Path) access.Wish {
		return access.Wish{Place: place(path), Cause: access.Cause{Rule: rule}}
	}
	verdicts := []access.Verdict{
		{Wishes: []access.Wish{wish("a", "/Dep/Fin/In"), wish("a", "/Dep/Fin/Out"), wish("b", "/Dep/Fin/In"), wish("b", "/Dep/Hr")}},
		{Wishes: []access.Wish{wish("a", "/Dep/Fin/In"), wish("c", "/Pub"), wish("c", "/New")}},
	}
	m := plan.NewMemory()
	m.Folders = map[access.Place]string{
		place("/Dep/Fin/In"): "1", place("/Dep/Fin/Out"): "2", place("/Dep/Hr"): "3", place("/Pub"): "4", place("/Nobody"): "5", place("/Dep"): "6", place("/Dep/Fin"): "7",
	}
	catalog := func(paths ...access.Path) *access.Catalog {
		c := &access.Catalog{}
		for i, p := range paths {
			c.Folders = append(c.Folders, access.Folder{ID: string(rune('1' + i)), As: "as", Path: p})
		}
		return c
	}
	note := func(rule, why string) plan.Note { return plan.Note{Kind: plan.NoteRenamed, Rule: rule, Why: why} }
	tests := map[string]struct {
		catalog *access.Catalog
		want    []plan.Note
	}{
		"nothing":             {catalog("/Dep/Fin/In", "/Dep/Fin/Out", "/Dep/Hr", "/Pub", "/Nobody", "/Dep", "/Dep/Fin"), nil},
		"in another case":     {catalog("/Dep/Fin/In", "/Dep/FIN/Out", "/dep/Hr", "/Pub", "/Nobody", "/Dep", "/Dep/Fin"), nil},
		"none is shown":       {catalog(), nil},
		"one nobody is given": {catalog("/Dep/Fin/In", "/Dep/Fin/Out", "/Dep/Hr", "/Pub", "/Somebody", "/Dep", "/Dep/Fin"), nil},
		"one":                 {catalog("/Dep/Fin/In", "/Dep/Fin/Out", "/Dep/Hr", "/Public", "/Nobody", "/Dep", "/Dep/Fin"), []plan.Note{note("c", "the folder /Pub is /Public by now: write that")}},
		"one above": {catalog("/Dep/Money/In", "/Dep/Money/Out", "/Dep/Hr", "/Pub", "/Nobody", "/Dep", "/Dep/Money"), []plan.Note{
			note("a", "the folder /Dep/Fin is /Dep/Money by now: write that"), note("b", "the folder /Dep/Fin is /Dep/Money by now: write that"),
		}},
		"one moved": {catalog("/Pub/In", "/Dep/Fin/Out", "/Dep/Hr", "/Pub", "/Nobody", "/Dep", "/Dep/Fin"), []plan.Note{
			note("a", "the folder /Dep/Fin/In is /Pub/In by now: write that"), note("b", "the folder /Dep/Fin/In is /Pub/In by now: write that"),
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if difference := cmp.Diff(tt.want, plan.Renamed(verdicts, tt.catalog, m)); difference != "" {
				t.Errorf("(-want +got):\n%s", difference)
			}
		})
	}
}
