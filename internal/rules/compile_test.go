package rules_test

import (
	"strings"
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
		{"a label of two lines", []rules.Rule{{Name: "a", Label: "a\nb", When: all, Account: account}}, []string{"rules[0].label"}},
		{"a label that is too long", []rules.Rule{{Name: "a", Label: strings.Repeat("a", 65), When: all, Account: account}}, []string{"rules[0].label"}},
		{"a label of spaces", []rules.Rule{{Name: "a", Label: " ", When: all, Account: account}}, []string{"rules[0].label"}},
		{"no condition", []rules.Rule{{Name: "a", Account: account}}, []string{"rules[0].when"}},
		{"a condition of spaces", []rules.Rule{{Name: "a", When: rules.Condition{Group: " ", Under: " "}, Account: account}}, []string{"rules[0].when"}},
		{"a pattern without a part", []rules.Rule{{Name: "a", When: rules.Condition{GroupLike: "proj-*"}, Account: account}}, []string{"rules[0].when.group_like"}},
		{"everyone and a pattern", []rules.Rule{{Name: "a", When: rules.Condition{Everyone: true, GroupLike: "<x>"}, Account: account}}, []string{"rules[0].when.everyone"}},
		{"under what is no DN", []rules.Rule{{Name: "a", When: rules.Condition{Under: "Staff"}, Account: account}}, []string{"rules[0].when.under"}},
		{"under half a DN", []rules.Rule{{Name: "a", When: rules.Condition{Under: "OU=Staff,"}, Account: account}}, []string{"rules[0].when.under"}},
		{"a date in place of an attribute", one(rules.Grant{Folder: "/Departments", Role: "Viewer", Until: &rules.Date{From: "2026-12-31", IfEmpty: rules.Deny}}), []string{"rules[0].grants[0].until.from"}},
		{"account name with a mistake", []rules.Rule{{Name: "a", When: all, Account: &rules.Account{Name: "{{ .x"}}}, []string{"rules[0].account.name"}},
		{"account name with a bad text", []rules.Rule{{Name: "a", When: all, Account: &rules.Account{Name: "a\ab"}}}, []string{"rules[0].account.name"}},
		{"account name by a part of a group's", []rules.Rule{{Name: "a", When: rules.Condition{GroupLike: "p-<x>"}, Account: &rules.Account{Name: "{{ .x }}"}}}, []string{"rules[0].account.name"}},
		{"account name by a group", []rules.Rule{{Name: "a", When: rules.Condition{GroupLike: "p-<x>"}, Account: &rules.Account{Name: "{{ .group.name }}"}}}, []string{"rules[0].account.name"}},
		{"a group's attribute without a pattern", one(rules.Grant{Folder: "/Departments/{{ .group.name }}", Role: "Viewer"}), []string{"rules[0].grants[0].folder"}},
		{"a date without an attribute", one(rules.Grant{Folder: "/Departments", Role: "Viewer", From: &rules.Date{IfEmpty: rules.Deny}}), []string{"rules[0].grants[0].from.from"}},
		{"a date without if_empty", one(rules.Grant{Folder: "/Departments", Role: "Viewer", Until: &rules.Date{From: "x"}}), []string{"rules[0].grants[0].until.if_empty"}},
		{"a beginning that never comes", one(rules.Grant{Folder: "/Departments", Role: "Viewer", From: &rules.Date{From: "x", IfEmpty: rules.Never}}), []string{"rules[0].grants[0].from.if_empty"}},
		{"a rule of another file", []rules.Rule{{At: "more.yaml[3]", Name: "a", When: all, Account: account}, {At: "more.yaml[4]", Name: "A", When: all, Account: account}}, []string{"more.yaml[4].name"}},
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

func TestCompile_NamesTheTornPartOfADN(t *testing.T) {
	t.Parallel()
	for dn, want := range map[string]string{
		"OU=People,alpenglas,DC=example":  `"alpenglas" is no type=value`,
		"OU=People,DC=alpenglas example,": "nothing stands between two commas, or behind the last",
		"Lang, Anna":                      `"Lang" is no type=value`,
	} {
		_, problems := rules.Compile([]rules.Rule{accountFor("a", rules.Condition{Under: dn}, "")}, options())
		if len(problems) != 1 || !strings.Contains(problems[0].Message, want) {
			t.Errorf("%s: got %+v, want one that says %q", dn, problems, want)
		}
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

func TestCompile_ReportsMistakesOfTables(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, folder string
		tables       rules.Tables
		want         []string // path: message
	}{
		{"no such table", "/Departments/{{ .x | lookup `dpt` }}", rules.Tables{"dept": nil, "city": nil}, []string{"rules[0].grants[0].folder: folder path \"/Departments/{{ .x | lookup `dpt` }}\": there is no table \"dpt\": under `tables` there are city, dept"}},
		{"no table at all", "/Departments/{{ .x | lookup `dept` }}", nil, []string{"rules[0].grants[0].folder: folder path \"/Departments/{{ .x | lookup `dept` }}\": there is no table \"dept\": add it under `tables`"}},
		{"the table's name by an attribute", "/Departments/{{ lookup .x .y }}", nil, []string{"rules[0].grants[0].folder: folder path \"/Departments/{{ lookup .x .y }}\": lookup wants the name of a table in quotes, and a value: .department | lookup \"dept\""}},
		{"one key in two spellings", "/Departments", rules.Tables{"t": {"R & D": "x", "r &  d": "y"}}, []string{`tables.t["r &  d"]: is the same key as "R & D": neither case nor spaces tell two apart`}},
		{"a table without a name", "/Departments", rules.Tables{" ": nil}, []string{"tables: a table has no name"}},
		{"values that are no folders, once", "/Departments/{{ .x | lookup `t` }} {{ .y | lookup `t` }}", rules.Tables{"t": {"a": "A/B", "b": "..", "c": "C"}}, []string{`tables.t["a"]: "A/B" holds a path separator`, `tables.t["b"]: ".." is no folder name`}},
		{"values that are no folders, in no folder", "/Departments", rules.Tables{"t": {"a": "A/B"}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := options()
			o.Tables = tt.tables
			_, problems := rules.Compile([]rules.Rule{everyone("r", tt.folder)}, o)
			var got []string
			for _, p := range problems {
				got = append(got, p.Path+": "+p.Message)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSet_SaysWhatItNeedsOfGroupsAndDates(t *testing.T) {
	t.Parallel()
	r := projects("/Departments/{{ .project }}/{{ .group.Description }}{{ .group.name }}{{ .group.cn }}{{ .group.dn }}{{ attr `group.msDS-x` }}{{ .department }}")
	r.Grants[0].From = &rules.Date{From: "hireDate", IfEmpty: rules.Deny}
	r.Grants[0].Until = &rules.Date{From: "accountExpires", IfEmpty: rules.Never}
	r.Account = &rules.Account{Name: "{{ .givenName }}"}
	set := compile(t, r)
	if diff := cmp.Diff([]string{"accountexpires", "department", "givenname", "hiredate"}, set.Attributes()); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"description", "msds-x"}, set.GroupAttributes()); diff != "" {
		t.Errorf("attributes of groups (-want +got):\n%s", diff)
	}
	if !set.NeedsGroups() || len(set.Groups()) > 0 || compile(t, everyone("a", "/Departments")).NeedsGroups() {
		t.Errorf("groups %v, needed %v; want none by name, and groups needed", set.Groups(), set.NeedsGroups())
	}
}
