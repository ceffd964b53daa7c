package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

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
