package config_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// TestProblem_ShowsTheLine: the caret stands below the column whatever the line holds.
func TestProblem_ShowsTheLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("abcdefghi ", 20)
	tests := []struct{ name, text, want string }{
		{"plain", "title: []\n", "title: []\n       ^"},
		{"last line", "needs: {}\ntitle: []", "title: []\n       ^"},
		{"line feeds of Windows", "needs: {}\r\ntitle: []\r\n", "title: []\n       ^"},
		{"byte order mark", "\ufeffneeds: {}\ntitle: []\n", "title: []\n       ^"},
		{"tabs", "title:\t\t[]\t# x\n", "title:\t\t[]\t# x\n      \t\t^"},
		{"wide characters", "needs: {\"\u6771\u4eac\": 1}\ntitle: []", "title: []\n       ^"},
		{"behind wide characters", "{needs: {\"\u6771\u4eac\": 1}, title: []}", "{needs: {\"\u6771\u4eac\": 1}, title: []}\n                            ^"},
		{"behind an accent of its own", "{needs: {\"e\u0301\": 1}, title: []}", "{needs: {\"e\u0301\": 1}, title: []}\n                         ^"},
		{"what turns the writing", "{needs: {\"\u202e\": 1}, title: []}", "{needs: {\"\ufffd\": 1}, title: []}\n                         ^"},
		{"a long line, at its beginning", "title: [] # " + long, "title: [] # " + long[:59] + "…\n       ^"},
		{"a long line, amid", "{needs: {a: \"" + long + "\"}, title: [], budgets: \"" + long + "\"}", "…ghi abcdefghi abcdefghi \"}, title: [], budgets: \"abcdefghi abcdefghi a…\n                                    ^"},
		{"a long line, at its end", "{needs: {a: \"" + long + "\"}, title: []}", "…defghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi \"}, title: []}\n                                                                     ^"},
		{"other line feeds", "needs: {}\rtitle: []\r", ""},
		{"one more of these", "needs: {a: \"\u2028\"}\ntitle: []\n", ""},
		{"what is no YAML", "needs: {}\ntitle: [\n", ""},
		{"nothing at all", "", ""},
		{"an address with a password", "title: [https://a:b@corp.example]", ""},
		{"a word that tells", "title: [] # the passphrase is x", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := mistakesOf(t, config.Decode("r.yaml", []byte(tt.text), &recipe{}, func(config.Reading) {}))[0].Excerpt
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestProblem_TextMarksTheCaret(t *testing.T) {
	t.Parallel()
	p := config.Problem{Line: 2, Column: 3, Message: "no", Excerpt: "a ^b\n  ^", Hint: "yes"}
	mark := func(s string) string { return "<" + s + ">" }
	if got, want := p.Text("f", mark), "  f:2:3: no\n      | a ^b\n      |   <^>\n      yes"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestProblem_QuotesALineOnce: what is wrong on one line costs no copy of the line
// each. It runs alone, since what others allocate would be counted too.
func TestProblem_QuotesALineOnce(t *testing.T) {
	const mistakes, each = 3_000, 20 << 10 // bytes; a copy of the line has nine times as many
	var text strings.Builder
	text.WriteString("{needs: {")
	for i := range mistakes {
		fmt.Fprintf(&text, "k%d: {a: {}}, ", i)
	}
	text.WriteString("z: 1}}")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := config.Decode("r.yaml", []byte(text.String()), &recipe{}, func(config.Reading) {})
	runtime.ReadMemStats(&after)
	if got := len(mistakesOf(t, err)); got < mistakes {
		t.Fatalf("%d mistakes; want %d", got, mistakes)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > mistakes*each {
		t.Errorf("%d bytes for each mistake; want at most %d", got/mistakes, each)
	} else {
		t.Logf("%d bytes for each mistake", got/mistakes)
	}
}
