package app

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocs_EachStoryHasItsTest: docs/horror.md names tests that are there, and all that are named
// after a story.
func TestDocs_EachStoryHasItsTest(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/horror.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, dir := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(source, -1) {
				there[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`(Test\\w+)`").FindAllSubmatch(text, -1) {
		if named[string(m[1])] = true; !there[string(m[1])] {
			t.Errorf("%s is named, and is no test", m[1])
		}
	}
	for name := range there {
		if after := strings.HasPrefix(name, "TestHorror_") || strings.HasPrefix(name, "TestBadInput_"); after && !named[name] {
			t.Errorf("%s stands in no row", name)
		}
	}
}
