package main

import (
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// clock NAME keeps the moment in the environment.
func clock(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], time.Now().UTC().Format(time.RFC3339Nano))
}

// still FROM TO copies a file, or stdout, without its moments and durations, and with
// two blanks between columns, whose widths depend on them.
func still(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	for _, r := range []struct{ pattern, with string }{
		{`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`, `MOMENT`},
		{`\d{4}-\d\d-\d\dT[0-9:.]+Z`, `MOMENT`},
		{`\b\d+(\.\d+)?m?s\b`, `SOME TIME`},
		{`process \d+`, `process PID`},
		{`([^ \n]) {3,}`, `$1  `},
		{` +\n`, "\n"},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.with)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// until TEXT COMMAND... runs a command again and again until it prints the text.
func until(ts *testscript.TestScript, _ bool, args []string) {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(longest); time.Now().Before(deadline); <-again.C {
		_ = ts.Exec(args[1], args[2:]...) // what it prints decides
		if strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
	}
	ts.Fatalf("%q is not printed within %s", args[0], longest)
}
