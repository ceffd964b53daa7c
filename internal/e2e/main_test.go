package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/pgtest"
)

func TestMain(m *testing.M) {
	code := pgtest.Main(m)
	if dir := binaryDir(); dir != "" {
		_ = os.RemoveAll(dir) // what remains in the system's temporary folder is no failure
	}
	os.Exit(code)
}

// binaryDir is where the program is built, made when it is first asked for.
var binaryDir = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "kw-onboarder-e2e-")
	if err != nil {
		return ""
	}
	return dir
})

// build builds the program, once for all tests.
var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(binaryDir(), "kw-onboarder")
	out, err := exec.Command("go", "build", "-o", path, "../../cmd/kw-onboarder").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// command is the real program, not yet started, that makes one run.
func (s *site) command(args ...string) *exec.Cmd {
	s.t.Helper()
	return s.commandOf("config.yaml", args...)
}

// commandOf is command, with a configuration of a name of its own.
func (s *site) commandOf(name string, args ...string) *exec.Cmd {
	s.t.Helper()
	path, err := build()
	if err != nil {
		s.t.Fatal(err)
	}
	return exec.Command(path, append(args, "--config", s.fileOf(name))...)
}

// applyCommand makes one run as a script would.
func (s *site) applyCommand() *exec.Cmd {
	s.t.Helper()
	return s.command("apply", "--yes", "--output", "json")
}
