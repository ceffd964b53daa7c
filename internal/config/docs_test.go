package config_test

import (
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// TestDocs_EachExamplePasses: what the documentation shows of the configuration can be copied.
func TestDocs_EachExamplePasses(t *testing.T) {
	t.Parallel()
	head := strings.NewReplacer(
		"rules: []\n", "",
		"  people:\n", "  groups: {bases: [\"ou=groups,dc=corp,dc=example\"]}\n  people:\n",
		"- /Departments", "- /Departments\n    - /Projects",
	).Replace(valid(t))
	for file, least := range map[string]int{"rules.md": 6, "safety.md": 4, "lifecycle.md": 3, "logs.md": 1} {
		examples := strings.Split(string(read(t, "../../docs/"+file)), "```yaml\n")[1:]
		if len(examples) < least {
			t.Errorf("%s: %d examples, want all %d", file, len(examples), least)
		}
		for _, example := range examples {
			example, _, _ = strings.Cut(example, "```")
			text := head + example
			if strings.HasPrefix(example, "accounts:") { // it takes the place of those of the head
				text = strings.Replace(text, "accounts: {existing: ignore}\n", "", 1)
			}
			if _, err := config.Parse("docs/"+file, []byte(text)); err != nil {
				t.Errorf("%v\nin\n%s", err, example)
			}
		}
	}
}
