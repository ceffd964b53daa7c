// Package internal_test holds the map of the house: which package may import
// which. The arrows point inward, from the edges to the nouns.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/kw-onboarder/kw-onboarder/"

// house is the map: package -> what it may import of ours.
var house = map[string][]string{
	"access": {},
	"filter": {"access"},
	"rules":  {"access", "filter"},
	"plan":   {"access"},
	"guard":  {"access", "plan"},
	"impact": {"access", "plan", "rules"},
	"drill":  {"access"},

	"directory":      {"access", "directory/wire"},
	"directory/wire": {},
	"snapshot":       {"access"},
	"kiteworks":      {"access", "plan"},
	"ledger":         {"access", "plan"},
	"history":        {"access", "ledger", "plan"},

	"sync":      {"access", "guard", "plan", "rules"},
	"status":    {"guard", "plan"},
	"pages":     {"access", "history", "ledger", "plan"},
	"config":    {"access", "guard", "plan", "rules"},
	"ruletest":  {"access", "config", "rules"},
	"app":       {"access", "config", "directory", "guard", "history", "kiteworks", "ledger", "pages", "plan", "status", "sync", "doctor"},
	"doctor":    {"access", "config", "directory", "guard", "kiteworks"},
	"firsthour": {"access", "config", "directory", "doctor", "guard"},

	"systemd": {},

	"kwsim":     {},
	"ldapsim":   {"access", "filter"},
	"proctest":  {},
	"slapdtest": {"proctest"},
	"sambatest": {"proctest"},
	"ds389test": {"proctest"},
	"pgtest":    {"proctest"},
	"contract":  {},
}

// commands is what the program itself may import: the process, and the nouns to print.
var commands = []string{"access", "app", "config", "directory", "doctor", "drill", "firsthour", "guard", "history", "impact", "kwsim", "ldapsim", "plan", "rules", "ruletest", "snapshot", "sync", "systemd"}

// pure packages compute: the same input, the same bytes.
var pure = []string{"access", "filter", "rules", "plan", "guard", "impact", "drill"}

// effects are the packages of the standard library and beyond that a pure
// package must not import.
var effects = []string{
	"bufio", "context", "crypto/rand", "database/sql", "io", "log", "log/slog", "math/rand", "math/rand/v2",
	"net", "net/http", "os", "sync", "syscall", "testing", "unsafe", "go.uber.org/zap", "gopkg.in/yaml.v3",
	"github.com/prometheus/client_golang/prometheus",
}

func TestImportsFollowTheMap(t *testing.T) {
	for dir, imports := range production(t, ".") {
		allowed, known := house[dir]
		if !known {
			t.Errorf("package internal/%s is not on the map: a package needs an import to keep apart, or a noun of its own", dir)
			continue
		}
		for _, path := range imports {
			if ours, ok := strings.CutPrefix(path, module+"internal/"); ok && !slices.Contains(allowed, ours) {
				t.Errorf("internal/%s imports internal/%s, which the map does not allow", dir, ours)
			}
		}
	}
	for dir, imports := range production(t, "../cmd") {
		for _, path := range imports {
			if ours, ok := strings.CutPrefix(path, module+"internal/"); ok && !slices.Contains(commands, ours) {
				t.Errorf("cmd/%s imports internal/%s, which the map does not allow", dir, ours)
			}
		}
	}
}

func TestTheMapShowsNothingThatIsNotThere(t *testing.T) {
	found := production(t, ".")
	for dir, allowed := range house {
		imports, ok := found[dir]
		if !ok {
			t.Errorf("the map names internal/%s, which has no code", dir)
		}
		for _, ours := range allowed {
			if !slices.Contains(imports, module+"internal/"+ours) {
				t.Errorf("the map lets internal/%s import internal/%s, which it does not", dir, ours)
			}
		}
	}
}

func TestThePureCoreHasNoEffects(t *testing.T) {
	found := production(t, ".")
	for _, dir := range pure {
		for _, path := range found[dir] {
			if slices.Contains(effects, path) {
				t.Errorf("internal/%s is pure and imports %s", dir, path)
			}
		}
		for _, file := range files(t, dir) {
			text := read(t, file)
			for _, call := range []string{"time.Now(", "time.Since(", "time.Until(", "time.After(", "time.Sleep("} {
				if strings.Contains(text, call) {
					t.Errorf("%s is pure and calls %s)", file, call)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for dir := range production(t, ".") {
		if !slices.ContainsFunc(files(t, dir), func(f string) bool { return filepath.Base(f) == "doc.go" }) {
			t.Errorf("internal/%s has no doc.go", dir)
		}
	}
}

// production maps each folder below root to the imports of its code, tests left out.
func production(t *testing.T, root string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		for _, spec := range parsed.Imports {
			text, _ := strconv.Unquote(spec.Path.Value) // the parser has accepted it
			found[filepath.ToSlash(dir)] = append(found[filepath.ToSlash(dir)], text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// files are the production files of one package.
func files(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
