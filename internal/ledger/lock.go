package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// LockedError says that another process, or another part of this one, is the
// one that writes to Kiteworks for this ledger.
type LockedError struct {
	Path string // of the lock file
	PID  int    // of the holder; 0 if it is not known
}

func (e *LockedError) Error() string {
	holder := "another process"
	if e.PID != 0 {
		holder = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("lock %s: %s holds it: wait until it ends, or end it", e.Path, holder)
}

const lockSuffix = ".lock"

// Lock makes the caller the only one that writes to Kiteworks for this ledger,
// until unlock; else the error is a *LockedError. It guards those writes, not
// the database. The kernel releases it when the process ends, however it ends;
// the lock file stays, for to remove it would let two processes lock two files
// of one name.
func (l *Ledger) Lock(context.Context) (*Lock, error) {
	path := l.engine.String() + lockSuffix
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the ledger: %w", err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, errors.Join(&LockedError{Path: path, PID: holder(f)}, f.Close())
	}
	if err == nil {
		err = sign(f)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return &Lock{f}, nil
}

// Lock is the right to write to Kiteworks for a ledger.
type Lock struct{ file *os.File }

// Until is when the right ends unless it is renewed; zero: with the process.
func (l *Lock) Until() time.Time { return time.Time{} }

// Release gives the right back.
func (l *Lock) Release() error { return l.file.Close() }

// Attended says whether a process has the right to write for the ledger in that file.
func Attended(path string) bool {
	f, err := os.Open(path + lockSuffix)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // nothing was written
	return errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
}

// sign writes our process id into the lock file, for whoever finds it locked.
func sign(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

func holder(f *os.File) int {
	const longest = 20
	text, err := io.ReadAll(io.LimitReader(f, longest))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return pid
}
