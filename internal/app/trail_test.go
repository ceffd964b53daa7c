package app

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// linesOf reads a file of JSON lines; none: there is no such file.
func linesOf(t *testing.T, path string) (lines []map[string]any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%s holds a line that is no JSON: %v\n%s", path, err, line)
		}
		lines = append(lines, fields)
	}
	return lines
}

func (s *site) audited(t *testing.T, level string) string {
	t.Helper()
	path := s.path("audit.log")
	s.configure(t, "METRICS", "127.0.0.1:0\"\nlog:\n  level: "+level+"\n  audit: \""+path)
	return path
}

// Each change is one line in the audit file, also where the log shows warnings only.
func TestEachChangeHasItsLineInTheAuditFile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path := s.audited(t, "warn")
	d := s.start(t)
	rep := d.next(t)
	lines := linesOf(t, path)
	if len(lines) != len(rep.Outcomes) || len(lines) != 10 {
		t.Fatalf("%d lines of %d changes, want 10", len(lines), len(rep.Outcomes))
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, mode %s, want 0600", err, info.Mode())
	}
	grant := lines[slices.IndexFunc(lines, func(l map[string]any) bool { return l["op"] == "grant" })]
	want := d.current.runner.Rules.Digests()["staff"][:digestShown]
	if digests, _ := grant["digests"].([]any); len(digests) != 1 || digests[0] != want {
		t.Errorf("digests %v, want %s alone", grant["digests"], want)
	}
	for key, want := range map[string]any{
		"msg": "change", "level": "info", "run": 1.0, "trigger": start, "actor": "daemon", "result": "done",
		"as": svcFolders, "to": "Collaborator", "config": d.current.config.Hash,
	} {
		if grant[key] != want {
			t.Errorf("%s is %v, want %v", key, grant[key], want)
		}
	}
	for _, key := range []string{"ts", "account", "folder", "person"} {
		if text, _ := grant[key].(string); text == "" {
			t.Errorf("%s is missing: %v", key, grant)
		}
	}
}

// Who asked for a run is in its lines, whether the daemon makes it or the command itself.
func TestTheAuditFileSaysWhoAsked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path := s.audited(t, "info")
	d := s.start(t)
	d.next(t)
	ask := func(name, request string) {
		s.employ(t, staff("ann", "Finance"), staff("bob", "Finance"), staff("cid", "Legal"), staff("dora", "Legal"), staff(name, "Legal"))
		a, _ := s.asker(t)
		before := len(linesOf(t, path))
		if _, err := a.Run(t.Context(), kwsync.Trigger{Name: VerbApply, Full: true}, "ticket 7"); err != nil {
			t.Fatalf("Run: %v", err)
		}
		lines := linesOf(t, path)[before:]
		if len(lines) == 0 {
			t.Fatalf("%s: no line", request)
		}
		for _, l := range lines {
			_, filed := l["request"]
			if l["actor"] != asker("").Who() || l["reason"] != "ticket 7" || l["trigger"] != VerbApply || filed != (request != "") {
				t.Errorf("%s: %v", request, l)
			}
		}
	}
	ask("eva", "by a request")
	d.next(t)
	d.stop()
	ask("fay", "")
}

// logrotate moves the file away and sends SIGHUP: also where the configuration is broken by then.
func TestAReloadOpensTheAuditFileAnew(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]bool{"a good configuration": false, "a broken one": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			path := s.audited(t, "info")
			d := s.start(t)
			d.next(t)
			if err := os.Rename(path, path+".1"); err != nil {
				t.Fatal(err)
			}
			before := len(linesOf(t, path+".1"))
			if spoil {
				s.write(t, "config.yaml", "mode: [")
			}
			d.reload(t)
			s.employ(t, staff("ann", "Finance"), staff("eva", "Legal"))
			d.again(t)
			if old, fresh := len(linesOf(t, path+".1")), len(linesOf(t, path)); old != before || fresh == 0 {
				t.Errorf("%d lines in the old file, had %d; %d in the new one", old, before, fresh)
			}
		})
	}
}

// What cannot be written is told, once, and stops nothing; when it can be, that is told too.
func TestAnAuditFileThatCannotBeWrittenStopsNoRun(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path := s.audited(t, "info")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	d := s.start(t)
	if rep := d.next(t); rep.Result() != kwsync.Done || s.accounts() != 4 {
		t.Errorf("%s (%s), %d accounts; want a run like any other", rep.Result(), rep.Err, s.accounts())
	}
	const told = "audit trail incomplete"
	if n := strings.Count(d.log.String(), told); n != 1 || !strings.Contains(d.log.String(), "let log.audit name a file that this user may write") {
		t.Errorf("told %d times, want once:\n%s", n, d.log)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s.employ(t, staff("ann", "Finance"), staff("eva", "Legal"))
	d.again(t)
	if len(linesOf(t, path)) == 0 || !strings.Contains(d.log.String(), "written again; lines that are missing in it: 10") {
		t.Errorf("it is not written again:\n%s", d.log)
	}
}

// A line that a full disk has cut leaves the next one whole.
func TestTrail_ACutLineIsEnded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.log")
	tr := newTrail(func(err error) { t.Errorf("told %v", err) })
	tr.reopen(path)
	tr.torn = true
	if n, err := tr.Write([]byte("whole\n")); n != 6 || err != nil {
		t.Errorf("Write: %d, %v", n, err)
	}
	if err := tr.end(); err != nil {
		t.Error(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "\nwhole\n" {
		t.Errorf("the file holds %q", text)
	}
}

func TestTrail_WithoutAFileNothingIsWritten(t *testing.T) {
	t.Parallel()
	tr := newTrail(func(err error) { t.Errorf("told %v", err) })
	tr.reopen("")
	tr.lines().Info("change")
	if err := tr.end(); err != nil || tr.file != nil {
		t.Errorf("end: %v, file %v", err, tr.file)
	}
}

// A reload changes the level, and nothing is sampled at any.
func TestAReloadChangesTheLevel(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.audited(t, "info")
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	d := s.prepare(t)
	log, level, err := NewLog(c.Log, d.log)
	if err != nil {
		t.Fatal(err)
	}
	d.options.Log, d.options.Level = log, level
	d.start(t)
	d.next(t)
	const detail = "request to Kiteworks"
	if strings.Contains(d.log.String(), detail) {
		t.Errorf("level info shows %q", detail)
	}
	s.audited(t, "debug")
	d.reload(t)
	d.again(t)
	if !strings.Contains(d.log.String(), detail) || !level.Enabled(zap.DebugLevel) {
		t.Errorf("level debug does not show %q:\n%s", detail, d.log)
	}
}

func TestNewLog(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "console"} {
		out := &lockedBuffer{}
		log, _, err := NewLog(config.Log{Level: "info", Format: format}, out)
		if err != nil {
			t.Fatal(err)
		}
		for range 500 {
			log.Info("the same", zap.Int("run", 1))
		}
		log.Debug("detail")
		lines := slices.Collect(strings.Lines(out.String()))
		if isJSON := strings.HasPrefix(lines[0], `{"level":"info","ts":"20`); len(lines) != 500 || isJSON != (format == "json") {
			t.Errorf("%s: %d lines, want 500, such as %s", format, len(lines), lines[0])
		}
	}
	if _, _, err := NewLog(config.Log{Level: "loud"}, zapcore.AddSync(&lockedBuffer{})); err == nil {
		t.Error("the level loud is one")
	}
}
