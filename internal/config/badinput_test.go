package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// TestParse_BadInputHasAClearLine: in the configuration and in a rule file.
func TestParse_BadInputHasAClearLine(t *testing.T) {
	t.Parallel()
	const all = "\n  when: {everyone: true}\n"
	folder := func(path string) string {
		return "- name: a" + all + "  grants:\n    - {folder: '" + path + "', role: Viewer}\n"
	}
	tests := []struct {
		name, rules  string
		line, column int // in a rule file
		want         string
	}{
		{"aliases that merge", aliasBomb(), 17, 3, "aliases multiply"},
		{"deep nesting", "- name: a\n  when: " + strings.Repeat("[", 20_000), 2, 0, "nested too deep"},
		{"deep nesting that ends", "- name: a\n  when: " + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + "\n", 2, 9, "is a list, want keys and values"},
		{"a template that loops", folder("/Departments/{{ range .ou }}A{{ end }}"), 4, 16, "only values and functions have a place here"},
		{"a template that calls one", folder("/Departments/{{ template \"x\" }}"), 4, 16, "only values and functions have a place here"},
		{"a template that calls itself", folder("/{{ define \"x\" }}{{ template \"x\" }}{{ end }}"), 4, 16, "define and block have no place here"},
		{"a template that never ends", folder("/Departments/{{ while .ou }}"), 4, 16, "\"while\" is not a function"},
		{"invalid UTF-8", "- name: a" + all + "  account: {profile: \"\u00c4\xfcx\"}\n", 3, 24, "a character here is not UTF-8"},
		{"invalid UTF-8 in a comment", "- name: a # \xc3" + all, 1, 13, "a character here is not UTF-8"},
		{"a control character", "- name: a\x1b" + all, 1, 10, "a control character stands here"},
		{"a tab before a key", "- name: a\n\twhen: {everyone: true}\n", 2, 1, "a tab stands where it is indented"},
		{"a tab below a key", "- name: a\n  when:\n\t\teveryone: true\n", 3, 1, "a tab stands where it is indented"},
		{"a tab behind a hyphen", "-\tname: a" + all, 1, 2, "a tab stands where it is indented"},
		{"a name twice", ruleNamed("a") + ruleNamed("b") + ruleNamed("A"), 7, 9, `"A" is the name of `},
		{"an empty condition", "- name: a\n  when: {}\n  account: {}\n", 2, 9, "the rule has no condition"},
		{"a condition of nothing", "- name: a\n  when:\n  account: {}\n", 2, 8, "has no value"},
		{"a condition that is blank", "- name: a\n  when: {group: ' ', under: ''}\n  account: {}\n", 2, 9, "the rule has no condition"},
		{"a torn DN", "- name: a\n  when: {under: OU=Staff,DC=corp}\n  account: {}\n", 2, 26, "torn at its commas"},
		{"a torn DN in a list", "- name: a\n  when: {group: [CN=x,DC=corp]}\n  account: {}\n", 2, 17, "torn at its commas"},
		{"a value that ends at #", "- name: a #1001" + all + "  account: {}\n", 1, 9, "the value ends before the #"},
		{"a value that is a comment", "- name: a" + all + "  grants:\n    - id: #1001\n      role: Viewer\n", 4, 10, "all behind the # is a comment"},
		{"an explicit tag", "- name: !!str a" + all + "  account: {}\n", 1, 9, "an explicit tag"},
		{"a group beside when", "- name: a\n  group: x" + all + "  account: {}\n", 2, 3, "unknown key: it belongs below `when`"},
		{"a group in a grant", "- name: a" + all + "  grants:\n    - {folder: /Departments, role: Viewer, group: x}\n", 4, 44, "unknown key: it belongs below `when`"},
		{"a role beside grants", "- name: a" + all + "  account: {}\n  role: Viewer\n", 4, 3, "unknown key: it belongs below an item of `grants`"},
		{"a fixed date", "- name: a" + all + "  grants:\n    - {folder: /Departments, role: Viewer, until: 2026-12-31}\n", 4, 51, "no date stands here but the attribute"},
		{"a second document", ruleNamed("a") + "---\n" + ruleNamed("b"), 4, 1, "a second document begins here"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			check := func(where string, got []config.Problem, line, column int) {
				if len(got) != 1 || got[0].Line != line || tt.column > 0 && got[0].Column != column || !strings.Contains(got[0].Message+": "+got[0].Hint, tt.want) {
					t.Errorf("%s: got %.800v, want one at %d:%d that says %q", where, got, line, column, tt.want)
				}
			}
			check("in a rule file", fileProblems(t, tt.rules), tt.line, tt.column)
			above := strings.Count(strings.Split(valid(t), "rules: []")[0], "\n") + 1
			if strings.Contains(tt.rules, "---") {
				text := strings.Replace(valid(t), "rules: []", "rules:\n"+tt.rules, 1)
				check("in the configuration", problems(t, []byte(text)), above+tt.line, tt.column)
				return
			}
			check("in the configuration", problems(t, with(t, "rules: []", "rules:\n"+indent(tt.rules))), above+tt.line, tt.column+2)
		})
	}
}

func aliasBomb() string {
	var bomb strings.Builder
	bomb.WriteString("- &a0 {name: x}\n")
	for i := range 40 {
		fmt.Fprintf(&bomb, "- &a%d {<<: [*a%d, *a%[2]d]}\n", i+1, i)
	}
	return bomb.String()
}

// fileProblems are those of a rule file beside a configuration that has none.
func fileProblems(t *testing.T, text string) []config.Problem {
	t.Helper()
	_, err := config.Load(folder(t, "[r.yaml]", map[string]string{"r.yaml": text}))
	got := mistakesOf(t, err)
	for _, p := range got {
		if filepath.Base(p.File) != "r.yaml" {
			t.Errorf("%v stands in %s", p, p.File)
		}
	}
	return got
}

func TestLoad_ANameInTwoFiles(t *testing.T) {
	t.Parallel()
	got := fileProblems(t, ruleNamed("x")+ruleNamed("Own"))
	if len(got) != 1 || got[0].Line != 4 || got[0].Column != 9 || got[0].Message != `"Own" is the name of rules[0] already` {
		t.Errorf("got %v, want the name that the configuration has given", got)
	}
}

func TestParse_TheConfigurationHasALimit(t *testing.T) {
	t.Parallel()
	got := problems(t, append([]byte(valid(t)), "# "+strings.Repeat("x", 10<<20)...))
	if len(got) != 1 || !strings.Contains(got[0].Message, " bytes, more than 4194304") {
		t.Errorf("got %v, want the size", got)
	}
}

// manyRules are rules about a group each.
func manyRules(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "- name: rule %d\n  when: {group: group %d}\n  account: {profile: Standard}\n  grants:\n    - {folder: '/Departments/G%d/{{ .ou }}', role: Viewer, create: true}\n", i, i, i)
	}
	return text.String()
}

func site(t testing.TB, rules string) string {
	t.Helper()
	text, err := os.ReadFile(minimal)
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.NewReplacer("rules: []", "rule_files: [r.yaml]", "\nkiteworks:", "\n  groups: {bases: [\"dc=corp\"]}\nkiteworks:").Replace(string(text))
	dir := t.TempDir()
	for name, text := range map[string]string{"config.yaml": whole, "r.yaml": rules} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "config.yaml")
}

func TestLoad_TwoThousandRules(t *testing.T) {
	t.Parallel()
	c, err := config.Load(site(t, manyRules(2_000)))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(c.Warnings(nil)); c.Set.Len() != 2_000 || got > 0 {
		t.Errorf("%d rules, %d warnings; want 2000 and none", c.Set.Len(), got)
	}
}

// BenchmarkCheck is what check does, with 2,000 rules: all of them right, and each
// with a mistake.
func BenchmarkCheck(b *testing.B) {
	right := manyRules(2_000)
	b.Run("right", func(b *testing.B) {
		file := site(b, right)
		for b.Loop() {
			c, err := config.Load(file)
			if err != nil {
				b.Fatal(err)
			}
			c.Warnings(nil)
		}
	})
	b.Run("wrong", func(b *testing.B) {
		file := site(b, strings.ReplaceAll(right, "role:", "rule:"))
		for b.Loop() {
			if _, err := config.Load(file); err == nil || err.Error() == "" {
				b.Fatal("the rules pass")
			}
		}
	})
}

// FuzzLoad: whatever a rule file holds, it is read or its mistakes are told.
func FuzzLoad(f *testing.F) {
	files, _ := filepath.Glob("testdata/rules/*.yaml")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(manyRules(2)))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Load(site(t, string(data)))
		if err == nil {
			c.Warnings(nil)
		} else if len(mistakesOf(t, err)) == 0 {
			t.Error("no mistake is told")
		}
	})
}
