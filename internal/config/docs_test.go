package config_test

import (
	"os"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// TestDocs_EachExampleOfRulesPasses: what docs/rules.md shows can be copied.
func TestDocs_EachExampleOfRulesPasses(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	head := strings.NewReplacer(
		"rules: []\n", "",
		"  people:\n", "  groups: {bases: [\"ou=groups,dc=corp,dc=example\"]}\n  people:\n",
		"- /Departments", "- /Departments\n    - /Projects",
	).Replace(valid(t))
	examples := strings.Split(string(text), "```yaml\n")[1:]
	if len(examples) < 6 {
		t.Fatalf("%d examples, want them all", len(examples))
	}
	for _, example := range examples {
		example, _, _ = strings.Cut(example, "```")
		if _, err := config.Parse("docs/rules.md", []byte(head+example)); err != nil {
			t.Errorf("%v\nin\n%s", err, example)
		}
	}
}
