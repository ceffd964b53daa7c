package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

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

func TestEvaluate_GroupLikeGivesTheRuleOncePerGroup(t *testing.T) {
	t.Parallel()
	with := func(g access.Group, attrs map[string][]string) access.Group { g.Attrs = attrs; return g }
	hide := func(g access.Group) access.Group { g.Hidden = true; return g }
	groups := []access.Group{
		group("1", "proj-Aurora-rw"), group("2", "PROJ-Borealis-RW"), group("3", "proj-a/b-rw"), group("4", "staff"),
		with(group("5", "proj-described-rw"), map[string][]string{"description": {"North"}, "two": {"a", "b"}}), hide(group("6", "proj-secret-rw")),
	}
	const hidden = "projects: of the groups that are like \"proj-<project>-rw\", CN=proj-secret-rw,OU=Groups,DC=corp shows not all its members: let the bind account read them"
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

func TestEvaluate_Under(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, under, dn string
		want            bool
	}{
		{"below", "OU=Staff,DC=corp", "CN=jane,OU=Staff,DC=corp", true},
		{"far below", "DC=corp", "CN=jane,OU=Staff,DC=corp", true},
		{"itself", "CN=jane,OU=Staff,DC=corp", "CN=jane,OU=Staff,DC=corp", true},
		{"above", "CN=x,CN=jane,DC=corp", "CN=jane,DC=corp", false},
		{"beside", "OU=Guests,DC=corp", "CN=jane,OU=Staff,DC=corp", false},
		{"spelt otherwise", "ou = staff , dc=CORP", "CN=jane,OU=Staff,DC=corp", true},
		{"escaped otherwise", `OU=R\2C D,DC=corp`, `CN=jane,OU=R\, D,DC=corp`, true},
		{"a part of a step", "OU=Staff,DC=corp", "CN=jane,XOU=Staff,DC=corp", false},
		{"one of several values of a step", "SN=lang,DC=corp", "CN=jane+SN=lang,DC=corp", false},
		{"a NUL in the own name", "OU=Staff,DC=corp", `CN=jane\00OU=Staff,DC=corp`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			jane := person("jane", nil)
			jane.DN = tt.dn
			v := decide(compile(t, accountFor("r", rules.Condition{Under: tt.under}, "")), &access.Snapshot{People: []access.Person{jane}})
			if v.Account != tt.want || len(v.Held) > 0 {
				t.Errorf("matches: %v, held %v; want %v", v.Account, v.Held, tt.want)
			}
		})
	}
	jane := person("jane", nil)
	jane.DN = "jane"
	v := decide(compile(t, accountFor("r", rules.Condition{Under: "DC=corp"}, "")), &access.Snapshot{People: []access.Person{jane}})
	if diff := cmp.Diff([]string{`r: dn: "jane" is no distinguished name`}, reasons(v)); diff != "" || v.Account {
		t.Errorf("held (-want +got):\n%s", diff)
	}
}

func TestEvaluate_AccountNames(t *testing.T) {
	t.Parallel()
	all := rules.Condition{Everyone: true}
	named := func(rule, name string) rules.Rule {
		return rules.Rule{Name: rule, When: all, Account: &rules.Account{Name: name}}
	}
	const meanwhile = " (no account is made meanwhile: this rule comes first in choosing its name)"
	tests := []struct {
		name    string
		rules   []rules.Rule
		account string // "": none is wanted
		held    []string
	}{
		{"as in the directory", []rules.Rule{accountFor("a", all, "")}, "Name of jane", nil},
		{"by a template", []rules.Rule{named("a", "{{ .name }} ({{ .department }})")}, "Name of jane (Finance)", nil},
		{"a slash and a dot at the end are fine", []rules.Rule{named("a", "{{ .company }} {{ .trailing }}")}, "R&D/Lab Finance.", nil},
		{"the first rule that says one", []rules.Rule{accountFor("a", all, ""), named("b", "B"), named("c", "C")}, "B", nil},
		{"missing", []rules.Rule{named("a", "{{ .none }}"), named("b", "B")}, "", []string{"a: none has no value" + meanwhile}},
		{"missing behind", []rules.Rule{named("a", "A"), named("b", "{{ .none }}")}, "A", []string{"b: none has no value"}},
		{"several", []rules.Rule{named("a", "{{ .ou }}")}, "", []string{"a: ou has 2 values: Finance, Legal" + meanwhile}},
		{"control character", []rules.Rule{named("a", "x {{ .bell }}")}, "", []string{`a: bell: "a\ab" holds a control or invisible character` + meanwhile}},
		{"blank", []rules.Rule{named("a", "x {{ .blank }}")}, "", []string{"a: blank: a name is empty" + meanwhile}},
		{"too long", []rules.Rule{named("a", "{{ .long }}")}, "", []string{`a: long: "xxxxxxxxxxxxxxxxxxxx"... has more than 255 characters` + meanwhile}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := decide(compile(t, tt.rules...), &access.Snapshot{People: []access.Person{person("jane", attributes())}})
			if v.Account != (tt.account != "") || v.Account && v.Name != tt.account {
				t.Errorf("account %v called %q, want %q", v.Account, v.Name, tt.account)
			}
			if diff := cmp.Diff(tt.held, reasons(v)); diff != "" {
				t.Errorf("held (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEvaluate_AMailIsSentIfAnyRuleSaysSo(t *testing.T) {
	t.Parallel()
	all := rules.Condition{Everyone: true}
	quiet, loud := accountFor("quiet", all, ""), accountFor("loud", all, "")
	loud.Account = &rules.Account{Notify: true}
	sn := &access.Snapshot{People: []access.Person{person("jane", nil)}}
	if decide(compile(t, quiet), sn).Notify || !decide(compile(t, quiet, loud), sn).Notify {
		t.Error("want a mail with the rule that says so, and none without")
	}
}

func TestEvaluate_FromAndUntil(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 6, d, 0, 0, 0, 0, time.UTC) }
	date := func(attribute string) *rules.Date { return &rules.Date{From: attribute, IfEmpty: rules.Deny} }
	attrs := map[string][]string{"Starts": nil, "starts": {"2026-06-10"}, "ends": {"2026-06-20"}, "never": {"0"}, "bad": {"soon"}}
	tests := []struct {
		name        string
		from, until *rules.Date
		now         time.Time
		given       bool
		next        time.Time
		held        []string
	}{
		{"before", date("Starts"), date("ends"), day(9), false, day(10), nil},
		{"at the beginning", date("Starts"), date("ends"), day(10), true, day(21), nil},
		{"on the last day", date("Starts"), date("ends"), day(21).Add(-time.Nanosecond), true, day(21), nil},
		{"behind", date("Starts"), date("ends"), day(21), false, time.Time{}, nil},
		{"without an end", date("starts"), nil, day(15), true, time.Time{}, nil},
		{"without a beginning", nil, date("ends"), day(15), true, day(21), nil},
		{"never ends", nil, date("never"), day(15), true, time.Time{}, nil},
		{"never begins", date("never"), nil, day(15), false, time.Time{}, nil},
		{"no date", nil, date("none"), day(15), false, time.Time{}, nil},
		{"no date for the end, before the beginning", date("starts"), date("none"), day(9), false, time.Time{}, nil},
		{"a text", nil, date("bad"), day(15), false, time.Time{}, []string{`r: bad: "soon" is no date: want 2026-12-31, a time such as 20261231235959Z, or Active Directory's count of 100 ns`}},
		{"hold", nil, &rules.Date{From: "none", IfEmpty: rules.Hold}, day(15), false, time.Time{}, []string{"r: none has no value"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := everyone("r", "/Departments/A")
			r.Grants[0].From, r.Grants[0].Until = tt.from, tt.until
			set := compile(t, r)
			jane := person("jane", attrs)
			v := set.Bind(&access.Snapshot{People: []access.Person{jane}}, rules.Known{}).Evaluate(&jane, tt.now)
			if len(v.Wishes) > 0 != tt.given || !v.Next.Equal(tt.next) {
				t.Errorf("given %v, next %v; want %v, %v", len(v.Wishes) > 0, v.Next, tt.given, tt.next)
			}
			if diff := cmp.Diff(tt.held, reasons(v)); diff != "" {
				t.Errorf("held (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEvaluate_NextIsTheEarliest of all rules that match; one that is out of time
// needs no place.
func TestEvaluate_NextIsTheEarliest(t *testing.T) {
	t.Parallel()
	until := func(name, attribute, folder string) rules.Rule {
		r := everyone(name, folder)
		r.Grants[0].Until = &rules.Date{From: attribute, IfEmpty: rules.Deny}
		return r
	}
	other := until("other", "first", "/Departments/O")
	other.When = rules.Condition{Filter: "(x=y)"}
	set := compile(t, other, until("late", "late", "/Departments/L"), until("soon", "soon", "/Departments/S"), until("past", "past", "/Departments/{{ .none }}"))
	jane := person("jane", map[string][]string{"first": {"2026-06-16"}, "soon": {"2026-06-17"}, "late": {"2026-06-18"}, "past": {"2026-06-01"}})
	v := decide(set, &access.Snapshot{People: []access.Person{jane}})
	if want := time.Date(2026, 6, 18, 0, 0, 0, 0, time.UTC); !v.Next.Equal(want) || len(v.Wishes) != 2 || len(v.Held) > 0 {
		t.Errorf("next %v, %d wishes, held %v; want %v, 2 wishes", v.Next, len(v.Wishes), v.Held, want)
	}
}

func TestEvaluate_Lookup(t *testing.T) {
	t.Parallel()
	tables := rules.Tables{
		"dept": {"R&D/Lab": "Research", "finance": "Money", "  Two   words": "Both", "Größe": "Size"},
		"none": {},
	}
	attrs := map[string][]string{"a": {"r&d/LAB"}, "b": {"Finance", "GRÖSSE"}, "c": {"two words "}, "d": {"Legal"}}
	tests := []struct{ name, template, want, why string }{
		{"in another case", "/Departments/{{ .a | lookup `dept` }}", "/Departments/Research", ""},
		{"in quotes", `/Departments/{{ lookup "dept" .a }}`, "/Departments/Research", ""},
		{"spaces", `/Departments/{{ .c | lookup "dept" }}`, "/Departments/Both", ""},
		{"each of several", `/Departments/{{ .b | lookup "dept" | first }}`, "/Departments/Money", ""},
		{"several", `/Departments/{{ .b | lookup "dept" }}`, "", "b in table dept has 2 values: Money, Size"},
		{"a key that is missing", `/Departments/{{ .d | lookup "dept" }}`, "", `d: table dept has no key "Legal"`},
		{"a key that is missing, with a default behind", `/Departments/{{ .d | lookup "dept" | default "x" }}`, "", `d: table dept has no key "Legal"`},
		{"no value", `/Departments/{{ .none | lookup "dept" }}`, "", "none in table dept has no value"},
		{"no value, with a default behind", `/Departments/{{ .none | lookup "dept" | default "x" }}`, "/Departments/x", ""},
		{"an empty table", `/Departments/{{ .a | lookup "none" }}`, "", `a: table none has no key "r&d/LAB"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := options()
			o.Tables = tables
			set, problems := rules.Compile([]rules.Rule{everyone("r", tt.template)}, o)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			v := decide(set, &access.Snapshot{People: []access.Person{person("jane", attrs)}})
			if got := strings.Join(paths(v), " "); got != tt.want || tt.why != "" && !cmp.Equal([]string{"r: " + tt.why}, reasons(v)) {
				t.Errorf("got %q, held %v; want %q, %q", got, reasons(v), tt.want, tt.why)
			}
		})
	}
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
