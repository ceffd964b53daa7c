package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestExcluded_CountsWhomANegatedGroupKeepsOut(t *testing.T) {
	t.Parallel()
	left := person("d", nil, 0, 1)
	left.Standing = access.Disabled
	people := []access.Person{person("a", nil, 0), person("b", nil, 0, 1), person("c", nil), left}
	groups := []access.Group{group("1", "guests"), group("2", "interns"), group("3", "empty")}
	not := func(name string, when rules.Condition) rules.Rule {
		r := everyone(name, "/Departments/"+name)
		r.When = when
		return r
	}
	tests := []struct {
		name  string
		rules []rules.Rule
		want  map[string]int
	}{
		{"no rule negates", []rules.Rule{everyone("all", "/Departments/All"), not("g", rules.Condition{Group: "guests"})}, nil},
		{"one", []rules.Rule{not("a", rules.Condition{NotGroup: "guests"})}, map[string]int{"a": 2}},
		{"none is in it", []rules.Rule{not("a", rules.Condition{NotGroup: "empty"})}, map[string]int{"a": 0}},
		{"two rules, one group", []rules.Rule{not("a", rules.Condition{NotGroup: "guests"}), not("b", rules.Condition{NotGroup: "GUESTS", Filter: "(x=y)"})}, map[string]int{"a": 2, "b": 2}},
		{"with a pattern", []rules.Rule{not("a", rules.Condition{NotGroup: "interns", GroupLike: "gu<x>"})}, map[string]int{"a": 1}},
		{"the group is missing", []rules.Rule{not("a", rules.Condition{NotGroup: "missing"}), not("b", rules.Condition{NotGroup: "interns"})}, map[string]int{"b": 1}},
		{"another group of the rule is missing", []rules.Rule{not("a", rules.Condition{NotGroup: "guests", Group: "missing"})}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := compile(t, tt.rules...).Bind(&access.Snapshot{People: people, Groups: groups}, rules.Known{}).Excluded(people)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("excluded (-want +got):\n%s", diff)
			}
		})
	}
}
