package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/impact"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

// manyChanges has more folders and people than anybody wants to read.
func manyChanges() *comparison {
	var all []impact.Person
	for i := range 50 {
		all = append(all, impact.Person{ID: who(fmt.Sprint(i)), Email: access.Email(fmt.Sprintf("p%02d|`@corp.example", 49-i))})
	}
	d := &comparison{
		Report:   impact.Report{People: 90, Totals: impact.Counts{Touched: 50, Gain: 50}},
		snapshot: snapshot.File{Snapshot: &access.Snapshot{}}, older: &config.Config{Set: &rules.Set{}}, newer: &config.Config{Set: &rules.Set{}},
	}
	for i := range 300 {
		d.Changes = append(d.Changes, impact.Change{
			What: impact.Folder, Way: impact.Gains, Folder: access.Folder{ID: fmt.Sprint(i), Path: access.Path(fmt.Sprintf("/Dep/%03d\n@team", i))},
			To: "Viewer", Rules: []string{"a|b"}, People: all,
		})
	}
	return d
}

func TestDiffStaysReadable(t *testing.T) {
	t.Parallel()
	var text, markdown bytes.Buffer
	diffText{diffRows: diffRows{comparison: manyChanges(), left: rowsShown}}.print(&text)
	diffMarkdown{diffRows{comparison: manyChanges(), left: rowsShown}}.print(&markdown)
	for form, got := range map[string]string{"text": text.String(), "markdown": markdown.String()} {
		if n := strings.Count(got, "/Dep/"); n != rowsShown {
			t.Errorf("%s: %d folders, want %d", form, n, rowsShown)
		}
		if !strings.Contains(strings.ToLower(got), "and 200 more") || !strings.Contains(got, "and 42 more") {
			t.Errorf("%s does not say how many are left out", form)
		}
	}
	if n := markdown.Len(); n > 65_536 {
		t.Errorf("%d bytes are too many for a comment", n)
	}
	const row = "| **gains** | `/Dep/000 @team` `Viewer` | 50: `p00\\|'@corp.example`, "
	if !strings.Contains(markdown.String(), row) {
		t.Errorf("want a row that begins with %s in\n%.900s", row, markdown.String())
	}
}

// TestDocs_CI: what the workflows run is what there is.
func TestDocs_CI(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../docs/ci/*.yaml")
	if err != nil || len(files) != 2 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var into map[string]any
		if err := yaml.Unmarshal(data, &into); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, line := range []string{
			"kw-onboarder check --config config.yaml", "kw-onboarder test --config config.yaml tests/*.yaml",
			`config.yaml --snapshot "$KW_SNAPSHOT" --output markdown > `, "snapshot --config /etc/kw-onboarder/config.yaml --out FILE",
		} {
			if !strings.Contains(string(data), line) {
				t.Errorf("%s does not run %q", file, line)
			}
		}
	}
}
