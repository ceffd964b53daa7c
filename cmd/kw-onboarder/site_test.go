package main

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// startKwsim starts a kwsim with the folder on a free port, and ends it.
func startKwsim(t *testing.T, dir, listen string) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k := kwsimCmd{Listen: listen, Seed: 1, Dir: dir, Folders: 4}
	return k.Run(&command{ctx: ctx, cli: &cli{Output: "text"}, out: io.Discard, errOut: io.Discard})
}

// contents are the files of a folder by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(text)
	}
	return files
}

// busy is an address that somebody else listens on.
func busy(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

func TestKwsimThatCannotListenWritesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := startKwsim(t, dir, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	if err := os.Remove(filepath.Join(dir, "key.pem")); err != nil { // would be made anew
		t.Fatal(err)
	}
	delete(before, "key.pem")
	if err := startKwsim(t, dir, busy(t)); err == nil {
		t.Fatal("two servers share a port")
	}
	if after := contents(t, dir); !cmp.Equal(before, after) {
		t.Error("the files are not as they were")
	}
	missing := filepath.Join(dir, "missing")
	if err := startKwsim(t, missing, busy(t)); err == nil {
		t.Fatal("two servers share a port")
	}
	if _, err := os.Stat(missing); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
}

func TestKwsimThatCannotListenLeavesNoTemporaryFolder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	if err := startKwsim(t, "", busy(t)); err == nil {
		t.Fatal("two servers share a port")
	}
	if left := contents(t, dir); len(left) > 0 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestKwsimKeepsKeyAndSecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := startKwsim(t, dir, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	if err := startKwsim(t, dir, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	after := contents(t, dir)
	for _, name := range []string{"key.pem", "key.pub.pem", "client-secret"} {
		if before[name] == "" || before[name] != after[name] {
			t.Errorf("%s was made anew", name)
		}
	}
}

func TestSiteMakesAnewWhatDoesNotParse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"key.pem", "client-secret"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(" \n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := startKwsim(t, dir, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	files := contents(t, dir)
	if !strings.HasPrefix(files["key.pem"], "-----BEGIN PRIVATE KEY-----") || strings.TrimSpace(files["client-secret"]) == "" {
		t.Error("key.pem or client-secret is as useless as before")
	}
	info, err := os.Stat(filepath.Join(dir, "key.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key.pem: %v, want it for its owner alone", err)
	}
}

func TestSiteDoesNotReplaceWhatItCannotRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "key.pem"), 0o700); err != nil { // unreadable for root, too
		t.Fatal(err)
	}
	if err := startKwsim(t, dir, "127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "prepare "+dir) {
		t.Errorf("error %v, want one about the folder", err)
	}
}
