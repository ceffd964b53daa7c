package main

import (
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what is printed into the golden files and scripts")

// The scripts and the process tests run this very binary as kw-onboarder.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kw-onboarder": main})
}

// The scripts in testdata/script are the commands as an administrator types
// them, with their exit codes, against servers that really listen.
func TestScript(t *testing.T) {
	t.Parallel()
	example, err := filepath.Abs("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Values[townKey{}] = &town{}
			env.Setenv("EXAMPLE", example)
			env.Setenv("EXAMPLES", filepath.Join(filepath.Dir(example), "examples"))
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"town":    startTown,
			"join":    join,
			"leave":   leave,
			"change":  change,
			"rebuild": rebuild,
			"byhand":  byHand,
			"clock":   clock,
			"still":   still,
			"until":   until,
			"nest":    nest,
			"down":    down,
			"writes":  writes,
			"edit":    edit,
			"scrub":   scrub,
			"unpack":  unpack,
			"mode":    mode,
			"only":    only,
			"same":    same,
			"park":    park,
			"fails":   fails,
			"behave":  behave,
			"scopes":  scopes,
			"skew":    skew,
			"suspend": suspend,
			"occupy":  occupy,
			"free":    free,
		},
	})
}

// exits CODE COMMAND... expects an exact exit code; testscript's own ! takes any but 0.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exited *exec.ExitError
		if !errors.As(err, &exited) {
			ts.Fatalf("%v", err)
		}
		got = exited.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// edit FILE OLD NEW replaces a text that the file must hold; \n in the new one begins a line.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], strings.ReplaceAll(args[2], `\n`, "\n"))), 0o600))
}

// scrub FROM TO copies a file, or stdout, without what is different each time.
func scrub(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	for _, r := range []struct{ pattern, with string }{
		{`"(started|made|taken)": "[^"]*"`, `"$1": "TIME"`},
		{`people as of [^ ,]*`, `people as of TIME`},
		{`"(hash)": "[^"]*"`, `"$1": "HASH"`},
		{`"seconds": [0-9.e-]+`, `"seconds": 0`},
		{`"(folders|bytes)": \d+`, `"$1": 0`},
		{`as of \d{4}-[0-9T:-]+Z`, `as of TIME`},
		{`changes in [0-9.]+m?s;`, `changes in SOME TIME;`},
		{`127\.0\.0\.1:[0-9]+`, `127.0.0.1:PORT`},
		{`"tenant": "[^"]*"`, `"tenant": "URL"`},
		{regexp.QuoteMeta(ts.Getenv("WORK")), `WORK`},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.with)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// unpack FROM TO writes what is in a snapshot.
func unpack(ts *testscript.TestScript, _ bool, args []string) {
	packed, err := gzip.NewReader(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	text, err := io.ReadAll(packed)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), text, 0o600))
}

// mode FILE OCTAL expects the file's permissions.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has mode %s, want %s", args[0], got, args[1])
	}
}

// only FILE expects that nothing unfinished lies beside it.
func only(ts *testscript.TestScript, _ bool, args []string) {
	left, err := filepath.Glob(filepath.Join(filepath.Dir(ts.MkAbs(args[0])), ".kw-onboarder-*"))
	ts.Check(err)
	if len(left) > 0 {
		ts.Fatalf("left behind: %s", left)
	}
}

// same ONE OTHER PREFIX... expects two texts to be the same but for lines that begin so.
func same(ts *testscript.TestScript, _ bool, args []string) {
	but := func(text string) []string {
		return slices.DeleteFunc(slices.Collect(strings.Lines(text)), func(line string) bool {
			return slices.ContainsFunc(args[2:], func(prefix string) bool { return strings.HasPrefix(line, prefix) })
		})
	}
	if diff := cmp.Diff(but(ts.ReadFile(args[0])), but(ts.ReadFile(args[1]))); diff != "" {
		ts.Fatalf("%s and %s (-one +other):\n%s", args[0], args[1], diff)
	}
}

// writes N expects that many requests, since it was last asked, that may change Kiteworks.
func writes(ts *testscript.TestScript, _ bool, args []string) {
	t := theTown(ts)
	var sent []string
	for _, e := range t.kiteworks.History() {
		if e.Write && strings.HasPrefix(e.Path, "/rest/") {
			sent = append(sent, fmt.Sprintf("%s %s %d", e.Method, e.Path, e.Status))
		}
	}
	t.kiteworks.ClearHistory()
	if fmt.Sprint(len(sent)) != args[0] {
		ts.Fatalf("%d writes, want %s:\n%s", len(sent), args[0], strings.Join(sent, "\n"))
	}
}

// condition knows one more than testscript does: pty, a pseudo-terminal can be opened.
func condition(name string) (bool, error) {
	if name != "pty" {
		return false, fmt.Errorf("unknown condition %q", name)
	}
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return false, nil
	}
	return true, f.Close()
}
