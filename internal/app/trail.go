package app

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// trail is the file of log.audit: lines are only ever added to it. What cannot be written
// stops nobody: it is told once, and once more when the file can be written again. The
// ledger has every change all the same.
type trail struct {
	mu   sync.Mutex
	path string   // "": there is none
	file *os.File // nil: it is opened with the next line
	torn bool     // the last line is incomplete
	mute bool     // it is told already that it cannot be written
	lost int      // lines that could not be written since one could
	tell func(error)
}

var _ zapcore.WriteSyncer = (*trail)(nil)

// newTrail is a trail without a file yet; tell is told of what cannot be written.
func newTrail(tell func(error)) *trail { return &trail{tell: tell} }

// lines is a log that writes into the trail, whatever the level.
func (t *trail) lines() *zap.Logger {
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(logKeys()), t, zap.DebugLevel))
}

// reopen goes on in the file that has this path now: another one, or the successor of one
// that was moved away.
func (t *trail) reopen(path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = t.close() // each line is written by then
	t.path, t.torn, t.mute = path, false, false
	if path == "" {
		return
	}
	if err := t.open(); err != nil {
		t.complain(err)
	}
}

// open lets nobody else read a file that it makes. One that is there keeps its mode: somebody
// has chosen that.
func (t *trail) open() (err error) {
	t.file, err = os.OpenFile(t.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	return err
}

// Write adds one line. It fails for nobody who writes: see tell.
func (t *trail) Write(line []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.path == "" {
		return len(line), nil
	}
	if err := t.add(line); err != nil {
		t.complain(err)
		t.lost++
		_ = t.close() // the next line tries a fresh look at the path
		return len(line), nil
	}
	if t.lost > 0 {
		t.tell(fmt.Errorf("the audit file is written again; lines that are missing in it: %d; the ledger has those changes (kw-onboarder runs)", t.lost))
		t.lost, t.mute = 0, false
	}
	return len(line), nil
}

// add writes the line in one piece, so that of two processes none tears the other's.
func (t *trail) add(line []byte) error {
	if t.file == nil {
		if err := t.open(); err != nil {
			return err
		}
	}
	if t.torn {
		line = append([]byte("\n"), line...)
	}
	n, err := t.file.Write(line)
	if n > 0 {
		t.torn = n < len(line)
	}
	return err
}

func (t *trail) complain(err error) {
	if t.mute {
		return
	}
	t.mute = true
	t.tell(fmt.Errorf("the audit file cannot be written, and runs go on without it: make room, or let log.audit name a file that this user may write: %w", err))
}

// Sync lets the system keep what was written also when it loses its power.
func (t *trail) Sync() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file == nil {
		return nil
	}
	return t.file.Sync()
}

// end closes the file.
func (t *trail) end() error {
	err := t.Sync()
	t.mu.Lock()
	defer t.mu.Unlock()
	return errors.Join(err, t.close())
}

func (t *trail) close() error {
	if t.file == nil {
		return nil
	}
	file := t.file
	t.file = nil
	return file.Close()
}
