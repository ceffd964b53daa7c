package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// daemonUser is somebody who is not root.
const daemonUser = 54321

// What a command that root runs leaves behind must not shut out the daemon's user.
func TestWhatRootMakesBelongsToTheFoldersOwner(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED, NOTHING TESTED: only root can make files for somebody else")
	}
	o := fileOptions(t)
	home := filepath.Join(t.TempDir(), "home")
	o.State = filepath.Join(home, "a", "b", "ledger.db")
	if err := errors.Join(os.Mkdir(home, 0o700), os.Chown(home, daemonUser, daemonUser)); err != nil {
		t.Fatal(err)
	}
	l := open(t, o)
	begin(t, l) // so that there is a -wal and a -shm
	made := []string{filepath.Join(home, "a"), filepath.Dir(o.State), o.State, o.State + "-wal", o.State + "-shm", o.State + lockSuffix}
	wantOwner(t, made...)

	if err := os.Remove(o.State + lockSuffix); err != nil {
		t.Fatal(err)
	}
	release(t, lock(t, l))
	wantOwner(t, o.State+lockSuffix)
}

// Somebody could else have root give them any file, by a link in a folder of theirs.
func TestWhatWasThereKeepsItsOwner(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED, NOTHING TESTED: only root can give files away")
	}
	folder := t.TempDir()
	theirs, roots := filepath.Join(folder, "theirs"), filepath.Join(folder, "roots")
	if err := errors.Join(os.Mkdir(theirs, 0o700), os.WriteFile(roots, nil, 0o600), os.Symlink(roots, filepath.Join(theirs, "ledger.db")),
		os.Chown(theirs, daemonUser, daemonUser)); err != nil {
		t.Fatal(err)
	}
	if err := create(filepath.Join(theirs, "ledger.db")); err != nil {
		t.Fatal(err)
	}
	if got := owner(t, roots); got != 0 {
		t.Errorf("got owner %d, want root still", got)
	}
}

func wantOwner(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if got := owner(t, path); got != daemonUser {
			t.Errorf("owner of %s: got %d, want that of the folder, %d", path, got, daemonUser)
		}
	}
}

func owner(t *testing.T, path string) uint32 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Uid
}
