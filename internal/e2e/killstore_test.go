package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/pgtest"
)

// store is where the ledger of a history lies, and how its commits are met.
type store interface {
	// attach prepares a history.
	attach(t testing.TB, h *history, g *guillotine)
	// command is the program, to be killed at the instant if that is a commit.
	command(t testing.TB, h *history, at instant, args []string) *exec.Cmd
	// count takes note of the commits of a command that came to its end.
	count(t testing.TB, h *history, g *guillotine)
	// moments are those at which a commit can be met.
	moments() []moment
}

// sqliteStore is a file. Its commits are met from inside the program.
type sqliteStore struct{}

func (sqliteStore) attach(testing.TB, *history, *guillotine) {}

func (sqliteStore) moments() []moment { return []moment{beforeEffect} }

func (sqliteStore) command(t testing.TB, h *history, at instant, args []string) *exec.Cmd {
	t.Helper()
	path, err := buildKillable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path, append(args, "--config", h.site.file())...)
	c.Env = append(os.Environ(), "COUNT_COMMITS="+h.counted())
	if n := at.commit - h.commits; n > 0 {
		c.Env = append(c.Env, "KILL_BEFORE_COMMIT="+strconv.Itoa(n))
	}
	return c
}

func (sqliteStore) count(t testing.TB, h *history, _ *guillotine) {
	t.Helper()
	commits, err := os.ReadFile(h.counted())
	if err != nil {
		t.Fatal(err)
	}
	h.commits += len(commits)
}

// counted is the file that has one byte for each commit of the last command.
func (h *history) counted() string { return filepath.Join(h.site.dir, "commits") }

// postgresStore is a schema of a real PostgreSQL. Its commits are met on the wire.
type postgresStore struct{}

func (postgresStore) moments() []moment { return []moment{beforeEffect, afterEffect} }

func (postgresStore) attach(t testing.TB, h *history, g *guillotine) {
	t.Helper()
	state, err := url.Parse(pgtest.Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	front := startPGFront(t, state.Host, g.committed, g.fall)
	state.Host = front.listener.Addr().String()
	h.site.settings.State = state.String()
}

func (postgresStore) command(_ testing.TB, h *history, _ instant, args []string) *exec.Cmd {
	return h.site.command(args...)
}

func (postgresStore) count(_ testing.TB, h *history, g *guillotine) {
	g.mu.Lock()
	defer g.mu.Unlock()
	h.commits = g.commits
}

// buildKillable builds the program with an end at a commit, once for all tests.
var buildKillable = sync.OnceValues(func() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(here, "../../cmd/kw-onboarder/commitkill.go"): filepath.Join(here, "testdata/commitkill.go.txt"),
	}})
	if err != nil {
		return "", err
	}
	file, path := filepath.Join(binaryDir(), "overlay.json"), filepath.Join(binaryDir(), "killable")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-overlay", file, "-o", path, "../../cmd/kw-onboarder").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})
