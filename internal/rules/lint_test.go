package rules_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// roleOn is a rule for whoever a filter finds, with a role on folders.
func roleOn(name, filter, role string, paths ...string) rules.Rule {
	r := rules.Rule{Name: name, When: rules.Condition{Filter: filter}}
	for _, path := range paths {
		r.Grants = append(r.Grants, rules.Grant{Folder: path, Role: role})
	}
	return r
}

// texts are problems, a line for each.
func texts(problems []rules.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Path+": "+p.Message)
	}
	return out
}

func TestLint(t *testing.T) {
	t.Parallel()
	const graz, fin = "(l=Graz)", "/Departments/Fin"
	with := func(r rules.Rule, change func(*rules.Rule)) rules.Rule { change(&r); return r }
	account := func(profile, name string, notify bool) func(*rules.Rule) {
		return func(r *rules.Rule) { r.Account = &rules.Account{Profile: profile, Name: name, Notify: notify} }
	}
	made := func(r *rules.Rule) { r.Grants[0].Create = true }
	until := func(r *rules.Rule) { r.Grants[0].Until = &rules.Date{From: "end", IfEmpty: rules.Deny} }
	viewer, manager := roleOn("v", graz, "Viewer", fin), roleOn("m", graz, "Manager", fin)
	two := roleOn("two", graz, "Viewer", fin, "/Departments/Legal")
	grouped := func(name, group, under string) rules.Rule {
		return rules.Rule{Name: name, When: rules.Condition{Group: group, Under: under}, Account: &rules.Account{}}
	}
	roles := []access.Role{{Name: "viewer", Rank: 1}, {Name: "Manager", Rank: 7}}
	const same, all = "gives the same people the same as rule %q", "everything that it gives, rule %q gives the same people too"
	tests := []struct {
		name  string
		roles []access.Role
		rules []rules.Rule
		want  []string
	}{
		{"nothing", roles, []rules.Rule{viewer, roleOn("w", "(l=Linz)", "Viewer", fin)}, nil},
		{"the same", nil, []rules.Rule{viewer, roleOn("w", " "+graz, "viewer ", "/Departments/Fin/")}, []string{"rules[1]: " + fmt.Sprintf(same, "v")}},
		{"three alike", nil, []rules.Rule{viewer, roleOn("w", graz, "Viewer", fin), roleOn("x", graz, "Viewer", fin)}, []string{
			"rules[1]: " + fmt.Sprintf(same, "v"), "rules[2]: " + fmt.Sprintf(same, "v"),
		}},
		{"the same group and place", nil, []rules.Rule{grouped("a", "Staff", "OU=x, DC=corp"), grouped("b", "staff", "ou=X,dc=corp"), grouped("c", "staff", "ou=y,dc=corp")}, []string{
			"rules[1]: " + fmt.Sprintf(same, "a"),
		}},
		{"less than a later one", nil, []rules.Rule{viewer, two}, []string{"rules[0]: " + fmt.Sprintf(all, "two")}},
		{"less than an earlier one", nil, []rules.Rule{two, viewer}, []string{"rules[1]: " + fmt.Sprintf(all, "two")}},
		{"stronger, as the server ranks", roles, []rules.Rule{viewer, manager}, []string{"rules[0]: " + fmt.Sprintf(all, "m")}},
		{"stronger, and nobody knows", nil, []rules.Rule{viewer, manager}, nil},
		{"a role that the server lacks", roles, []rules.Rule{roleOn("v", graz, "Boss", fin), manager}, []string{
			`rules[0].grants[0].role: the server had no role "Boss" when the snapshot was made`,
		}},
		{"a profile that it lacks", nil, []rules.Rule{accountFor("a", rules.Condition{Everyone: true}, "Standart")}, []string{
			`rules[0].account.profile: the server had no profile "Standart" when the snapshot was made`,
		}},
		{"it asks for an account", nil, []rules.Rule{with(viewer, account("", "", false)), two}, nil},
		{"both ask for one", nil, []rules.Rule{with(viewer, account("", "", false)), with(two, account("Standard", "", true))}, []string{"rules[0]: " + fmt.Sprintf(all, "two")}},
		{"it chooses the profile", nil, []rules.Rule{with(viewer, account("Standard", "", false)), with(two, account("Standard", "", false))}, nil},
		{"the profile was chosen", nil, []rules.Rule{with(two, account("Standard", "", false)), with(viewer, account("standard", "", false))}, []string{"rules[1]: " + fmt.Sprintf(all, "two")}},
		{"it sends a mail", nil, []rules.Rule{with(two, account("", "", false)), with(viewer, account("", "", true))}, nil},
		{"it gives a name", nil, []rules.Rule{with(two, account("", "", false)), with(viewer, account("", "{{ .sn }}", false))}, nil},
		{"it makes the folder", nil, []rules.Rule{two, with(roleOn("v", graz, "Viewer", fin), made)}, nil},
		{"the other one ends", nil, []rules.Rule{viewer, with(roleOn("u", graz, "Viewer", fin, "/Departments/Legal"), until)}, nil},
		{"it ends", nil, []rules.Rule{with(roleOn("u", graz, "Viewer", fin), until), two}, []string{"rules[0]: " + fmt.Sprintf(all, "two")}},
		{"case", nil, []rules.Rule{viewer, roleOn("w", "(l=Linz)", "Viewer", "/departments/fin")}, []string{
			`rules[1].grants[0].folder: "/departments" and "/Departments", of rule "v", differ only in case or spaces`,
		}},
		{"spaces, above a value", nil, []rules.Rule{roleOn("a", graz, "Viewer", "/Departments/A B"), roleOn("b", "(l=*)", "Viewer", "/Departments/AB/{{ .l }}")}, []string{
			`rules[1].grants[0].folder: "/Departments/AB" and "/Departments/A B", of rule "a", differ only in case or spaces`,
		}},
		{"a DN that lacks a comma", nil, []rules.Rule{
			accountFor("a", rules.Condition{Under: "OU=Staff,DC=corp DC=example"}, ""), accountFor("b", rules.Condition{Group: `CN=R & D,DC=corp`}, ""),
			accountFor("c", rules.Condition{Group: "mail o=x"}, ""),
		}, []string{`rules[0].when.under: a comma seems to be missing in "DC=corp DC=example"`}},
		{"out of the roots", nil, []rules.Rule{roleOn("a", graz, "Viewer", "/{{ .l }}"), roleOn("b", "(l=*)", "Viewer", "/Projects/{{ .l }}/x"), roleOn("c", "(ou=*)", "Viewer", "/Projects/Open/{{ .l }}")}, []string{
			"rules[0].grants[0].folder: /{{ .l }} can leave the roots: a value decides whether it lies below one",
			"rules[1].grants[0].folder: /Projects/{{ .l }}/x can leave the roots: a value decides whether it lies below one",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compile(t, tt.rules...)
			if diff := cmp.Diff(tt.want, texts(rules.Lint(tt.rules, options().Roots, &access.Catalog{Roles: tt.roles, Profiles: []access.Profile{{Name: "Standard"}}}))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLint_SuggestsARoleOfTheServer(t *testing.T) {
	t.Parallel()
	c := &access.Catalog{Roles: []access.Role{{Name: "Manager", Rank: 7}, {Name: "Viewer", Rank: 1}}}
	for role, want := range map[string]string{"mananger": `did you mean "Manager"? it offers Viewer, Manager`, "Boss": "it offers Viewer, Manager"} {
		got := rules.Lint([]rules.Rule{roleOn("a", "(l=*)", role, "/Departments/Fin")}, options().Roots, c)
		if len(got) != 1 || got[0].Hint != want {
			t.Errorf("%s: got %+v, want the hint %q", role, got, want)
		}
	}
}

func TestLintAgainst(t *testing.T) {
	t.Parallel()
	named := func(name string, when rules.Condition) rules.Rule { return accountFor(name, when, "") }
	broken := everyone("held for her", "/Departments/{{ .ou }}")
	set := compile(
		t, named("all", rules.Condition{Everyone: true}), named("nobody", rules.Condition{Filter: "(l=Wels)"}), named("missing", rules.Condition{Group: "none"}),
		named("twice", rules.Condition{NotGroup: "staff"}), named("no project", rules.Condition{GroupLike: "proj-<p>"}), named("pinned", rules.Condition{Group: "old"}), broken,
	)
	sn := &access.Snapshot{
		Taken: now, People: []access.Person{person("jane", map[string][]string{"ou": {"a", "b"}}, 2)},
		Groups: []access.Group{group("1", "staff"), group("2", "Staff"), group("3", "new")},
	}
	sn.Groups[1].DN = "CN=Staff,OU=Other,DC=corp"
	got := texts(set.LintAgainst(sn, rules.Known{Groups: map[string]access.GroupID{"old": groupID("3")}}))
	want := []string{
		"rules[1]: gives nobody anything, as of 2026-06-15T12:00:00Z",
		`rules[2].when.group: group "none" is not in the directory: correct the name, or add its base to directory.groups.bases`,
		`rules[3].when.not_group: group "staff" is the name of 2 groups (CN=Staff,OU=Other,DC=corp; CN=staff,OU=Groups,DC=corp): name the one you mean by its DN`,
		"rules[4]: gives nobody anything, as of 2026-06-15T12:00:00Z",
		"rules[6]: gives nobody anything, as of 2026-06-15T12:00:00Z: it is held for all whom it matches, 1 in number; for one, because ou has 2 values: a, b",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLintAgainst_PointsAtWhatIsMisspelt(t *testing.T) {
	t.Parallel()
	from := func(attribute string) *rules.Date { return &rules.Date{From: attribute, IfEmpty: rules.Deny} }
	set := compile(
		t, accountFor("group", rules.Condition{Group: "staff", NotGroup: "cleark"}, ""),
		rules.Rule{Name: "attribute", When: rules.Condition{Filter: "(ou=*)"}, Grants: []rules.Grant{
			{Folder: "/Departments/{{ .departmentnumbr }}", Role: "Viewer"}, {Folder: "/Departments/All", Role: "Viewer", Until: from("ends")},
		}},
		everyone("right", "/Departments/{{ .departmentNumber }}"),
	)
	sn := &access.Snapshot{
		Taken: now, People: []access.Person{person("jane", map[string][]string{"ou": {"a"}, "departmentnumber": {"b"}}, 1)},
		Groups: []access.Group{group("1", "clerk"), group("2", "staff"), group("3", "clear")}, Unknown: []string{"departmentnumbr"},
	}
	got := texts(set.LintAgainst(sn, rules.Known{Attributes: []string{"departmentnumber", "ou", "departmentnumbr"}}))
	want := []string{
		`rules[0].when.not_group: group "cleark" is not in the directory: did you mean "clear" or "clerk"? correct the name, or add its base to directory.groups.bases`,
		`rules[1].grants[0].folder: attribute departmentnumbr is not in the directory's schema: did you mean departmentnumber? correct the name`,
		`rules[1].grants[1].until.from: attribute ends was not read when the snapshot was made: if the name is right, make a new one with these rules`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLintAgainst_SaysOnceThatNobodyIsActedOn(t *testing.T) {
	t.Parallel()
	set := compile(t, everyone("a", "/Departments/A"), everyone("b", "/Departments/B"))
	jane := person("jane", nil)
	jane.Email, jane.NoEmail = "", "mail: jane@corp.example is outside the allowed domains: crop.example"
	got := texts(set.LintAgainst(&access.Snapshot{Taken: now, People: []access.Person{jane}}, rules.Known{}))
	want := []string{`rules: nobody of the 1 people is acted on: for one, because of "mail: jane@corp.example is outside the allowed domains: crop.example"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
