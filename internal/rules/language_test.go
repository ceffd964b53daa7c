package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// projects is the rule that serves all projects.
func projects(folder string) rules.Rule {
	return rules.Rule{
		Name: "projects", When: rules.Condition{GroupLike: "proj-<project>-rw"},
		Grants: []rules.Grant{{Folder: folder, Role: "Collaborator"}},
	}
}

// paths are where the wishes are.
func paths(v access.Verdict) []string {
	var all []string
	for _, w := range v.Wishes {
		all = append(all, string(w.Place.Path)+w.Place.FolderID)
	}
	return all
}

// reasons are why rules are held.
func reasons(v access.Verdict) []string {
	var all []string
	for _, h := range v.Held {
		all = append(all, h.Rule+": "+h.Why)
	}
	return all
}

// TestTemplate_AValueNeverLeavesItsFolder: whatever stands in the directory and
// in the tables, a wish is exactly as deep below its root as the rule says.
func TestTemplate_AValueNeverLeavesItsFolder(t *testing.T) {
	t.Parallel()
	evil := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a./\\ \x00-\x02-]{0,4}`), rapid.SampledFrom([]string{"..", ".", "../Legal", "a/b", `a\b`, "R&D", "\u202e", "a "}))
	rapid.Check(t, func(t *rapid.T) {
		key := evil.Draw(t, "key")
		o := options()
		o.Tables = rules.Tables{"t": {key: evil.Draw(t, "value of the table")}}
		r := projects("/Departments/{{ .project }}/x {{ .group.description }}/{{ .key | lookup `t` }}{{ .department | trim }}/{{ .dn | dnPart `CN` }}")
		set, problems := rules.Compile([]rules.Rule{r}, o)
		if len(problems) > 0 {
			return // a value of the table could be no folder
		}
		g := group("1", "proj-"+evil.Draw(t, "project")+"-rw")
		g.Attrs = map[string][]string{"description": {evil.Draw(t, "description")}}
		jane := person("jane", map[string][]string{"key": {key}, "department": {evil.Draw(t, "department")}}, 0)
		jane.DN = "CN=" + evil.Draw(t, "name") + ",DC=corp"
		v := decide(set, &access.Snapshot{People: []access.Person{jane}, Groups: []access.Group{g}})
		for _, w := range v.Wishes {
			clean, err := access.ParsePath(string(w.Place.Path))
			if err != nil || clean != w.Place.Path || !clean.Under("/Departments") || strings.Count(string(clean), "/") != 5 {
				t.Fatalf("%q: %v, want a path of five folders below /Departments", w.Place.Path, err)
			}
		}
	})
}

// TestEvaluate_TheLanguageIsDeterministic: asking again, or of people and groups in
// another order, changes nothing but the order of one rule's groups.
func TestEvaluate_TheLanguageIsDeterministic(t *testing.T) {
	t.Parallel()
	r := projects("/Departments/{{ .project }}/{{ .ou }}")
	r.Account = &rules.Account{Profile: "P", Name: "{{ .ou }}"}
	r.Grants[0].Until = &rules.Date{From: "ends", IfEmpty: rules.Hold}
	set := compile(t, r, accountFor("under", rules.Condition{Under: "OU=Staff,DC=corp"}, "Q"))
	rapid.Check(t, func(t *rapid.T) {
		var groups []access.Group
		for i := range rapid.IntRange(0, 5).Draw(t, "groups") {
			g := group(fmt.Sprint(i), "proj-"+rapid.SampledFrom([]string{"a", "b", "..", "c/d"}).Draw(t, "name")+"-rw")
			g.Hidden = rapid.IntRange(0, 5).Draw(t, "hidden") == 0
			groups = append(groups, g)
		}
		p := rapid.Custom(drawPerson).Draw(t, "person")
		p.Groups = nil
		for i := range groups {
			if rapid.Bool().Draw(t, "member") {
				p.Groups = append(p.Groups, int32(i))
			}
		}
		p.Attrs["ends"] = rapid.SampledFrom([][]string{nil, {"2026-06-15"}, {"2026-06-14"}, {"x"}}).Draw(t, "ends")
		sn := &access.Snapshot{People: []access.Person{p, person("z", nil)}, Groups: groups}
		want := verdicts(set, sn)
		if diff := cmp.Diff(want, verdicts(set, sn)); diff != "" {
			t.Fatalf("asked again:\n%s", diff)
		}
		back := &access.Snapshot{People: []access.Person{sn.People[1], p}, Groups: groups}
		if diff := cmp.Diff(want, verdicts(set, back)); diff != "" {
			t.Fatalf("in another order:\n%s", diff)
		}
	})
}
