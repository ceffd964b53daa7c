package rules_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

func TestCertainties(t *testing.T) {
	t.Parallel()
	const a, b, c = "/Departments/A", "/Departments/B", "/Departments/C"
	inGroup := func(name, group string, paths ...string) rules.Rule {
		r := everyone(name, paths...)
		r.When = rules.Condition{Group: group}
		return r
	}
	dated, patterned := everyone("dated", a), everyone("patterned", a)
	dated.Grants[0].Until = &rules.Date{From: "end", IfEmpty: rules.Deny}
	patterned.When = rules.Condition{GroupLike: "proj-<p>"}
	tests := []struct {
		name  string
		rules []rules.Rule
		want  map[string][]string // by group; "": everyone
	}{
		{"one rule", []rules.Rule{everyone("r", a, b)}, map[string][]string{"": {"r " + a, "r " + b}}},
		{"one condition, spelt in two ways", []rules.Rule{inGroup("r", "staff", a), inGroup("s", " Staff", b)}, map[string][]string{"staff": {"r " + a, "s " + b}}},
		{"two conditions", []rules.Rule{inGroup("r", "x", a), inGroup("s", "y", b)}, map[string][]string{"x": {"r " + a}, "y": {"s " + b}}},
		{"everyone is in each group too", []rules.Rule{inGroup("r", "x", a), everyone("s", b)}, map[string][]string{"x": {"r " + a, "s " + b}, "": {"s " + b}}},
		{"a value", []rules.Rule{everyone("r", "/Departments/{{ .ou }}", c)}, map[string][]string{"": {"r " + c}}},
		{"a date", []rules.Rule{dated}, map[string][]string{"": nil}},
		{"a pattern", []rules.Rule{patterned}, map[string][]string{"": nil}},
		{"a path that is none", []rules.Rule{everyone("r", "Departments")}, map[string][]string{"": nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := map[string][]string{}
			for _, certain := range rules.Certainties(tt.rules) {
				var gifts []string
				for _, g := range slices.Concat(certain.Gifts, certain.Shared) {
					gifts = append(gifts, g.Rule+" "+string(g.Path))
				}
				got[certain.When.Group] = gifts
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
