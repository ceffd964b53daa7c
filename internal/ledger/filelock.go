package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const lockSuffix = ".lock"

// fileLock is a locked file. The kernel frees it when the process ends, however it
// ends; the file stays, for to remove it would let two processes lock two files of
// one name. Where somebody else removes it, the lock is lost.
type fileLock struct{ *os.File }

// until looks each time: nothing tells a process that a name leads to another file.
func (l fileLock) until() time.Time {
	if l.named() {
		return time.Time{}
	}
	return time.Unix(0, 0)
}

// named says whether who locks the path now would lock this very file.
func (l fileLock) named() bool {
	ours, err := l.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(l.Name())
	return err == nil && os.SameFile(ours, there)
}

func (l fileLock) check(context.Context, *sql.Tx) error {
	if l.named() {
		return nil
	}
	return l.lost()
}

func (l fileLock) lost() error {
	return &LostError{Where: l.Name(), Why: "the file was removed or replaced: leave it alone while kw-onboarder runs"}
}

func (l fileLock) release() error { return l.Close() }

func (f sqliteFile) lock(context.Context, *sql.DB) (hold, error) {
	path := string(f) + lockSuffix
	file, err := flock(path)
	if errors.Is(err, unix.EWOULDBLOCK) {
		note, _ := readNote(path) // who it is would be good to know, no more
		return nil, &LockedError{Where: path, Holder: note.holder()}
	}
	if err != nil {
		return nil, err
	}
	if err := f.amend(func(n *lockNote) { n.pid = os.Getpid() }); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	held := fileLock{file}
	if !held.named() { // it was removed before it was locked
		return nil, errors.Join(held.lost(), held.release())
	}
	return held, nil
}

func (f sqliteFile) holder(context.Context) (who string, held bool) {
	path := string(f) + lockSuffix
	file, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer func() { _ = file.Close() }() // nothing was written
	if !errors.Is(unix.Flock(int(file.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK) {
		return "", false
	}
	note, _ := readNote(path) // as in lock
	return note.holder(), true
}

// flock opens a file, made if it is missing, and locks it, or is unix.EWOULDBLOCK.
func flock(path string) (*os.File, error) {
	file, err := openOrMake(path)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return file, nil
}

// lockNote is what the lock file says: who held the lock last, and the highest number of a
// run. The ledger's own runs end below it if an older copy was put in its place.
type lockNote struct {
	pid int
	run int64
}

func (n lockNote) holder() string {
	if n.pid == 0 {
		return ""
	}
	return fmt.Sprintf("process %d", n.pid)
}

// readNote reads a lock file; what it does not say, or what cannot be read, is 0.
func readNote(path string) (n lockNote, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	defer func() { _ = file.Close() }() // only read
	const longest = 64
	text, err := io.ReadAll(io.LimitReader(file, longest))
	_, _ = fmt.Sscan(strings.ReplaceAll(string(text), "\n", " "), &n.pid, &n.run) // an older version wrote only the first
	return n, err
}

// amend changes what the lock file says, in one write.
func (f sqliteFile) amend(change func(*lockNote)) error {
	path := string(f) + lockSuffix
	n, err := readNote(path)
	if err != nil {
		return err
	}
	change(&n)
	file, err := openOrMake(path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(file, "%-10d\n%-19d\n", n.pid, n.run) // of one length, so that no digit of before stays
	return errors.Join(err, file.Close())
}

func (f sqliteFile) highest() (run int64, err error) {
	n, err := readNote(string(f) + lockSuffix)
	return n.run, err
}

func (f sqliteFile) setHighest(run int64) error {
	return f.amend(func(n *lockNote) { n.run = run })
}
