package deploytest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

const (
	unitName = "kw-onboarder.service"
	// mostExposed is how much systemd-analyze may find that the unit leaves open, of 10.
	mostExposed = 1.5
)

// text is a file of the repository.
func text(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../..", filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// unit writes the unit into a folder as it is installed, but with a program that is
// there, and with the drop-ins.
func unit(t *testing.T, dropIns ...string) (path string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path = filepath.Join(dir, unitName)
	installed := text(t, "deploy/systemd/"+unitName)
	proctest.Write(t, path, []byte(strings.ReplaceAll(installed, "/usr/local/bin/kw-onboarder", self)))
	if len(dropIns) == 0 {
		return path
	}
	if err := os.Mkdir(path+".d", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range dropIns {
		proctest.Write(t, filepath.Join(path+".d", name), []byte(text(t, "deploy/systemd/"+name)))
	}
	return path
}

// analyze asks systemd-analyze and returns all that it says.
func analyze(t *testing.T, args ...string) (string, error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), proctest.Program(t, "systemd-analyze"), args...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	err := c.Run()
	return said.String(), err
}

// systemdVersion is the first number of systemd's version.
func systemdVersion(t *testing.T) int {
	t.Helper()
	said, err := analyze(t, "--version")
	found := regexp.MustCompile(`^systemd (\d+)`).FindStringSubmatch(said)
	if err != nil || found == nil {
		t.Fatalf("systemd-analyze --version: %v\n%s", err, said)
	}
	version, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func TestTheUnitIsOneThatSystemdUnderstands(t *testing.T) {
	t.Parallel()
	modern := systemdVersion(t) >= 253
	for name, dropIns := range map[string][]string{"alone": nil, "on an old systemd": {"before-253.conf"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said, err := analyze(t, "verify", "--man=no", unit(t, dropIns...))
			if err != nil {
				t.Errorf("systemd-analyze verify: %v\n%s", err, said)
			}
			for line := range strings.Lines(said) {
				if known := strings.Contains(line, "service type, ignoring: notify-reload"); !known || modern {
					t.Errorf("systemd-analyze verify: %s", line)
				}
			}
		})
	}
}

func TestTheUnitLeavesLittleOpen(t *testing.T) {
	t.Parallel()
	said, err := analyze(t, "security", "--offline=true", "--no-pager", unit(t))
	found := regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`).FindStringSubmatch(said)
	if err != nil || found == nil {
		t.Fatalf("systemd-analyze security: %v\n%s", err, said)
	}
	exposure, err := strconv.ParseFloat(found[1], 64)
	if err != nil || exposure > mostExposed {
		t.Errorf("the exposure is %s, want at most %v:\n%s", found[1], mostExposed, said)
	}
	t.Logf("exposure %s of 10", found[1])
}

// What systemd would ignore in silence if it were gone.
func TestTheUnitSaysWhatMatters(t *testing.T) {
	t.Parallel()
	lines := strings.Split(text(t, "deploy/systemd/"+unitName), "\n")
	for _, want := range []string{
		"Type=notify-reload",
		"WatchdogSec=2min",
		"ExecStartPre=/usr/local/bin/kw-onboarder check --config /etc/kw-onboarder/config.yaml",
		"ExecStart=/usr/local/bin/kw-onboarder run --config /etc/kw-onboarder/config.yaml",
		"Restart=on-failure",
		"DynamicUser=yes",
		"StateDirectory=kw-onboarder",
		"StateDirectoryMode=0700",
		"LoadCredential=key.pem:/etc/kw-onboarder/secrets/key.pem",
		"SystemCallFilter=@system-service",
	} {
		found := 0
		for _, line := range lines {
			if line == want {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s: got %d lines %q, want one", unitName, found, want)
		}
	}
}
