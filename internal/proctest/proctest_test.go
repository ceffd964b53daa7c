package proctest_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

func TestAFixtureIsBuiltOnce(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	built := 0
	build := func(dir string) error {
		built++
		return os.WriteFile(filepath.Join(dir, "content"), nil, 0o600)
	}
	for range 2 {
		dir := proctest.Fixture(t, "thing-1", build)
		if _, err := os.Stat(filepath.Join(dir, "content")); err != nil {
			t.Error(err)
		}
	}
	if built != 1 {
		t.Errorf("built: got %d times, want once", built)
	}
}

func TestAServerThatEndsAtOnceSaysWhy(t *testing.T) {
	t.Parallel()
	p, err := proctest.Run(exec.CommandContext(t.Context(), "sh", "-c", "echo no such database; exit 1"), filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	err = p.Await(func() error { return errors.New("connection refused") })
	if err == nil || !strings.Contains(err.Error(), "no such database") {
		t.Errorf("got %v, want what the process said", err)
	}
}
