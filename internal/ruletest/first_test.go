package ruletest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/ruletest"
)

// odd are rules of which some cannot be guessed, and all of which may be named so.
const odd = `
rules:
  - name: "all: \"of\" them # here"
    when: {everyone: true}
    account: {name: "{{ .Department }}"}
    grants:
      - folder: /Departments/All
        role: Viewer
        until: {from: " accountExpires", if_empty: never}
  - name: unguessable
    when: {filter: "(&(grade>=10)(department=Sales)(l=Vienna)(!(l=V*)))"}
    grants: [{folder: "/Departments/{{ .DEPARTMENT }}", role: Viewer}]
  - name: nested
    when: {group_like: "corp:<client>-<matter>", filter: "(cn=*Lang*)"}
    grants: [{folder: "/Projects/{{ .client }} {{ .matter }}", role: Viewer}]
  - name: outside
    when: {group: staff, not_group: interns}
    grants: [{folder: /Departments/Staff, role: Viewer}]
`

func TestFirst_PassesAsItIsWritten(t *testing.T) {
	t.Parallel()
	shared, err := os.ReadFile("testdata/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, rules := range map[string]string{"shared": string(shared), "odd": odd, "none": "rules: []\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := parsed(t, rules)
			text := ruletest.First("config.yaml", cfg)
			golden(t, "testdata/first/"+name+".golden", text)
			f, err := ruletest.Parse("first.yaml", []byte(text), cfg)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range ruletest.Run(cfg, []*ruletest.File{f}).Results {
				if len(r.Differences) > 0 {
					t.Errorf("%s:\n%s", r.Case, told(r))
				}
			}
		})
	}
}

// TestRun_ManyRulesAndCases: what a case costs does not grow with the square of the rules.
func TestRun_ManyRulesAndCases(t *testing.T) {
	t.Parallel()
	const rules, cases = 2000, 200
	var r, c strings.Builder
	r.WriteString("rules:\n")
	for i := range rules {
		fmt.Fprintf(&r, "  - {name: r%d, when: {group: \"CN=g%d,OU=Groups,DC=corp\"}, grants: [{folder: /Projects/P%[1]d, role: Viewer}]}\n", i, i)
	}
	c.WriteString("cases:\n")
	for i := range cases {
		fmt.Fprintf(&c, "  - {name: c%d, person: {groups: [g%d]}, expect: {grants: {/Projects/P%[1]d: Viewer}}}\n", i, i)
	}
	cfg := parsed(t, r.String())
	f, err := ruletest.Parse("t.yaml", []byte(c.String()), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := ruletest.Run(cfg, []*ruletest.File{f})
	if s.Failed() > 0 || len(s.Unmatched) != rules-cases {
		t.Errorf("%d cases fail, %d rules are not matched:\n%s", s.Failed(), len(s.Unmatched), told(s.Results[0]))
	}
}
