package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

const example = "../../config.example.yaml"

// TestSchema_IsCurrent: what is embedded is what the types, and the comments on them, say now.
func TestSchema_IsCurrent(t *testing.T) {
	t.Parallel()
	g := &generator{
		comments: commentsOf(t, ".", "../rules", "../access", "../guard"),
		facts:    knownFacts(),
		required: knownRequired(),
		met:      map[string]bool{},
	}
	whole, list := g.both()
	if unmet := g.unmet(); len(unmet) > 0 {
		t.Errorf("the generator knows things of %q, which no configuration has", unmet)
	}
	for file, s := range map[string]*schema{"schema.json": whole, "schema-rules.json": list} {
		text, err := encode(s)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, file, string(text))
	}
}

// compiled is a schema as somebody else's validator understands it.
func compiled(t *testing.T, text string) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance is YAML as JSON has it; aliases and merges are resolved, as editors do it.
func instance(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return asJSON(v)
}

func asJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = asJSON(value)
		}
	case map[any]any: // some key is a number
		texts := map[string]any{}
		for key, value := range v {
			texts[fmt.Sprint(key)] = asJSON(value)
		}
		return texts
	case []any:
		for i, value := range v {
			v[i] = asJSON(value)
		}
	}
	return v
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSchema_AcceptsWhatPasses(t *testing.T) {
	t.Parallel()
	whole := compiled(t, config.Schema())
	passing := map[string][]byte{
		"number as a text":    with(t, "client_id: app", "client_id: 0123"),
		"root with an id":     with(t, "- /Departments", "- {path: /Departments, id: 17}"),
		"root that repairs":   with(t, "- /Departments", "- {path: /Departments, drift: repair}"),
		"aliases and merges":  with(t, "rules: []", mergedRules),
		"descriptor":          with(t, "rules: []", "full: \"@daily\"\nrules: []"),
		"no metrics":          with(t, "rules: []", "http: {metrics: \"\"}\nrules: []"),
		"account of any kind": with(t, "rules: []", "rules: [{name: a, when: {everyone: true}, account: {}}]"),
	}
	files, err := filepath.Glob("testdata/valid/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no valid files: %v", err)
	}
	for _, file := range append(files, example) {
		passing[file] = read(t, file)
	}
	for name, text := range passing {
		if _, err := config.Parse(name, text); err != nil {
			t.Errorf("%s is no example of what passes: %v", name, err)
		}
		if err := whole.Validate(instance(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchema_RefusesWhatAnEditorCanSee(t *testing.T) {
	t.Parallel()
	whole := compiled(t, config.Schema())
	for file, want := range map[string]string{ // by the name of the bad file
		"unknown-key":               "additional properties",
		"wrong-type-bool":           "want boolean",
		"wrong-type-list":           "want array",
		"wrong-type-mapping":        "want object",
		"wrong-type-scalar":         "got array, want number or string",
		"mode-unknown":              "at '/mode': value must be one of 'observe', 'create-only', 'upsert-only', 'sync'",
		"mode-missing":              "missing property 'mode'",
		"directory-kind-unknown":    "at '/directory/kind'",
		"directories-name-missing":  "missing property 'name'",
		"accounts-existing-unknown": "at '/accounts/existing'",
		"referrals-unknown":         "'ignore', 'refuse'",
		"root-drift-unknown":        "'report', 'repair'",
		"rule-change-unknown":       "'park', 'apply'",
		"jwt-algorithm":             "'RS256', 'RS384', 'RS512'",
		"log":                       "at '/log/",
		"secret-inline":             "does not match pattern",
		"root-relative":             "does not match pattern",
		"identity-no-email":         "does not match pattern",
		"requests-out-of-range":     "minimum: got 0, want 1",
		"rule-misspelt-when":        "additional properties",
		"rule-without-when":         "missing property 'when'",
		"leavers-who-unknown":       "'disabled', 'expired', 'gone', 'unmatched'",
		"leavers-who-empty":         "minItems: got 0, want 1",
		"leavers-steps-missing":     "missing property 'steps'",
		"leavers-do-unknown":        "'suspend', 'revoke', 'delete'",
		"leavers-after-missing":     "missing property 'after'",
		"leavers-unknown-key":       "additional properties 'to'",
		"seats-zero":                "minimum: got 0, want 1",
		"budget-zero":               "minimum: got 0, want 1",
		"budget-no-budget":          "'unlimited'",
		"budget-unknown-kind":       "at '/budgets': additional properties",
		"budget-of-unknown-base":    "'people', 'accounts', 'owned_grants'",
		"budget-expire-number":      "at '/budgets/expire'",
		"budget-per-rule-no-share":  "got number, want string",
		"canary-at-least-zero":      "minimum: got 0, want 1",
		"wall-without-name":         "missing property 'name'",
		"wall-existing-unknown":     "'revoke', 'report'",
		"null-value":                "got null",
	} {
		err := whole.Validate(instance(t, read(t, "testdata/"+file+".yaml")))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", file, err, want)
		}
	}
}

// TestSchema_DemandsWhatCheckDemands takes each key of the example away. What then
// passes the schema accepts; where the key itself is missed, the schema misses it.
func TestSchema_DemandsWhatCheckDemands(t *testing.T) {
	t.Parallel()
	whole := compiled(t, config.Schema())
	for path, text := range eachWithoutAKey(t, example) {
		_, err := config.Parse(path, text)
		refused := whole.Validate(instance(t, text))
		switch missed := misses(err, path); {
		case err == nil && refused != nil:
			t.Errorf("without %s: %v", path, refused)
		case leftToCheck.MatchString(path):
		case missed && refused == nil:
			t.Errorf("without %s: check says %v, and the schema accepts it", path, err)
		}
	}
}

// leftToCheck are the keys of which other keys decide whether they are needed.
var leftToCheck = regexp.MustCompile(`^directory\.(bind|groups)|^budgets\..*\.floor$|^expect\[1\]|^walls\[1\]\.(deny|folders)$`)

// misses says whether the mistakes are about the key that was taken away.
func misses(err error, path string) bool {
	var wrong *config.Error
	return errors.As(err, &wrong) && slices.ContainsFunc(wrong.Problems, func(p config.Problem) bool {
		return strings.HasPrefix(p.Path, path)
	})
}

// eachWithoutAKey is a file once for each of its keys, by the key that is not in it.
func eachWithoutAKey(t *testing.T, file string) map[string][]byte {
	t.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal(read(t, file), &root); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	eachKey(root.Content[0], "", func(n *yaml.Node, i int, path string) {
		all := n.Content
		n.Content = slices.Delete(slices.Clone(all), i, i+2)
		text, err := yaml.Marshal(&root)
		if err != nil {
			t.Fatal(err)
		}
		n.Content, files[path] = all, text
	})
	return files
}

func eachKey(n *yaml.Node, path string, do func(n *yaml.Node, i int, path string)) {
	for i, child := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			eachKey(child, fmt.Sprintf("%s[%d]", path, i), do)
		case n.Kind == yaml.MappingNode && i%2 == 0:
			below := strings.TrimPrefix(path+"."+child.Value, ".")
			do(n, i, below)
			eachKey(n.Content[i+1], below, do)
		}
	}
}
