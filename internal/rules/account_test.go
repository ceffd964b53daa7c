package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestEvaluate_AccountNames(t *testing.T) {
	t.Parallel()
	all := rules.Condition{Everyone: true}
	named := func(rule, name string) rules.Rule {
		return rules.Rule{Name: rule, When: all, Account: &rules.Account{Name: name}}
	}
	const meanwhile = " (until that is corrected no account is made: this rule would choose its name)"
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

// TestEvaluate_ANameIsAskedForOnlyWithAGroup: whom the pattern does not concern
// needs nothing of it.
func TestEvaluate_ANameIsAskedForOnlyWithAGroup(t *testing.T) {
	t.Parallel()
	r := projects("/Departments/{{ .project }}")
	r.Account = &rules.Account{Profile: "P", Name: "{{ .none }}"}
	set := compile(t, r, accountFor("all", rules.Condition{Everyone: true}, "Q"))
	hidden := group("2", "proj-b-rw")
	hidden.Hidden = true
	const meanwhile = " (until that is corrected no account is made: this rule would choose its profile)"
	tests := []struct {
		name    string
		groups  []access.Group
		in      []int32
		account bool
		held    []string
	}{
		{"in none", []access.Group{group("1", "proj-a-rw")}, nil, true, nil},
		{"in one", []access.Group{group("1", "proj-a-rw")}, []int32{0}, false, []string{"projects: none has no value" + meanwhile}},
		{"perhaps in one", []access.Group{hidden}, nil, false, []string{
			`projects: of the groups that are like "proj-<project>-rw", CN=proj-b-rw,OU=Groups,DC=corp does not show all its members: let the bind account read them` + meanwhile,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := decide(set, &access.Snapshot{People: []access.Person{person("jane", nil, tt.in...)}, Groups: tt.groups})
			if diff := cmp.Diff(tt.held, reasons(v)); diff != "" || v.Account != tt.account {
				t.Errorf("account %v, want %v; held (-want +got):\n%s", v.Account, tt.account, diff)
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
