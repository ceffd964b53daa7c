package ledger

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"testing"
)

// What names somebody is neither in the rows nor in what the files keep of rows that were.
func TestForgetLeavesNothingInTheFiles(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	l := open(t, o)
	meetAnna(t, l)
	if !anyFileHolds(t, o.State, "first@corp.example") {
		t.Fatal("the test hides the address nowhere")
	}
	if err := l.Forget(t.Context(), Subject{Person: anna}); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"anna@corp.example", "first@corp.example", "Anna@corp.example", "old@corp.example", "Anna <Lang>"} {
		if anyFileHolds(t, o.State, secret) {
			t.Errorf("a file still holds %q", secret)
		}
	}
	if !anyFileHolds(t, o.State, "bert@corp.example") {
		t.Error("more was forgotten than anna")
	}
}

// Whoever reads an older state needs the log that still holds the name: it must not be
// said that it is gone.
func TestForgetSaysWhatTheLogStillHolds(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	l := open(t, o)
	meetAnna(t, l)
	if _, err := l.db.ExecContext(t.Context(), `PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}
	reader := openReadOnly(t, o)
	err := reader.read(t.Context(), "look into", func(tx *sql.Tx) error {
		if _, err := names(t.Context(), tx, `SELECT email FROM accounts`); err != nil {
			return err
		}
		wantError(t, l.Forget(t.Context(), Subject{Person: anna}), "ledger.db-wal still holds it", "ask again")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Forget(t.Context(), Subject{Person: anna}); err != nil {
		t.Fatal(err)
	}
	if anyFileHolds(t, o.State, "anna@corp.example") {
		t.Error("a file still holds the address")
	}
}

// anyFileHolds looks into the database, its log and its index.
func anyFileHolds(t *testing.T, path, text string) bool {
	t.Helper()
	found := false
	for _, suffix := range []string{"", "-wal", "-shm"} {
		content, err := os.ReadFile(path + suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		found = found || bytes.Contains(content, []byte(text))
	}
	return found
}
