package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteFile is the path of a ledger in SQLite.
type sqliteFile string

func (f sqliteFile) String() string { return string(f) }

// busyTimeout is how long one process waits for another's write, in milliseconds.
const busyTimeout = "busy_timeout(5000)"

// pageCache holds, in KiB, the indices of a million grants: with the usual 2 MB a
// first observation reads and writes the same pages again and again.
const pageCache = "cache_size(-65536)"

// connect opens the SQLite file, which prepare has made with the right mode. A
// writer has one connection, since SQLite has one writer: a second connection
// could only wait for the first. synchronous is FULL because NORMAL may lose the
// last commits when the power fails, and a lost intent is a forgotten write.
// secure_delete because what Forget removes must not stay on pages that are free.
func (f sqliteFile) connect(readOnly bool) (*sql.DB, error) {
	abs, err := filepath.Abs(string(f))
	if err != nil {
		return nil, err
	}
	query := url.Values{"mode": {"ro"}, "_pragma": {busyTimeout, "foreign_keys(1)", pageCache, "temp_store(memory)"}}
	if !readOnly {
		query.Set("mode", "rw") // and never "rwc"
		query["_pragma"] = append(query["_pragma"], "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(1)")
		query.Set("_txlock", "immediate")
	}
	dsn := url.URL{Scheme: "file", Path: abs, RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

func (f sqliteFile) snapshot() *sql.TxOptions { return &sql.TxOptions{ReadOnly: true} }

// prepares is false: each text of a statement would be parsed anew.
func (f sqliteFile) prepares() bool { return false }

// queue has nothing to do: a transaction that may write begins when it is the only one.
func (f sqliteFile) queue(context.Context, *sql.Tx) error { return nil }

// prepare makes the ledger and its lock file.
func (f sqliteFile) prepare() error {
	if err := create(string(f)); err != nil { // the other would fail for the same reason
		return err
	}
	return create(string(f) + lockSuffix)
}

// exists finds no ledger in an empty file: it is none yet.
func (f sqliteFile) exists() (bool, error) {
	info, err := os.Stat(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, errors.New("it is no regular file: name a file in `state`")
	}
	return info.Size() > 0, nil
}

// scrub empties the -wal, which keeps pages as they were.
func (f sqliteFile) scrub(ctx context.Context, db *sql.DB) error {
	var busy bool
	var frames, moved int
	if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &moved); err != nil {
		return err
	}
	if busy {
		return fmt.Errorf("it is removed, but %s-wal still holds it, since another process reads: ask again, by an id, when that has ended", f)
	}
	return nil
}

func (f sqliteFile) tables(ctx context.Context, tx *sql.Tx) (map[string]bool, error) {
	return names(ctx, tx, `SELECT name FROM sqlite_master WHERE type = 'table'`)
}

// primaryCode is SQLite's code of an error; 0: it is not SQLite's.
func primaryCode(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	const primary = 0xff // the extended codes keep the primary code in the low byte
	return e.Code() & primary
}

// passing says whether another process opens or closes the file, which turns it to
// WAL or back; no busy time-out covers that moment.
func (f sqliteFile) passing(err error) bool { return primaryCode(err) == sqlite3.SQLITE_BUSY }

func (f sqliteFile) explain(err error) error {
	switch primaryCode(err) {
	case sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("it is no kw-onboarder ledger, or its head is damaged: name another file in `state`, "+
			"or restore this one from a backup; it was not changed: %w", err)
	case sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("it is damaged: stop kw-onboarder and restore the file from a backup, "+
			"or move it away to begin with an empty one, which owns nothing: %w", err)
	case sqlite3.SQLITE_BUSY:
		return fmt.Errorf("another process keeps it locked: end that process, or try again: %w", err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("the disk is full: make room: %w", err)
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		return unwritable(err)
	}
	var place *fs.PathError
	if errors.As(err, &place) && (errors.Is(err, fs.ErrPermission) || place.Op == "mkdir" || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EROFS)) {
		return unwritable(err)
	}
	return err
}

func unwritable(err error) error {
	return fmt.Errorf("the file and its folder must be writable by this user, for SQLite's -wal and -shm files too: %w", err)
}
