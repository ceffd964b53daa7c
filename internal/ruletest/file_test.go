package ruletest_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ruletest"
)

// mistakes are those of a file: place, path, message and hint, each in a line, without
// excerpts.
func mistakes(t *testing.T, text string) []string {
	t.Helper()
	_, err := ruletest.Parse("t.yaml", []byte(text), shared(t))
	var wrong *config.Error
	if !errors.As(err, &wrong) {
		t.Fatalf("Parse = %v, want a *config.Error", err)
	}
	for i := range wrong.Problems {
		wrong.Problems[i].Excerpt = ""
	}
	lines := strings.Split(strings.ReplaceAll(wrong.Error(), "\n      ", " | "), "\n")[1:]
	for i := range lines {
		lines[i] = strings.TrimPrefix(strings.TrimSpace(lines[i]), "t.yaml:")
	}
	return lines
}

func TestParse_EachMistakeHasItsPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {"", "1:1: the file is empty | write its keys and values"},
		"a list":         {"- name: a\n", "1:1: the file is a list, want keys and values | write its keys and values"},
		"no case":        {"cases: []\n", "1:8: cases: there is no case | begin with the file that `test --init FILE` writes"},
		"no cases":       {"compare: {}\n", "1:1: cases: there is no case | begin with the file that `test --init FILE` writes"},
		"not YAML":       {"cases: [\n", "1:1: this is not YAML: did not find expected node content | look at this line and the one above: indentation, a missing colon or an open quote"},
		"misspelt key":   {one("persn: {}", ok), `2:15: cases[0].persn: unknown key | did you mean "person"?`},
		"reserved there": {"walls: []\n" + one(ok), "1:1: walls: unknown key"},
		"two documents":  {one(ok) + "---\n", "3:1: a second document begins here, and nothing in it would count | keep one document to a file: remove the `---` in between"},
		"no name":        {"cases:\n  - {" + ok + "}\n", "2:5: cases[0].name: the case has no name | name it: results speak of it by name"},
		"a name twice": {
			"cases:\n  - {name: a, " + ok + "}\n  - {name: A, " + ok + "}\n",
			`3:12: cases[1].name: "A" is the name of the case in line 2 already | give each case a name of its own`,
		},
		"nothing expected": {one("person: {}"), "2:5: cases[0].expect: the case expects nothing, so it would always pass | add account, grants, at_least, not or held"},
		"an empty not":     {one("expect: {not: []}"), "2:23: cases[0].expect: the case expects nothing, so it would always pass | add account, grants, at_least, not or held"},
		"now":              {one("now: yesterday", ok), "2:20: cases[0].now: want a day such as 2026-06-15, 2026-06-15 08:30, or 2026-06-15T08:30:00Z"},
		"standing":         {one("person: {standing: gon}", ok), "2:34: cases[0].person.standing: want active, disabled, expired, out of scope, gone, unknown"},
		"compare":          {"compare: {l: exact}\n" + one(ok), `1:14: compare["l"]: want case-ignore, case-exact, integer, generalized-time, numeric-string, telephone, dn`},
		"mail":             {one("person: {mail: anna}", ok), `2:30: cases[0].person.mail: "anna" is not an e-mail address: want local@domain`},
		"mail and none":    {one("person: {mail: a@b.c, no_mail: true}", ok), "2:46: cases[0].person.no_mail: the person has `mail` as well | keep one of the two"},
		"dn":               {one("person: {dn: Anna}", ok), `2:28: cases[0].person.dn: is no distinguished name | write it whole: "CN=Anna Lang,OU=Staff,DC=corp,DC=example"`},
		"a torn DN": {
			one("person: {groups: [CN=A, OU=Groups, DC=corp]}", ok),
			`2:32: cases[0].person.groups: these are pieces of a distinguished name: it was torn at its commas | quote each DN as a whole: "OU=Staff,DC=corp,DC=example"`,
		},
		"a group without a name": {
			one("person: {groups: [{attributes: {l: x}}]}", ok),
			"2:33: cases[0].person.groups[0]: the group has no name | give the name or the DN by which a rule names it",
		},
		"a comment glued on":      {one("\n     person: {attributes: {l: Floor #3\n     }}", ok), `3:31: cases[0].person.attributes.l: the value ends before the #: what follows is a comment | quote the value if the # belongs to it, else put a space behind the #`},
		"an attribute of no kind": {one("person: {attributes: {l: {a: b}}}", ok), `2:40: cases[0].person.attributes["l"]: is keys and values, want a list | begin each item with a hyphen on a line of its own`},
		"an attribute twice":      {one("person: {attributes: {L: a, l: b}}", ok), `2:46: cases[0].person.attributes["l"]: is the same attribute as L | give its values as one list`},
		"account":                 {one("expect: {account: maybe}"), "2:33: cases[0].expect.account: want true, false, or `profile` and `name` below it"},
		"account keys":            {one("expect: {account: {profil: x}}"), `2:34: cases[0].expect.account.profil: unknown key | did you mean "profile"?`},
		"no role":                 {one("expect: {grants: {/A: []}}"), "2:37: cases[0].expect.grants[\"/A\"]: no role is given | give the role; for a folder on which nothing is given use `not`"},
		"a path":                  {one("expect: {grants: {/A/../B: Viewer}}"), `2:42: cases[0].expect.grants["/A/../B"]: folder path "/A/../B": ".." is no folder name`},
		"no path":                 {one("expect: {not: [A/B]}"), `2:30: cases[0].expect.not[0]: "A/B" is neither a path nor an id | begin the path of a folder with a slash`},
		"given and not": {
			one("expect: {at_least: {/A: Viewer}, not: [/a/]}"),
			`2:54: cases[0].expect.not[0]: /a/ is expected to be given as well | keep one of the two`,
		},
		"all and some": {one("expect: {grants: {/A: Viewer}, at_least: {/A: Viewer}}"), "2:56: cases[0].expect.at_least: `grants` lists all of them already | keep one of the two"},
		"held":         {one("expect: {held: [stuff]}"), `2:31: cases[0].expect.held[0]: there is no rule "stuff" | give the name of a rule of the configuration`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff([]string{c.want}, mistakes(t, c.text)); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

// ok expects something that can be expected.
const ok = "expect: {account: true}"

// one is a file with one case.
func one(keys ...string) string {
	return "cases:\n  - {name: a, " + strings.Join(keys, ", ") + "}\n"
}

func TestParse_TellsAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	got := mistakes(t, "compare: {l: exact}\ncases:\n  - name: a\n    now: x\n    expect: {held: [none]}\n  - nam: b\n    person: {groups: ['']}\n")
	if len(got) != 6 {
		t.Errorf("%d mistakes, want 6:\n%s", len(got), strings.Join(got, "\n"))
	}
}

func TestLoad_ReadsFilesOnly(t *testing.T) {
	t.Parallel()
	for _, name := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none.yaml")} {
		if _, err := ruletest.Load(name, shared(t)); err == nil || !strings.HasPrefix(err.Error(), "read tests: ") {
			t.Errorf("Load(%s) = %v", name, err)
		}
	}
}

// TestParse_RefusesAnAliasBomb: the file is read by the decoder of the configuration.
func TestParse_RefusesAnAliasBomb(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("compare: {}\ncases:\n- &a0 {name: a, " + ok + "}\n")
	text.WriteString("- name: b\n  expect:\n    not: &n0 [a, a, a, a, a, a, a, a, a, a]\n")
	for i := range 8 {
		a := "*n" + string(rune('0'+i))
		text.WriteString("- name: c\n  expect:\n    not: &n" + string(rune('1'+i)) + " [" + strings.Repeat(a+", ", 9) + a + "]\n")
	}
	if got := mistakes(t, text.String()); len(got) == 0 {
		t.Error("no mistake is found")
	}
}

func FuzzParse(f *testing.F) {
	cfg := shared(f)
	f.Add(one("person: {groups: [a, {name: b, dn: 'cn=c', attributes: {d: e}}], attributes: {employeeType: staff}}", ok))
	f.Add("compare: {grade: integer}\n" + one("now: 2026-06-15", "person: {dn: 'cn=a', standing: gone}", "expect: {grants: {/A: [x, y], id: z}, not: [/B], held: [staff]}"))
	f.Fuzz(func(_ *testing.T, text string) {
		if tests, err := ruletest.Parse("t.yaml", []byte(text), cfg); err == nil {
			ruletest.Run(cfg, []*ruletest.File{tests})
		}
	})
}
