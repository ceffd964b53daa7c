package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// logged are the keys and the messages of the log, as the source has them.
type logged struct{ keys, messages map[string]bool }

// inSource reads all that writes into the log.
func inSource(t *testing.T) logged {
	t.Helper()
	all := logged{map[string]bool{}, map[string]bool{}}
	for _, pattern := range []string{"*.go", "../../cmd/kw-onboarder/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, all.note)
		}
	}
	return all
}

// note keeps what one call of zap says: zap.String("key", ...), and log.Info("message", ...).
func (l logged) note(n ast.Node) bool {
	call, isCall := n.(*ast.CallExpr)
	if !isCall || len(call.Args) == 0 {
		return true
	}
	method, isMethod := call.Fun.(*ast.SelectorExpr)
	if !isMethod {
		if name, plain := call.Fun.(*ast.Ident); plain && name.Name == "tell" {
			l.keep(l.messages, call.Args[0])
		}
		return true
	}
	owner, _ := method.X.(*ast.Ident)
	switch {
	case owner != nil && owner.Name == "zap" && method.Sel.Name == "Error":
		l.keys["error"] = true
	case owner != nil && owner.Name == "zap":
		l.keep(l.keys, call.Args[0])
	case slices.Contains([]string{"Debug", "Info", "Warn", "Error"}, method.Sel.Name):
		l.keep(l.messages, call.Args[0])
	}
	return true
}

// keep keeps a constant text, also one in pieces, and of a text that is put together its beginning.
func (l logged) keep(into map[string]bool, e ast.Expr) {
	if text, ok := textOf(e); ok {
		into[text] = true
	}
}

func textOf(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, ok := textOf(e.X)
		right, _ := textOf(e.Y)
		return left + right, ok
	}
	return "", false
}

// table are the first cells of the rows below a heading of docs/logs.md.
func table(t *testing.T, heading string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../../docs/logs.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(text), "\n## "+heading+"\n")
	part, _, _ = strings.Cut(part, "\n## ")
	cells := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(.+?)` \\|").FindAllStringSubmatch(part, -1) {
		cells[m[1]] = true
	}
	return cells
}

// The log's keys are fixed: a new one, or one that is no more, is a change of docs/logs.md.
func TestDocs_LogsHasEachKeyAndEachLine(t *testing.T) {
	t.Parallel()
	source := inSource(t)
	if len(source.keys) < 30 || len(source.messages) < 20 {
		t.Fatalf("found only %d keys and %d messages", len(source.keys), len(source.messages))
	}
	for heading, want := range map[string]map[string]bool{"Keys": source.keys, "Lines": source.messages} {
		got := slices.Sorted(maps.Keys(table(t, heading)))
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), got); diff != "" {
			t.Errorf("%s: source and docs/logs.md differ (-source +page):\n%s", heading, diff)
		}
	}
}
