package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

// longest is how long a process may take for anything.
const longest = 3 * time.Minute

// process starts kw-onboarder; it is ended with the test.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, "kw-onboarder", args...)
	c.WaitDelay = longest
	return c
}

// end sends SIGTERM and expects exit code 0.
func end(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("%s: %v, want exit code 0", c, err)
	}
}

// simulate starts a kwsim in a process of its own and returns what it printed.
func simulate(t *testing.T) (jsonSite, *exec.Cmd) {
	t.Helper()
	c := process(t, "kwsim", "--listen", "127.0.0.1:0", "--dir", t.TempDir(), "--folders", "12", "--strangers", "5", "--grants", "10", "--output", "json")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var s jsonSite
	if err := json.NewDecoder(out).Decode(&s); err != nil {
		t.Fatalf("read what kwsim prints: %v", err)
	}
	return s, c
}

func TestKwsimPrintsWhatOneNeeds(t *testing.T) {
	t.Parallel()
	s, c := simulate(t)
	if !strings.HasPrefix(s.URL, "https://127.0.0.1:") || s.ClientID == "" {
		t.Errorf("url %q, client id %q", s.URL, s.ClientID)
	}
	for _, path := range []string{s.CA, s.PrivateKey, s.PublicKey, s.Secret, s.Config, s.LDIF} {
		info, err := os.Stat(path)
		if err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, want a file for its owner alone", path, err)
		}
	}
	if out, err := process(t, "check", "--config", s.Config).CombinedOutput(); err != nil {
		t.Errorf("check of its configuration: %v\n%s", err, out)
	}
	end(t, c)
}

func TestKwsimInText(t *testing.T) {
	t.Parallel()
	var out, errOut bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	k := kwsimCmd{Listen: "127.0.0.1:0", Seed: 1, Dir: dir, Folders: 4}
	if err := k.Run(&command{ctx: ctx, cli: &cli{Output: "text"}, out: &out, errOut: &errOut}); err != nil {
		t.Fatalf("Run: %v", err)
	}
	for _, want := range []string{"Simulated Kiteworks on https://127.0.0.1:", filepath.Join(dir, "ca.pem"), filepath.Join(dir, "config.yaml")} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not print %s:\n%s", want, &out)
		}
	}
}

func TestKwsimRefusesOtherAddressesThanLoopback(t *testing.T) {
	t.Parallel()
	out, err := process(t, "kwsim", "--listen", "192.0.2.1:0", "--dir", t.TempDir()).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "start the simulated Kiteworks: ") {
		t.Errorf("%v\n%s", err, out)
	}
}

// The daemon as its unit starts it: it onboards, reloads at SIGHUP, ends at SIGTERM.
func TestRunProcess(t *testing.T) {
	t.Parallel()
	company, err := ldapsim.New(ldapsim.Options{
		BaseDN: ldapsim.CompanyBase, BindDN: ldapsim.CompanyBind, Password: sitePassword, Entries: townEntries(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer company.Close()
	s, _ := simulate(t)
	amend(t, s.Config, "ldap://127.0.0.1:3389", company.URL(), "kind: openldap", "kind: generic",
		"127.0.0.1:9854", "127.0.0.1:0", "format: console", "format: json")

	c := process(t, "run", "--config", s.Config)
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	log := bufio.NewReader(stderr)
	if line := await(t, log, "started"); line["mode"] != "create-only" || line["metrics"] == "" {
		t.Errorf("it started with %v", line)
	}
	if line := await(t, log, "run ended"); line["result"] != "done" || line["not_done"] != 0.0 || line["requests"] != line["requests_planned"] {
		t.Errorf("the first run: %v", line)
	}
	amend(t, s.Config, "mode: create-only", "mode: observe")
	if err := c.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	await(t, log, "configuration reloaded")
	amend(t, s.Config, "mode: observe", "mode: perhaps")
	if err := c.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	await(t, log, "reload failed; the configuration in force is unchanged")
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	await(t, log, "stopped")
	if _, err := io.Copy(io.Discard, log); err != nil {
		t.Errorf("read the log to its end: %v", err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("run: %v, want exit code 0", err)
	}
	again := process(t, "plan", "--config", s.Config)
	amend(t, s.Config, "mode: perhaps", "mode: create-only")
	if out, err := again.CombinedOutput(); err != nil || !strings.Contains(string(out), "Nothing to do") {
		t.Errorf("plan afterwards: %v\n%s", err, out)
	}
}

// demoStory is what the demo tells, in this order, in between its tables.
var demoStory = []string{
	"$ kw-onboarder plan", "Applied by the daemon.", "done: 385 of 385 changes",
	"The brakes are set.", "Wave 1.", "$ kw-onboarder plan", "  - create by rule staff, 8 changes: 4 changes at once, and budget create has 0 left of 3",
	"Applied by the daemon.", "  - create by rule staff, 8 changes", "done: 0 of 0 changes",
	"$ kw-onboarder parked", "1   create  staff  8        waiting",
	"$ kw-onboarder approve 1 --reason", "Item 1 approved: 8 changes. The daemon was asked, by request 1",
	"Applied by the daemon.", "done: 8 of 8 changes",
	"$ kw-onboarder pause --for 1h --reason", "Paused: nothing is changed until", "Wave 2.",
	"Applied by the daemon.", "Withheld (8)", "done: 0 of 0 changes",
	"$ kw-onboarder status", "holding: paused until", "$ kw-onboarder resume", "Ended the pause of",
	"$ kw-onboarder plan", "  - grant  oezlem.yilmaz@alpenglas.example: Collaborator on /Departments/Research  wall engineering and research",
	"Applied by the daemon.", "  - grant  oezlem.yilmaz@alpenglas.example: Collaborator on /Departments/Research  wall engineering and research",
	"done: 7 of 7 changes",
	"$ kw-onboarder undo 6 --yes --reason", "done: 7 of 7 changes", "Applied by the daemon.", "Withheld (8)", "done: 0 of 0 changes",
	"$ kw-onboarder undo 6 --release --reason", "What run 6 did is no longer held", "Applied by the daemon.", "done: 7 of 7 changes",
	"Wave 3.", "$ kw-onboarder plan", "4 changes:", "Applied by the daemon.", "done: 4 of 4 changes",
	"Wave 4.", "$ kw-onboarder plan", "1 change:", "Applied by the daemon.", "done: 1 of 1 change", "The daemon goes on",
}

// The demo's story: a parked creation and its approval, a pause and a wall, people who move
// and an undo of that, a leaver, a rename and a return, and then a daemon that goes on.
func TestDemoGoesThroughItsWaves(t *testing.T) {
	t.Parallel()
	c := process(t, "demo")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	told := 0
	for lines := bufio.NewScanner(out); told < len(demoStory) && lines.Scan(); {
		fmt.Fprintln(&said, lines.Text())
		if strings.HasPrefix(lines.Text(), demoStory[told]) {
			told++
		}
	}
	if told < len(demoStory) {
		t.Errorf("it did not tell, behind what comes before, %q:\n%s", demoStory[told], &said)
	}
	if strings.Contains(said.String(), "Against a wall") {
		t.Errorf("somebody is against a wall from the start:\n%s", &said)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("demo: %v, want exit code 0", err)
	}
}

// amend replaces texts in a file, given as old and new by turns.
func amend(t *testing.T, path string, pairs ...string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !bytes.Contains(text, []byte(pairs[i])) {
			t.Fatalf("%s does not hold %q", path, pairs[i])
		}
		text = bytes.ReplaceAll(text, []byte(pairs[i]), []byte(pairs[i+1]))
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// await reads the log up to the line with a message. The process is killed when
// its time is over, and with it the log ends.
func await(t *testing.T, log *bufio.Reader, message string) map[string]any {
	t.Helper()
	for {
		text, err := log.ReadBytes('\n')
		if err != nil {
			t.Fatalf("the log ended before %q: %v", message, err)
		}
		var line map[string]any
		if err := json.Unmarshal(text, &line); err != nil {
			t.Fatalf("the log has a line that is no JSON: %s", text)
		}
		if line["msg"] == message {
			return line
		}
	}
}
