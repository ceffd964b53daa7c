package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// owning is a ledger in a file, with a run and grants that are ours.
func owning(t *testing.T, o Options, grantsOfOurs int) *Ledger {
	t.Helper()
	l := open(t, o)
	changes, outcomes := grants(0, grantsOfOurs)
	if err := l.Intend(t.Context(), begin(t, l), changes); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context(), outcomes); err != nil {
		t.Fatal(err)
	}
	return l
}

func restored(t *testing.T, l interface {
	Restored(ctx context.Context) (time.Time, string, error)
},
) (since time.Time, why string) {
	t.Helper()
	since, why, err := l.Restored(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return since, why
}

func TestBackupOfAWorkingLedger(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	l := owning(t, o, 50)
	before := time.Now().Add(-time.Millisecond)
	file := filepath.Join(t.TempDir(), "backup.db")
	writing := make(chan error)
	go func() { // a run beside it
		changes, _ := grants(1000, 200)
		run, err := l.Begin(context.Background(), time.Now(), "test")
		writing <- errors.Join(err, l.Intend(context.Background(), run, changes))
	}()
	reader := openReadOnly(t, o)
	if err := reader.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := <-writing; err != nil {
		t.Error(err)
	}
	if _, why := restored(t, l); why != "" {
		t.Errorf("the ledger itself says that it was restored: %s", why)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode().Perm(), os.FileMode(0o600); got != want {
		t.Errorf("got mode %o, want %o", got, want)
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the backup there is %v, or: %v", left, err)
	}
	o.State = file
	opened := open(t, o)
	if diff := cmp.Diff(recall(t, l), recall(t, opened)); diff != "" {
		t.Errorf("memory (-ledger +backup):\n%s", diff)
	}
	since, why := restored(t, opened)
	if since.Before(before) || since.After(time.Now()) {
		t.Errorf("got a backup of %v, want one between %v and now", since, before)
	}
	if want := "it is the backup of " + since.Format(time.RFC3339); why != want {
		t.Errorf("got %q, want %q", why, want)
	}
}

func TestBackupNeverOverwrites(t *testing.T) {
	t.Parallel()
	l := owning(t, fileOptions(t), 1)
	file := filepath.Join(t.TempDir(), "precious")
	write(t, file, []byte("precious"))
	err := l.Backup(t.Context(), file)
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("got error %v, want fs.ErrExist", err)
	}
	wantError(t, err, file)
	if text, err := os.ReadFile(file); err != nil || !bytes.Equal(text, []byte("precious")) {
		t.Errorf("the file now holds %q, or: %v", text, err)
	}
}

func TestBackupOfWhatHasNone(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "backup.db")
	wantError(t, openReadOnly(t, fileOptions(t)).Backup(t.Context(), file), "there is none yet")
	wantError(t, open(t, postgresOptions(t)).Backup(t.Context(), file), "pg_dump --dbname=postgres://", file)
	damaged := fileOptions(t)
	l := owning(t, damaged, 500)
	damage(t, l, damaged, "changes")
	wantError(t, open(t, damaged).Backup(t.Context(), file), "it is damaged")
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Yesterday's copy of the file, put back without a word, is known by the lock file.
func TestRestoredIsKnownAndRemembered(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	l := owning(t, o, 1)
	started := time.Date(2027, 3, 1, 2, 0, 0, 0, time.UTC)
	run, err := l.Begin(t.Context(), started, "full")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	yesterday, err := os.ReadFile(o.State)
	if err != nil {
		t.Fatal(err)
	}
	l = open(t, o)
	begin(t, l)
	begin(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, o.State, yesterday)
	check := func(when string, l interface {
		Restored(ctx context.Context) (time.Time, string, error)
	}, want string,
	) {
		t.Helper()
		since, why := restored(t, l)
		if (why == "") != (want == "") || !strings.Contains(why, want) {
			t.Errorf("%s: got %q, want %q", when, why, want)
		}
		if want != "" && !since.Equal(started) {
			t.Errorf("%s: got %v as the last moment that is remembered, want %v", when, since, started)
		}
	}
	want := fmt.Sprintf("its newest run is %d and there was a run %d", run, run+2)
	check("a dry run before any other", openReadOnly(t, o), want)
	l = open(t, o)
	check("the first to write", l, want)
	for range 5 {
		begin(t, l)
	}
	check("after more runs than there were", l, want)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, o)
	check("opened again", l, want)
	if err := l.Trust(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("after Trust", l, "")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	check("opened after Trust", open(t, o), "")
}

// A ledger that is gone is no new beginning: its lock file knows of runs.
func TestALostLedgerIsKnown(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	l := owning(t, o, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(o.State); err != nil {
		t.Fatal(err)
	}
	if since, why := restored(t, openReadOnly(t, o)); !since.IsZero() || !strings.Contains(why, "newest run is 0 and there was a run 1") {
		t.Errorf("read only: got %v and %q", since, why)
	}
	l = open(t, o)
	if _, why := restored(t, l); why == "" {
		t.Error("an empty ledger in the place of one passes for new")
	}
	if err := l.Trust(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, why := restored(t, l); why != "" {
		t.Errorf("after Trust: %s", why)
	}
}

func TestANewLedgerIsNotRestored(t *testing.T) {
	t.Parallel()
	o := options(t)
	for range 3 {
		l := open(t, o)
		begin(t, l)
		held := lock(t, l)
		if _, why := restored(t, l); why != "" {
			t.Errorf("got %q", why)
		}
		release(t, held)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
