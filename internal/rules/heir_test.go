package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// withHeirs compiles a rule for everybody and what the ladders ask for.
func withHeirs(texts ...string) (*rules.Set, []rules.Problem) {
	o := options()
	o.Tables = rules.Tables{"desks": {"fin": "finance-desk@corp.example"}}
	for _, text := range texts {
		o.Heirs = append(o.Heirs, rules.HeirExpression{Text: text, Path: "leavers[0].steps[0].data_to"})
	}
	return rules.Compile([]rules.Rule{everyone("all", "/Departments/All")}, o)
}

func TestEvaluate_Heirs(t *testing.T) {
	t.Parallel()
	boss, other, twin := person("boss", nil), person("other", nil), person("twin", nil)
	boss.DN, other.ID.Source, other.DN = `CN=Boss\, The,OU=Board,DC=corp`, "ext", "CN=far,OU=Board,DC=corp"
	double, again := person("double", nil), person("again", nil)
	again.DN, twin.Email = double.DN, double.Email
	late, nameless := person("late", nil), person("nameless", nil)
	late.Standing, nameless.Email, nameless.NoEmail = access.Disabled, "", "outside the domains"
	nobody := access.Person{ID: access.PersonID{Source: "corp", ID: "nobody"}}
	const mail, desk = "{{ .manager_mail }}", "{{ .dep | lookup `desks` }}"
	byManager := func(p access.Person, email access.Email) []access.Heir {
		return []access.Heir{{As: "manager", Person: p.ID, Email: email}}
	}
	tests := []struct {
		name  string
		asked []string
		attrs map[string][]string
		want  []access.Heir
	}{
		{"nobody asks", nil, map[string][]string{"manager": {boss.DN}}, nil},
		{"manager", []string{"manager"}, map[string][]string{"manager": {boss.DN}}, byManager(boss, boss.Email)},
		{"manager, spelt otherwise", []string{"manager"}, map[string][]string{"manager": {`cn=boss\2C the, ou=board;dc=CORP`}}, byManager(boss, boss.Email)},
		{"manager who has left", []string{"manager"}, map[string][]string{"manager": {late.DN}}, byManager(late, late.Email)},
		{"manager without an address", []string{"manager"}, map[string][]string{"manager": {nameless.DN}}, byManager(nameless, "")},
		{"manager whose address another has too", []string{"manager"}, map[string][]string{"manager": {twin.DN}}, byManager(twin, "")},
		{"no manager", []string{"manager"}, nil, nil},
		{"several managers", []string{"manager"}, map[string][]string{"manager": {boss.DN, twin.DN}}, nil},
		{"a manager who is not read", []string{"manager"}, map[string][]string{"manager": {"CN=x,DC=corp"}}, nil},
		{"a manager of another directory", []string{"manager"}, map[string][]string{"manager": {other.DN}}, nil},
		{"a manager whose DN two have", []string{"manager"}, map[string][]string{"manager": {double.DN}}, nil},
		{"no DN", []string{"manager"}, map[string][]string{"manager": {"boss"}}, nil},
		{"their own manager", []string{"manager"}, map[string][]string{"manager": {"cn=jane,ou=staff,dc=corp"}}, nil},
		{"template", []string{mail}, map[string][]string{"manager_mail": {" Boss@Corp.Example"}}, []access.Heir{{As: mail, Email: "boss@corp.example"}}},
		{"template with a table", []string{desk}, map[string][]string{"dep": {"Fin"}}, []access.Heir{{As: desk, Email: "finance-desk@corp.example"}}},
		{"template, key missing", []string{desk}, map[string][]string{"dep": {"leg"}}, nil},
		{"template, no value", []string{mail}, nil, nil},
		{"template, blank", []string{mail}, map[string][]string{"manager_mail": {" "}}, nil},
		{"template, several values", []string{mail}, map[string][]string{"manager_mail": {"a@corp.example", "b@corp.example"}}, nil},
		{"template, no address", []string{mail}, map[string][]string{"manager_mail": {"boss"}}, nil},
		{"template, two addresses in one", []string{mail}, map[string][]string{"manager_mail": {"a@corp.example, b@corp.example"}}, nil},
		{"template, a value that would change the domain", []string{"{{ .dep }}@corp.example"}, map[string][]string{"dep": {"eve@evil.example"}}, nil},
		{"template, their own address", []string{mail}, map[string][]string{"manager_mail": {"JANE@corp.example"}}, nil},
		{"an address", []string{"archive@corp.example"}, nil, []access.Heir{{As: "archive@corp.example", Email: "archive@corp.example"}}},
		{
			"in the order of the ladders, each once, who cannot be found left out",
			[]string{mail, "{{ .none }}", "manager", mail, "manager"},
			map[string][]string{"manager_mail": {"boss@corp.example"}, "manager": {boss.DN}},
			append([]access.Heir{{As: mail, Email: "boss@corp.example"}}, byManager(boss, boss.Email)...),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set, problems := withHeirs(tt.asked...)
			if len(problems) > 0 {
				t.Fatalf("problems: %+v", problems)
			}
			people := []access.Person{person("jane", tt.attrs), again, boss, double, late, nameless, nobody, twin, other}
			v := decide(set, &access.Snapshot{People: people})
			if diff := cmp.Diff(tt.want, v.Heirs); diff != "" {
				t.Errorf("heirs (-want +got):\n%s", diff)
			}
			if len(v.Held) > 0 || len(v.Wishes) != 1 {
				t.Errorf("held %v, %d wishes: an heir who cannot be found must hold nothing", v.Held, len(v.Wishes))
			}
		})
	}
}

// TestEvaluate_HeirsAreNotFollowed: who is the manager of a manager is not looked at, and
// whether an heir can have anything is decided when it is their turn.
func TestEvaluate_HeirsAreNotFollowed(t *testing.T) {
	t.Parallel()
	set, _ := withHeirs("manager")
	ann, eve := person("ann", nil), person("eve", nil)
	ann.Attrs, eve.Attrs = map[string][]string{"manager": {eve.DN}}, map[string][]string{"manager": {ann.DN}}
	b := set.Bind(&access.Snapshot{People: []access.Person{ann, eve}}, rules.Known{})
	for _, tt := range []struct{ owner, want access.Person }{{ann, eve}, {eve, ann}} {
		want := []access.Heir{{As: "manager", Person: tt.want.ID, Email: tt.want.Email}}
		if diff := cmp.Diff(want, b.Evaluate(&tt.owner, now).Heirs); diff != "" {
			t.Errorf("heirs of %s (-want +got):\n%s", tt.owner.ID, diff)
		}
	}
}

// TestEvaluate_HeirsAreOfWhomIsEmployed: whoever is skipped for another reason has an
// account perhaps, and of whoever has left the entry says nothing any more.
func TestEvaluate_HeirsAreOfWhomIsEmployed(t *testing.T) {
	t.Parallel()
	set, _ := withHeirs("manager")
	boss := person("boss", nil)
	for standing := access.Active; standing <= access.Unknown; standing++ {
		jane := person("jane", map[string][]string{"manager": {boss.DN}})
		jane.Standing, jane.Email, jane.NoEmail = standing, "", "none"
		v := decide(set, &access.Snapshot{People: []access.Person{jane, boss}})
		if found := len(v.Heirs) > 0; found != (standing == access.Active) || v.Skipped == "" {
			t.Errorf("%s: heirs %v, skipped %q", standing, v.Heirs, v.Skipped)
		}
	}
}

func TestCompile_SaysWhatIsWrongWithAnHeir(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"a word", "Manager", `address "Manager": "manager" is not an e-mail address: want local@domain`},
		{"nothing", "", `address "": a name is empty`},
		{"an open template", "{{ .mail", "a {{ is not closed"},
		{"no function", "{{ .mail | shout }}", `"shout" is not a function`},
		{"no table", "{{ .dep | lookup `x` }}", `there is no table "x"`},
		{"a group", "{{ .group.mail }}", "only a rule with `group_like` knows a group"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set, problems := withHeirs(tt.text)
			if set != nil || len(problems) != 1 || problems[0].Path != "leavers[0].steps[0].data_to" || !strings.Contains(problems[0].Message, tt.want) {
				t.Errorf("got %+v, want one that says %q", problems, tt.want)
			}
		})
	}
}

func TestSet_ReadsWhatHeirsAreFoundBy(t *testing.T) {
	t.Parallel()
	set, _ := withHeirs("manager", "{{ .Manager_Mail | default `x@corp.example` }}")
	if got, want := set.Attributes(), []string{"manager", "manager_mail"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	plain, _ := withHeirs("{{ .name | slug }}@corp.example")
	if got := plain.Attributes(); len(got) > 0 {
		t.Errorf("got %v, want none", got)
	}
	if diff := cmp.Diff(plain.Digests(), set.Digests()); diff != "" {
		t.Errorf("the digests of rules are others by the heirs (-without +with):\n%s", diff)
	}
}

func TestLintAgainst_FindsAnHeirByAnAttributeThatNobodyHas(t *testing.T) {
	t.Parallel()
	set, _ := withHeirs("{{ .managerMial }}")
	sn := &access.Snapshot{Taken: now, People: []access.Person{person("jane", nil)}, Unknown: []string{"managermial"}}
	got := set.LintAgainst(sn, rules.Known{})
	want := []rules.Problem{{
		Path:    "leavers[0].steps[0].data_to",
		Message: "attribute managermial is not in the directory's schema: correct the name; until then nobody has this heir",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
