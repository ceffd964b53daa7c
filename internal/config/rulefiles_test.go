package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// folder is a configuration with rule files beside it, by name.
func folder(t *testing.T, globs string, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files["config.yaml"] = string(with(t, "rules: []", "rule_files: "+globs+"\nrules:\n"+indent(ruleNamed("own"))))
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "config.yaml")
}

func ruleNamed(name string) string {
	return "- name: " + name + "\n  when: {everyone: true}\n  account: {profile: " + name + "}\n"
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

func TestLoad_AppendsTheRulesOfItsFiles(t *testing.T) {
	t.Parallel()
	files := func() map[string]string {
		return map[string]string{
			"rules/20-b.yaml": ruleNamed("b"), "rules/10-a.yaml": ruleNamed("a1") + ruleNamed("a2"), "rules/none.yaml": "[]\n",
			"rules/.#10-a.yaml": "- what an editor left\n", "rules/10-a.yaml~": "- what an editor left\n", "other/c.yml": ruleNamed("c"),
			"rules/30-anchors.yaml": "- &d\n  name: d\n  when: &all {everyone: true}\n  account: {profile: D}\n- <<: *d\n  name: e\n",
		}
	}
	tests := []struct {
		name, globs string
		want        []string
	}{
		{"sorted by name, behind the configuration's own", `["rules/*.yaml"]`, []string{"own", "a1", "a2", "b", "d", "e"}},
		{"globs in their order", `["other/*", "rules/20-*.yaml"]`, []string{"own", "c", "b"}},
		{"a file that two globs find", `["rules/20-*.yaml", "rules/[12]0-*.yaml"]`, []string{"own", "b", "a1", "a2"}},
		{"folders by a pattern", `["*/[12c]*.y*ml"]`, []string{"own", "c", "a1", "a2", "b"}},
		{"no globs", "[]", []string{"own"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := config.Load(folder(t, tt.globs, files()))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, c.Set.Names()); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLoad_TheHashCoversRuleFiles: the text, and which file it stands in, and
// nothing of where the folder lies.
func TestLoad_TheHashCoversRuleFiles(t *testing.T) {
	t.Parallel()
	hash := func(files map[string]string) string {
		c, err := config.Load(folder(t, `["rules/*.yaml"]`, files))
		if err != nil {
			t.Fatal(err)
		}
		return c.Hash
	}
	before := hash(map[string]string{"rules/a.yaml": ruleNamed("a"), "rules/b.yaml": "[]"})
	if again := hash(map[string]string{"rules/a.yaml": ruleNamed("a"), "rules/b.yaml": "[]"}); again != before {
		t.Errorf("in another folder the hash is %s, want %s", again, before)
	}
	for name, files := range map[string]map[string]string{
		"another text":         {"rules/a.yaml": ruleNamed("A"), "rules/b.yaml": "[]"},
		"another name":         {"rules/a.yaml": ruleNamed("a"), "rules/c.yaml": "[]"},
		"a file more":          {"rules/a.yaml": ruleNamed("a"), "rules/b.yaml": "[]", "rules/c.yaml": "[]"},
		"moved between files":  {"rules/b.yaml": ruleNamed("a"), "rules/a.yaml": "[]"},
		"a file less":          {"rules/a.yaml": ruleNamed("a")},
		"a comment in a file":  {"rules/a.yaml": ruleNamed("a"), "rules/b.yaml": "[] # none"},
		"a line feed in there": {"rules/a.yaml": ruleNamed("a") + "\n", "rules/b.yaml": "[]"},
	} {
		if hash(files) == before {
			t.Errorf("%s: the hash is the same", name)
		}
	}
}

func TestLoad_ARuleFileHasALimit(t *testing.T) {
	t.Parallel()
	_, err := config.Load(folder(t, "[big.yaml]", map[string]string{"big.yaml": "# " + strings.Repeat("x", 10<<20)}))
	if err == nil || !strings.Contains(err.Error(), "big.yaml: has 10485762 bytes, more than 4194304: put people into groups") {
		t.Errorf("Load = %v, want the file and its size", err)
	}
}

func TestLoad_ARuleFileThatMayNotBeRead(t *testing.T) {
	t.Parallel()
	file := folder(t, `["*.rules"]`, map[string]string{"a.rules": ruleNamed("a"), "b.rules": "[]", "c.rules": "- x"})
	for _, name := range []string{"a.rules", "b.rules"} {
		path := filepath.Join(filepath.Dir(file), name)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("nowhere", path); err != nil {
			t.Fatal(err)
		}
	}
	_, err := config.Load(file)
	for _, want := range []string{"a.rules: cannot be read: no such file", "b.rules: cannot be read: no such file", "c.rules:1:3: [0]: is a single value"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load = %v, want it to say %q", err, want)
		}
	}
}

// TestParse_TheLanguageComesThrough: what the file says reaches the rules.
func TestParse_TheLanguageComesThrough(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("config.yaml", with(t, "rules: []", `timezone: Europe/Vienna
tables:
  dept: &dept
    "R&D/Lab": Research
    1001: 0042
  copy: *dept
rules:
  - name: a
    when:
      filter: "(sn=*)"
      under: "OU=Staff,DC=corp,DC=example"
    account: {name: "{{ .sn }}", notify: true}
    grants:
      - folder: "/Departments/{{ .department | lookup \"copy\" }}"
        role: Viewer
        from: {from: hireDate, if_empty: hold}
        until: {from: accountExpires, if_empty: never}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"accountexpires", "department", "hiredate", "sn"}, c.Set.Attributes()); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if got := c.Tables["copy"]["1001"]; got != "0042" {
		t.Errorf("the value is %q, want 0042 as written", got)
	}
}
