package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestCompile_ReportsEachMistakeWhereItStands(t *testing.T) {
	t.Parallel()
	all := rules.Condition{Everyone: true}
	account := &rules.Account{}
	one := func(g rules.Grant) []rules.Rule {
		return []rules.Rule{{Name: "a", When: all, Grants: []rules.Grant{g}}}
	}
	tests := []struct {
		name  string
		rules []rules.Rule
		want  []string // paths
	}{
		{"no name", []rules.Rule{{When: all, Account: account}}, []string{"rules[0].name"}},
		{"name of spaces", []rules.Rule{{Name: "  ", When: all, Account: account}}, []string{"rules[0].name"}},
		{"name twice, other case", []rules.Rule{{Name: "Größe", When: all, Account: account}, {Name: "GRÖSSE", When: all, Account: account}}, []string{"rules[1].name"}},
		{"no condition", []rules.Rule{{Name: "a", Account: account}}, []string{"rules[0].when"}},
		{"everyone and a group", []rules.Rule{{Name: "a", When: rules.Condition{Everyone: true, Group: "g"}, Account: account}}, []string{"rules[0].when.everyone"}},
		{"bad filter", []rules.Rule{{Name: "a", When: rules.Condition{Filter: "(a=b"}, Account: account}}, []string{"rules[0].when.filter"}},
		{"gives nothing", []rules.Rule{{Name: "a", When: all}}, []string{"rules[0]"}},
		{"no folder", one(rules.Grant{Role: "Viewer"}), []string{"rules[0].grants[0]"}},
		{"folder and id", one(rules.Grant{Folder: "/Departments", FolderID: "x", Role: "Viewer"}), []string{"rules[0].grants[0]"}},
		{"no role", one(rules.Grant{Folder: "/Departments"}), []string{"rules[0].grants[0].role"}},
		{"create by id", one(rules.Grant{FolderID: "x", Role: "Viewer", Create: true}), []string{"rules[0].grants[0].create"}},
		{"create a root", one(rules.Grant{Folder: "/Departments", Role: "Viewer", Create: true}), []string{"rules[0].grants[0].folder"}},
		{"as a stranger", one(rules.Grant{Folder: "/Departments", Role: "Viewer", As: "x@corp.example"}), []string{"rules[0].grants[0].as"}},
		{"outside the roots", one(rules.Grant{Folder: "/Legal", Role: "Viewer"}), []string{"rules[0].grants[0].folder"}},
		{"sibling of a root", one(rules.Grant{Folder: "/Departments2/A", Role: "Viewer"}), []string{"rules[0].grants[0].folder"}},
		{"above a root", one(rules.Grant{Folder: "/Projects", Role: "Viewer"}), []string{"rules[0].grants[0].folder"}},
		{"template outside the roots", one(rules.Grant{Folder: "/Legal/{{ .x }}", Role: "Viewer"}), []string{"rules[0].grants[0].folder"}},
		{"template with dots", one(rules.Grant{Folder: "/Departments/../{{ .x }}", Role: "Viewer"}), []string{"rules[0].grants[0].folder"}},
		{"folder twice in a rule", []rules.Rule{everyone("a", "/Departments/A", "/departments/a/")}, []string{"rules[0].grants[1]"}},
		{"one folder, two identities", []rules.Rule{
			everyone("a", "/Departments/A"),
			{Name: "b", When: all, Grants: []rules.Grant{{Folder: "/DEPARTMENTS/A", Role: "Viewer", As: legal}}},
		}, []string{"rules[1].grants[0]"}},
		{"one folder id, two identities", []rules.Rule{
			{Name: "a", When: all, Grants: []rules.Grant{{FolderID: "x", Role: "Viewer"}}},
			{Name: "b", When: all, Grants: []rules.Grant{{FolderID: "x", Role: "Viewer", As: legal}}},
		}, []string{"rules[1].grants[0]"}},
		{"all at once", []rules.Rule{{Grants: []rules.Grant{{}}}}, []string{"rules[0].name", "rules[0].when", "rules[0].grants[0].role", "rules[0].grants[0]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set, problems := rules.Compile(tt.rules, options())
			var got []string
			for _, p := range problems {
				got = append(got, p.Path)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("paths (-want +got):\n%s", diff)
			}
			if set != nil {
				t.Error("there is a set in spite of mistakes")
			}
		})
	}
}

func TestCompile_Accepts(t *testing.T) {
	t.Parallel()
	all := rules.Condition{Everyone: true}
	tests := []struct {
		name  string
		rules []rules.Rule
	}{
		{"no rules", nil},
		{"a root itself", []rules.Rule{everyone("a", "/departments")}},
		{"template that may end below a root", []rules.Rule{everyone("a", "/Projects/{{ .x }}/A")}},
		{"template at the top", []rules.Rule{everyone("a", "/{{ .x }}")}},
		{"create below a root by template", []rules.Rule{{Name: "a", When: all, Grants: []rules.Grant{{Folder: "/Departments/{{ .x }}", Role: "Viewer", Create: true}}}}},
		{"two rules, one folder, one identity", []rules.Rule{everyone("a", "/Departments/A"), everyone("b", "/Departments/A")}},
		{"identity in capitals", []rules.Rule{{Name: "a", When: all, Grants: []rules.Grant{{Folder: "/Departments", Role: "Viewer", As: "Legal@Corp.Example"}}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compile(t, tt.rules...)
		})
	}
}

func TestSet_SaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	set := compile(t,
		rules.Rule{Name: "one", When: rules.Condition{Filter: "(&(Title=x)(sn=*))", Group: "staff"}, Account: &rules.Account{}},
		rules.Rule{Name: "two", When: rules.Condition{NotGroup: "guests", Group: "staff"}, Grants: []rules.Grant{
			{Folder: `/Departments/{{ .department | default "x" }}/{{ attr "msDS-Region" }} {{ .TITLE }}{{ .mail }}{{ .name }}{{ .dn }}`, Role: "Viewer"},
		}},
	)
	if diff := cmp.Diff([]string{"department", "msds-region", "sn", "title"}, set.Attributes()); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"guests", "staff"}, set.Groups()); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"one", "two"}, set.Names()); diff != "" || set.Len() != 2 {
		t.Errorf("%d names (-want +got):\n%s", set.Len(), diff)
	}
}
