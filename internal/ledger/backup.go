package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Backup writes a copy of the ledger, as of one moment and while others write, to a new
// file that only its owner may read. A file that is there is never overwritten: the error
// is fs.ErrExist. Opened as a ledger, the copy says that it was restored. A PostgreSQL
// ledger is an error that says what to do instead.
func (r *Reader) Backup(ctx context.Context, file string) error {
	if r.db == nil {
		return r.annotate("back up", errors.New("there is none yet: the first run makes it"))
	}
	return r.annotate("back up", r.engine.backup(ctx, file))
}

// backup lets the copy come to its name whole and marked, or not at all.
func (f sqliteFile) backup(ctx context.Context, file string) error {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, &fs.PathError{Op: "write", Path: file, Err: fs.ErrExist})
	}
	temp, err := os.CreateTemp(filepath.Dir(file), ".kw-onboarder-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // linked by now, or of no use
	if err := temp.Close(); err != nil {
		return err
	}
	if err := f.copyTo(ctx, sqliteFile(temp.Name())); err != nil {
		return err
	}
	if err := os.Link(temp.Name(), file); err != nil { // a rename would overwrite
		return err
	}
	return syncFolder(filepath.Dir(file))
}

func (f sqliteFile) copyTo(ctx context.Context, to sqliteFile) error {
	taken := time.Now().UTC()
	db, err := f.connect(true)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, string(to))
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if db, err = to.connect(false); err != nil {
		return err
	}
	err = transact(ctx, db, nil, func(tx *sql.Tx) error {
		return markRestored(ctx, tx, taken, fmt.Sprintf("it is the backup of %s", taken.Format(time.RFC3339)))
	})
	return errors.Join(err, db.Close()) // which leaves no -wal behind, and all of it on disk
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func (p *postgres) backup(_ context.Context, file string) error {
	return fmt.Errorf("it is in PostgreSQL, which makes its own: pg_dump --dbname=%s --format=custom --file=%s", p, file)
}
