package rules_test

import (
	"os"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// rowsBehind are the cells of the table of docs/rules.md with that head, without
// the marks of code.
func rowsBehind(t *testing.T, head string) [][]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "\n"+head+"\n")
	if !found {
		t.Fatalf("docs/rules.md has no table %q", head)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var rows [][]string
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.ReplaceAll(strings.Trim(strings.TrimSpace(line), "|"), `\|`, "\x00"), "|")
		for i, cell := range cells {
			cells[i] = unmark(strings.ReplaceAll(strings.TrimSpace(cell), "\x00", "|"))
		}
		rows = append(rows, cells)
	}
	return rows[1:] // behind the line below the head
}

func unmark(cell string) string {
	if text, ok := strings.CutPrefix(cell, "``"); ok {
		return strings.TrimSuffix(text, "``")
	}
	return strings.Join(strings.Split(strings.Trim(cell, "`"), "` `"), ", ")
}

// TestDocs_Patterns: each pattern finds what the page says it finds.
func TestDocs_Patterns(t *testing.T) {
	t.Parallel()
	for _, row := range rowsBehind(t, "| pattern | group | values |") {
		folder := "/Departments/{{ .project }}"
		switch {
		case strings.Contains(row[0], "<client>"):
			folder = "/Departments/{{ .client }}, {{ .matter }}"
		case strings.Contains(row[0], "<team>"):
			folder = "/Departments/{{ .team }}"
		}
		r := projects(folder)
		r.When.GroupLike = row[0]
		v := decide(compile(t, r), &access.Snapshot{People: []access.Person{person("jane", nil, 0)}, Groups: []access.Group{group("1", row[1])}})
		want := "/Departments/" + row[2]
		if row[2] == "none" {
			want = ""
		}
		if got := strings.Join(paths(v), " "); got != want || len(v.Held) > 0 {
			t.Errorf("%s like %s: got %q, held %v; want %q", row[1], row[0], got, v.Held, want)
		}
	}
}

// TestDocs_Templates: each template gives, or holds for the reason, that the page says.
func TestDocs_Templates(t *testing.T) {
	t.Parallel()
	o := options()
	o.Tables = rules.Tables{"dept": {"R&D/Lab": "Research", "Human  Resources": "HR"}}
	jane := person("jane", map[string][]string{
		"department": {"Finance"}, "town": {" Linz "}, "company": {"R&D/Lab"}, "ou": {"Tax", "Legal"},
		"msds-region": {"EMEA"}, "manager": {"CN=Ada,OU=Board,DC=corp"},
	})
	for _, row := range rowsBehind(t, "| template | gives |") {
		set, problems := rules.Compile([]rules.Rule{everyone("r", row[0])}, o)
		if len(problems) > 0 {
			t.Errorf("%s: %v", row[0], problems)
			continue
		}
		v := decide(set, &access.Snapshot{People: []access.Person{jane}})
		got := strings.Join(paths(v), " ")
		if len(v.Held) > 0 {
			got = "held: " + v.Held[0].Why
		}
		if got != row[1] {
			t.Errorf("%s: got %q, want %q", row[0], got, row[1])
		}
	}
}
