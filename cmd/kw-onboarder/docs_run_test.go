package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// elsewhere are lines that are not run one by one, and why.
var elsewhere = []struct{ begins, why string }{
	{"run", "it goes on; the quick start runs it, and so do the tests of processes"},
	{"demo", "it goes on; testdata/script/demo.txtar runs it"},
	{"kwsim", "it goes on; the guide to it and the exercises of safety.md run it"},
	{"health", "it asks a daemon; TestHealth does"},
	{"init", "it needs answers; the quick start gives them"},
	{"keygen", "it needs a configuration without a key; the quick start has one"},
	{"disown --directory", "it needs a directory that is gone; testdata/script/retire.txtar has one"},
	{"plan --config try/", "TestDocs_SafetyCanBePractised runs it"},
	{"apply --config try/", "TestDocs_SafetyCanBePractised runs it"},
	{"check --config try/", "TestDocs_SafetyCanBePractised runs it"},
	{"diff try/", "TestDocs_SafetyCanBePractised runs it"},
	{"snapshot --out try/", "TestDocs_SafetyCanBePractised runs it"},
}

// complaints are what lines may end with 1 for, in the town.
var complaints = map[string]string{
	"status":          "nobody has the right to act", // no daemon runs there
	"doctor --strict": "advice",                      // there is some
}

// ofTheTown is what the examples of the pages are called in the town of the tests.
func ofTheTown() *strings.Replacer {
	var pairs []string
	for _, p := range [][2]string{
		{"anna.lang@corp.example", "anna@alpenglas.example"},
		{"@corp.example", "@alpenglas.example"},
		{"5f0c...", "anna@alpenglas.example"},
		{"/Legal", "/Departments/Finance"},
		{"2027-03-31", time.Now().UTC().Format(time.DateOnly)},
		{"runs 4711", "runs 1"},
		{"undo 4711", "undo 1"},
		{"resume 7", "resume 2"},
		{"retry 1 2 3 4 5", "retry 1"},
		{"retry 3", "retry 1"},
		{"parked 7", "parked 1"},
		{"approve 7", "approve 1"},
		{"reject 7", "reject 1"},
	} {
		pairs = append(pairs, strings.ReplaceAll(p[0], " ", "\x00"), strings.ReplaceAll(p[1], " ", "\x00"))
	}
	return strings.NewReplacer(pairs...)
}

// beforehand is what has to have happened for a line to make sense.
var beforehand = map[string]string{
	"offboard anna@corp.example --end": "kw-onboarder offboard anna@alpenglas.example --reason practice",
	"undo 4711 --release":              "kw-onboarder undo 1 --yes --reason practice",
}

// townhouse is a folder with a configuration and a ledger to which something has happened.
func townhouse(t *testing.T) (r *reader, home string) {
	t.Helper()
	r = newReader(t)
	home = filepath.Join(r.home, "kw-onboarder")
	if err := os.CopyFS(home, os.DirFS(filepath.Join(r.home, "console"))); err != nil {
		t.Fatal(err)
	}
	s, err := newSite(home)
	if err != nil {
		t.Fatal(err)
	}
	s.Kiteworks, s.Directory, s.Kind, s.Rate, s.Metrics = r.kiteworks.URL(), r.directory.URL(), "generic", 200, "127.0.0.1:0"
	s.Client = "0123abcd"
	if _, err := s.configure(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "client-secret"), []byte("the secret that the console showed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(home, "key.pem"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.run(`kw-onboarder plan --out first.plan
kw-onboarder apply --yes
for name in today last; do kw-onboarder snapshot --full --out $name.snapshot; done
cp config.yaml old.yaml
sed 's/role: Viewer/role: Collaborator/' config.yaml > new.yaml
kw-onboarder test --init rules.test.yaml`, "")
	decided(t, filepath.Join(home, "config.yaml"))
	return r, home
}

// decided leaves something to decide in the ledger: an item that waits, one that was rejected, and somebody in quarantine.
func decided(t *testing.T, path string) {
	t.Helper()
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	book, err := ledger.Open(ctx, ledger.Options{State: string(c.State), Tenant: c.Kiteworks.URL, Directories: []string{c.Directories[0].Name}})
	if err != nil {
		t.Fatal(err)
	}
	item := func(rule, uid string) ledger.Parked {
		return ledger.Parked{Cause: "revoke|" + rule + "|", Kind: "revoke", Rule: rule, Why: "too many", Changes: []plan.Change{{
			Key: plan.Key("revoke|" + uid), Op: plan.Revoke, Email: access.Email(uid + "@alpenglas.example"),
			Path: "/Departments/Finance", From: "Collaborator", Causes: []access.Cause{{Rule: rule}},
		}}}
	}
	failing := ledger.Failing{Scope: "person", Key: "hana", Failures: 3, Why: "refused", Since: time.Now(), Until: time.Now().Add(time.Hour)}
	for _, err := range []error{
		book.Park(ctx, 1, []ledger.Parked{item("staff", "bruno"), item("managers", "anna")}, false, time.Now()),
		book.SaveFailing(ctx, []ledger.Failing{failing}),
		book.Close(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestDocs_EveryLineRuns: what the pages show is run, each line by itself, in a town that has seen one run.
func TestDocs_EveryLineRuns(t *testing.T) {
	t.Parallel()
	r, home := townhouse(t)
	r.run("kw-onboarder reject 2 --reason practice", "")
	kept := filepath.Join(r.home, "kept")
	alike(t, home, kept)
	world, err := r.kiteworks.World().Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	for _, page := range docsPages(t) {
		for _, l := range docsBlocks(page, docsText(t, page)) {
			if done[l.text] || l.otherwise() {
				continue
			}
			done[l.text] = true
			alike(t, kept, home)
			if err := r.kiteworks.World().Restore(world); err != nil {
				t.Fatal(err)
			}
			if err := r.line(l); err != nil {
				t.Errorf("%s: kw-onboarder %s: %v", page, l.text, err)
			}
		}
	}
	if len(done) < 40 {
		t.Errorf("only %d lines were run", len(done))
	}
}

// otherwise: it is run by another test, or is a synopsis.
func (l docsLine) otherwise() bool {
	if l.page == "docs/try.md" {
		return true // TestDocs_TryLeadsToAJoiner runs the whole page
	}
	for _, e := range elsewhere {
		if l.text == e.begins || strings.HasPrefix(l.text, e.begins+" ") || strings.HasSuffix(e.begins, "/") && strings.HasPrefix(l.text, e.begins) {
			return true
		}
	}
	return regexp.MustCompile(`(^| )[A-Z]+\b`).MatchString(l.text) && !strings.Contains(l.text, "--reason")
}

// line runs one. Whatever a run may end with will do, but for mistakes and errors.
func (r *reader) line(l docsLine) error {
	var args []string
	text := ofTheTown().Replace(strings.Join(l.args, "\x00"))
	for _, a := range strings.Split(text, "\x00") {
		if a != "--config" && !strings.HasSuffix(a, "config.yaml") { // the environment names it
			args = append(args, a)
		}
	}
	for begins, what := range beforehand {
		if strings.HasPrefix(l.text, begins) {
			r.run(what, "")
		}
	}
	switch args[0] {
	case "apply", "undo":
		args = append(args, "--yes") // here is no terminal to be asked on
	}
	cmd := r.shell(r.t.Context(), "", "")
	cmd.Args, cmd.Path = append([]string{"kw-onboarder"}, args...), mustFind(r.t)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		switch cmd.ProcessState.ExitCode() {
		case exitChanges, exitRefused, exitFailed, exitParked:
			return nil
		}
		for begins, says := range complaints {
			if strings.HasPrefix(l.text, begins) && strings.Contains(out.String(), says) {
				return nil
			}
		}
		return fmt.Errorf("%w\n%s", err, out.String())
	}
	return nil
}

// alike makes one folder a copy of another, modes and all.
func alike(t *testing.T, from, to string) {
	t.Helper()
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func mustFind(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("kw-onboarder")
	if err != nil {
		t.Fatal(err)
	}
	return path
}
