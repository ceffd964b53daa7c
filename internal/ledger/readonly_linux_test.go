package ledger

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// asNobody runs f as a user to whom no file belongs; root, too, is refused then.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Getuid() != 0 {
		f()
		return
	}
	runtime.LockOSThread() // the identity is the thread's
	defer runtime.UnlockOSThread()
	const nobody = 65534
	if err := unix.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Setfsuid(0) }()
	f()
}

func TestOpenAFileThatMayNotBeWritten(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	if err := owning(t, o, 1).Close(); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Dir(o.State)
	for name, mode := range map[string]os.FileMode{filepath.Dir(filepath.Dir(folder)): 0o755, folder: 0o555, o.State: 0o444} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(folder, 0o700) })
	asNobody(t, func() {
		_, err := Open(t.Context(), o)
		wantError(t, err, "open ledger "+o.State, "must be writable by this user")
	})
}
