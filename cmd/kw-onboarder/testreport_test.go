package main

import (
	"bytes"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/ruletest"
)

// tested is a case that passes, two that do not, and a rule that no case matches.
func tested() ruletest.Summary {
	var many []ruletest.Reason
	for range mostReasons + 2 {
		many = append(many, ruletest.Reason{Rule: "staff", Text: `does not match: (department=Finance) does not hold, department is "R&D <Lab>"`})
	}
	return ruletest.Summary{
		Rules: 3, Unmatched: []string{"legal", "site \"archive\""},
		Results: []ruletest.Result{
			{File: "a.yaml", Line: 3, Case: "joiners", Matched: []string{"staff"}},
			{File: "a.yaml", Line: 8, Case: "nobody", Notes: []string{`no rule is about the group "stafff"`}},
			{
				File: "a.yaml", Line: 12, Case: "R&D", Notes: []string{`no rule is about the group "typo"`},
				Differences: []ruletest.Difference{
					{What: "account", Want: "yes", Got: "no", Because: many},
					{What: "/Legal", Want: "Viewer", Got: "nothing", Because: []ruletest.Reason{{Text: "no rule could give Viewer there"}}},
				},
			},
			{File: "b.yaml", Line: 2, Case: "leavers", Differences: []ruletest.Difference{{What: "held", Want: "staff", Got: "nothing"}}},
		},
	}
}

func TestTestReport(t *testing.T) {
	t.Parallel()
	passed := ruletest.Summary{Rules: 1, Results: tested().Results[:1]}
	for name, print := range map[string]func(*bytes.Buffer) error{
		"tests.txt":        func(out *bytes.Buffer) error { testReport{out: out}.print(tested()); return nil },
		"tests.json":       func(out *bytes.Buffer) error { return writeJSON(out, newJSONTests(tested())) },
		"tests.xml":        func(out *bytes.Buffer) error { return printJUnit(out, tested()) },
		"tests-passed.txt": func(out *bytes.Buffer) error { testReport{out: out}.print(passed); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := print(&out); err != nil {
				t.Fatal(err)
			}
			golden(t, name, out.Bytes())
		})
	}
}
