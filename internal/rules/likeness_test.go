package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestEvaluate_GroupLikeGivesTheRuleOncePerGroup(t *testing.T) {
	t.Parallel()
	with := func(g access.Group, attrs map[string][]string) access.Group { g.Attrs = attrs; return g }
	hide := func(g access.Group) access.Group { g.Hidden = true; return g }
	groups := []access.Group{
		group("1", "proj-Aurora-rw"), group("2", "PROJ-Borealis-RW"), group("3", "proj-a/b-rw"), group("4", "staff"),
		with(group("5", "proj-described-rw"), map[string][]string{"description": {"North"}, "two": {"a", "b"}}), hide(group("6", "proj-secret-rw")),
	}
	const hidden = "projects: of the groups that are like \"proj-<project>-rw\", CN=proj-secret-rw,OU=Groups,DC=corp does not show all its members: let the bind account read them"
	tests := []struct {
		name, folder string
		in           []int32
		visible      bool // leave the hidden group out
		paths, held  []string
	}{
		{"in none", "/Departments/{{ .project }}", []int32{3}, true, nil, nil},
		{"in one", "/Departments/{{ .project }}", []int32{0, 3}, true, []string{"/Departments/Aurora"}, nil},
		{"in two", "/Departments/{{ .Project | lower }}", []int32{0, 1}, true, []string{"/Departments/aurora", "/Departments/borealis"}, nil},
		{"one of them is no folder", "/Departments/{{ .project }}", []int32{0, 2}, true, []string{"/Departments/Aurora"}, []string{`projects: project of group proj-a/b-rw: "a/b" holds a path separator`}},
		{"the group's name", "/Departments/{{ .group.name }}", []int32{0}, true, []string{"/Departments/proj-Aurora-rw"}, nil},
		{"the group's DN", `/Departments/{{ .group.dn | dnPart "OU" }}`, []int32{0}, true, []string{"/Departments/Groups"}, nil},
		{"an attribute of the group", "/Departments/{{ .group.Description }}", []int32{4}, true, []string{"/Departments/North"}, nil},
		{"an attribute of the group by attr", `/Departments/{{ attr "group.description" }}`, []int32{4}, true, []string{"/Departments/North"}, nil},
		{"an attribute that one of the groups lacks", "/Departments/{{ .group.description }}", []int32{0, 4}, true, []string{"/Departments/North"}, []string{"projects: description of group proj-Aurora-rw has no value"}},
		{"an attribute of the group with two values", "/Departments/{{ .group.two }}", []int32{4}, true, nil, []string{"projects: two of group proj-described-rw has 2 values: a, b"}},
		{"the person lacks something in every group", "/Departments/{{ .project }} {{ .none }}", []int32{0, 1}, true, nil, []string{"projects: none has no value"}},
		{"a group does not show its members", "/Departments/{{ .project }}", []int32{0}, false, []string{"/Departments/Aurora"}, []string{hidden}},
		{"in none, and a group does not show its members", "/Departments/{{ .project }}", []int32{3}, false, nil, []string{hidden}},
		{"visibly in the group that does not show all", "/Departments/{{ .project }}", []int32{5}, false, []string{"/Departments/secret"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sn := &access.Snapshot{People: []access.Person{person("jane", attributes(), tt.in...)}, Groups: groups}
			if tt.visible {
				sn.Groups = groups[:5]
			}
			v := decide(compile(t, projects(tt.folder)), sn)
			if diff := cmp.Diff(tt.paths, paths(v)); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.held, reasons(v)); diff != "" {
				t.Errorf("held (-want +got):\n%s", diff)
			}
			for i, w := range v.Wishes {
				if want := []access.GroupID{sn.Groups[tt.in[min(i, len(tt.in)-1)]].ID}; len(v.Held) == 0 && len(tt.in) == len(v.Wishes) && !cmp.Equal(want, w.Cause.Via) {
					t.Errorf("wish %d is via %v, want %v", i, w.Cause.Via, want)
				}
			}
		})
	}
}

// TestBind_AHiddenGroupOfAPatternIsReportedOnce: with the rule, as a frozen one is.
func TestBind_AHiddenGroupOfAPatternIsReportedOnce(t *testing.T) {
	t.Parallel()
	secret := group("1", "proj-secret-rw")
	secret.Hidden = true
	set := compile(t, projects("/Departments/{{ .project }}"))
	b := set.Bind(&access.Snapshot{Groups: []access.Group{secret}}, rules.Known{})
	jane := person("jane", nil)
	if diff := cmp.Diff(b.Evaluate(&jane, now).Held, b.Problems()); diff != "" || len(b.Problems()) != 1 || !b.Problems()[0].Common {
		t.Errorf("problems (-held +problems):\n%s", diff)
	}
	if len(b.Resolved()) > 0 {
		t.Errorf("pins %v of groups that no rule names", b.Resolved())
	}
}

func TestEvaluate_GroupLikeOfOneDirectory(t *testing.T) {
	t.Parallel()
	in := func(source, name string) access.Group {
		return access.Group{ID: access.GroupID{Source: source, ID: name}, Name: name, DN: "CN=" + name}
	}
	groups := []access.Group{in("corp", "proj-a"), in("ext", "proj-b"), in("ext", "corp:proj-c")}
	tests := []struct {
		pattern string
		want    []string
	}{
		{"proj-<x>", []string{"/Departments/a", "/Departments/b"}},
		{"corp:proj-<x>", []string{"/Departments/a", "/Departments/c"}},
		{"EXT: proj-<x>", []string{"/Departments/b"}},
		{"other:proj-<x>", nil},
	}
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			t.Parallel()
			r := projects("/Departments/{{ .x }}")
			r.When.GroupLike = tt.pattern
			v := decide(compile(t, r), &access.Snapshot{People: []access.Person{person("jane", nil, 0, 1, 2)}, Groups: groups})
			if diff := cmp.Diff(tt.want, paths(v)); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEvaluate_AnAccountByAPatternIsOne: however many groups there are, and held
// only if none of them is decided.
func TestEvaluate_AnAccountByAPatternIsOne(t *testing.T) {
	t.Parallel()
	groups := []access.Group{group("1", "proj-a/b-rw"), group("2", "proj-c-rw"), group("3", "proj-d-rw")}
	r := projects("/Departments/{{ .project }}")
	r.When.Group, r.Account = "proj-c-rw", &rules.Account{Profile: "Standard"}
	tests := []struct {
		name    string
		group   string
		in      []int32
		account bool
		via     [][]access.GroupID
	}{
		{"one of three is held", "", []int32{0, 1, 2}, true, [][]access.GroupID{{groupID("2")}, {groupID("3")}}},
		{"only the held one", "", []int32{0}, false, nil},
		{"beside a group by name", "proj-c-rw", []int32{1, 2}, true, [][]access.GroupID{{groupID("2"), groupID("2")}, {groupID("2"), groupID("3")}}},
		{"not in the group by name", "proj-c-rw", []int32{2}, false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := r
			r.When.Group = tt.group
			v := decide(compile(t, r), &access.Snapshot{People: []access.Person{person("jane", nil, tt.in...)}, Groups: groups})
			var via [][]access.GroupID
			for _, c := range v.Causes {
				via = append(via, c.Via)
			}
			if diff := cmp.Diff(tt.via, via); diff != "" || v.Account != tt.account {
				t.Errorf("account %v, want %v; via (-want +got):\n%s", v.Account, tt.account, diff)
			}
		})
	}
}
