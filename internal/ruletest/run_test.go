package ruletest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ruletest"
)

const clerk = `
person:
  attributes: {employeeType: STAFF, sn: Lang, givenName: Anna, department: "R&D/Lab"}
`

func TestRun_PassesWhereTheRulesSayWhatIsExpected(t *testing.T) {
	t.Parallel()
	cfg := shared(t)
	for name, text := range map[string]string{
		"whoever is not described gets what everybody gets": `expect: {account: false, grants: {/Departments/All: Viewer}, held: []}`,
		"an account, by profile and name":                   clerk + `expect: {account: {profile: standard, name: "Lang, Anna"}}`,
		"an account of any kind":                            clerk + `expect: {account: {}}`,
		"grants compare without case and a slash at the end": clerk + `
expect: {grants: {/departments/all/: VIEWER, /Departments/Research: Collaborator}}`,
		"some grants of several": clerk + `expect: {at_least: {/Departments/Research: Collaborator}, not: [/Departments/Sales]}`,
		"a table that lacks a key holds the rule": `
person: {attributes: {employeeType: staff, sn: L, givenName: A, department: Skunkworks}}
expect: {held: [Staff], account: false}`,
		"an attribute may have several values": `
person: {attributes: {employeetype: [intern, staff], sn: [A, B], givenName: A, department: Sales}}
expect: {held: [staff]}`,
		"a group with its description": `
person: {groups: [{name: proj-Aurora-rw, attributes: {Description: north}}, proj-b-rw]}
expect: {at_least: {/Projects/Aurora north: Collaborator}, held: [projects]}`,
		"a group of another directory, until the end of a day where the company is": `
now: 2026-06-30T21:59:59Z
person: {groups: ["partner:exchange"], attributes: {accountExpires: 2026-06-30}}
expect: {account: {profile: Guest}, at_least: {/Projects/Exchange: Collaborator}}`,
		"and not behind it": `
now: 2026-07-01
person: {groups: ["partner:exchange"], attributes: {accountExpires: 2026-06-30}}
expect: {account: true, not: [/Projects/Exchange]}`,
		"without a date no moment is needed": `
person: {groups: ["partner:exchange"]}
expect: {account: true, not: [/Projects/Exchange]}`,
		"a group of that name elsewhere is another": `
person: {groups: [exchange]}
expect: {account: false}`,
		"a name means the group whose DN a rule has": `
person: {groups: ["partner:exchange", blocked]}
expect: {account: false}`,
		"a DN may be spelt in another way": `
person: {groups: ["partner:exchange", "cn=blocked, ou=groups, dc=corp, dc=example"]}
expect: {account: false}`,
		"several roles on one folder are all listed": `
person: {dn: "CN=Eve,OU=Office,DC=corp,DC=example"}
expect: {grants: {/Departments/All: [Manager, Viewer], 6f1c0d3e-0000-4000-8000-000000000001: Manager}}`,
		"one of them": `
person: {dn: "CN=Eve,OU=Office,DC=corp,DC=example"}
expect: {at_least: {/Departments/All: Manager}}`,
		"whoever has left gets nothing": `
person: {standing: out of scope}
expect: {account: false, grants: {}, held: []}`,
		"whoever has no address gets nothing": `
person: {no_mail: true}
expect: {grants: {}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r := result(t, cfg, text); len(r.Differences) > 0 {
				t.Errorf("does not pass:\n%s", told(r))
			}
		})
	}
}

func TestRun_TheFileSaysHowValuesCompare(t *testing.T) {
	t.Parallel()
	cfg := shared(t)
	text := "cases:\n  - name: it\n    person: {attributes: {grade: 9}}\n    expect: {not: [/Departments/Seniors]}\n"
	for compare, want := range map[string]int{"": 1, "compare:\n  Grade: integer\n": 0} { // as texts, 9 is behind 10
		f, err := ruletest.Parse("t.yaml", []byte(compare+text), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if s := ruletest.Run(cfg, []*ruletest.File{f}); s.Failed() != want {
			t.Errorf("with %q %d cases fail, want %d", compare, s.Failed(), want)
		}
	}
}

// TestRun_ADifferenceHasItsReason: which rule gave it, or did not.
func TestRun_ADifferenceHasItsReason(t *testing.T) {
	t.Parallel()
	cfg := shared(t)
	for _, c := range []struct{ file, text string }{
		{"no-account", `person: {groups: ["partner:exchange", blocked, typo], attributes: {employeType: staff}}
expect: {account: true}`},
		{"account", clerk + `expect: {account: false}`},
		{"profile-and-name", clerk + `expect: {account: {profile: Guest, name: Anna}}`},
		{"no-grant", `person: {groups: [proj-a-rw]}
expect: {at_least: {/Departments/Research: Collaborator, /Projects/a b: Collaborator, /Projects/Exchange: Viewer, /Secret: Viewer}}`},
		{"grant", clerk + `expect: {grants: {/Departments/All: Viewer}, not: [/Departments/Research]}`},
		{"surplus", `person: {dn: "CN=Eve,OU=Office,DC=corp,DC=example"}
expect: {grants: {/Departments/All: Viewer}}`},
		{"role", clerk + `expect: {at_least: {/Departments/Research: Manager}}`},
		{"held", `person: {attributes: {employeeType: staff}}
expect: {held: [projects]}`},
		{"over", `now: 2026-07-01
person: {groups: ["partner:exchange"], attributes: {accountExpires: 2026-06-30}}
expect: {grants: {/Departments/All: Viewer, /Projects/Exchange: Collaborator}}`},
		{"no-moment", `person: {groups: ["partner:exchange"], attributes: {accountExpires: 2026-06-30}}
expect: {account: true}`},
		{"skipped", `person: {standing: disabled}
expect: {grants: {/Departments/All: Viewer}}`},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			golden(t, "testdata/differences/"+c.file+".golden", told(result(t, cfg, c.text)))
		})
	}
}

// TestRun_NotesWhatHadNoEffect: a case that expects nothing passes with a misspelt name too.
func TestRun_NotesWhatHadNoEffect(t *testing.T) {
	t.Parallel()
	cfg := shared(t)
	for name, c := range map[string]struct{ text, want string }{
		"nothing": {clerk + `expect: {not: [/Departments/Sales, /Projects/Exchange]}`, ""},
		"a group": {`person: {groups: [exchnge]}
expect: {not: [/Projects/Exchange]}`, "note: no rule is about the group \"exchnge\"\n"},
		"an attribute": {`person: {attributes: {employeeTyp: staff}}
expect: {account: false}`, "note: no rule looks at the attribute employeeTyp\n"},
		"an attribute of a group": {`person: {groups: [{name: proj-a-rw, attributes: {descripton: north}}]}
expect: {held: [projects]}`, "note: no rule looks at the attribute group.descripton\n"},
		"a folder": {`expect: {not: [/Project/Exchange]}`, "note: no rule could give anything on /Project/Exchange, whoever it is: is `not` spelt as the rules spell it?\n"},
		"an id":    {`expect: {not: [no-such-id]}`, "note: no rule could give anything on no-such-id, whoever it is: is `not` spelt as the rules spell it?\n"},
		"whoever is skipped has passed": {`person: {standing: disabled}
expect: {grants: {}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := told(result(t, cfg, c.text)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestRun_NotLooksAtWhatReachesTheFolder: whoever is a member of /A is one of /A/B, unless
// a rule makes that, which it does without the members of /A.
func TestRun_NotLooksAtWhatReachesTheFolder(t *testing.T) {
	t.Parallel()
	cfg := parsed(t, `
rules:
  - {name: all, when: {everyone: true}, grants: [{folder: /Departments/A, role: Viewer}]}
  - {name: few, when: {filter: "(l=Graz)"}, grants: [{folder: "/Departments/A/Own {{ .l }}", role: Manager, create: true}, {folder: /Departments/A/B, role: Manager}]}
`)
	const reached = "want nothing, got Viewer on /Departments/A, whose members reach it\n  all gives Viewer: it is for everyone\n"
	for folder, want := range map[string]string{
		"/Departments/A":            "/Departments/A: want nothing, got Viewer\n  all gives Viewer: it is for everyone\n",
		"/departments/a/b":          "/departments/a/b: " + reached,
		"/Departments/A/B/C":        "/Departments/A/B/C: " + reached,
		"/Departments/A/Own Graz/C": "note: /Departments/A is given, and reaches /Departments/A/Own Graz/C if that was there before the rule that makes it, and inherits its members\n",
		"/Departments/AB":           "note: no rule could give anything on /Departments/AB, whoever it is: is `not` spelt as the rules spell it?\n",
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			if got := told(result(t, cfg, "expect: {not: ["+folder+"]}")); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestRun_CountsRulesThatNoCaseMatches(t *testing.T) {
	t.Parallel()
	cfg := shared(t)
	text := `cases:
  - {name: a, person: {standing: disabled}, expect: {grants: {}}}
  - {name: b, person: {groups: ["partner:exchange"]}, expect: {account: true}}
  - {name: c, person: {attributes: {employeeType: staff}}, expect: {held: [staff]}}
`
	f, err := ruletest.Parse("t.yaml", []byte(text), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := ruletest.Run(cfg, []*ruletest.File{f})
	if diff := cmp.Diff([][]string{{"projects", "office", "seniors"}, {"staff"}}, [][]string{s.Unmatched, s.Held}); diff != "" {
		t.Errorf("unmatched, and no more than held (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"everybody", "partners"}, s.Results[1].Matched); diff != "" {
		t.Errorf("matched by b (-want +got):\n%s", diff)
	}
}

// TestDocs_TheExamplePasses: the file that is shipped, and the one that the page shows.
func TestDocs_TheExamplePasses(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := ruletest.Load("../../examples/rules.test.yaml", cfg)
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(page), "```yml\n")
	shown, _, _ = strings.Cut(shown, "```")
	g, err := ruletest.Parse("docs/rules.md", []byte(shown), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := ruletest.Run(cfg, []*ruletest.File{f, g})
	for _, r := range s.Results {
		if len(r.Differences) > 0 {
			t.Errorf("%s:%d: %s\n%s", r.File, r.Line, r.Case, told(r))
		}
	}
	if len(s.Unmatched) > 0 {
		t.Errorf("no case matches %q", s.Unmatched)
	}
}
