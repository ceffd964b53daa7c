package proctest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Fixture is the folder of what build made, under that name in the user's cache. It is
// built once for all test binaries; a name says all that its content depends on.
// Nobody may change the folder: a test works on a copy.
func Fixture(t testing.TB, name string, build func(dir string) error) string {
	t.Helper()
	dir, err := fixture(name, build)
	if err != nil {
		t.Fatalf("build the fixture %s: %v", name, err)
	}
	return dir
}

func fixture(name string, build func(dir string) error) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	root := filepath.Join(cache, "kw-onboarder-testbed")
	if err := os.MkdirAll(root, 0o700); err != nil {
		return "", err
	}
	unlock, err := lock(filepath.Join(root, name+".lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return dir, err
	}
	return dir, buildIn(dir, build)
}

// buildIn gives the folder its name when all of it is there, so that one half built is never
// used. The lock is held: what lies under the other name is of a build that was ended.
func buildIn(dir string, build func(dir string) error) error {
	unfinished := dir + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		return err
	}
	if err := build(unfinished); err != nil {
		return err
	}
	return os.Rename(unfinished, dir)
}

// lock waits for the file's lock; the kernel frees it should the process end.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}
