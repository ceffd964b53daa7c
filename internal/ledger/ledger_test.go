package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/pgtest"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

const tenant = "https://files.corp.example"

// options are those of a new ledger, in the database that the tests run on.
func options(t testing.TB) Options {
	t.Helper()
	if os.Getenv(storeVar) == "postgres" {
		return Options{State: pgtest.Schema(t), Tenant: tenant, Directories: []string{"corp"}}
	}
	return fileOptions(t)
}

// fileOptions are for what only SQLite promises.
func fileOptions(t testing.TB) Options {
	t.Helper()
	return Options{State: filepath.Join(t.TempDir(), "state", "ledger.db"), Tenant: tenant, Directories: []string{"corp"}}
}

func open(t *testing.T, o Options) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func openReadOnly(t *testing.T, o Options) *Reader {
	t.Helper()
	r, err := OpenReader(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func begin(t *testing.T, l *Ledger) int64 {
	t.Helper()
	run, err := l.Begin(t.Context(), time.Now(), "test")
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func recall(t *testing.T, r interface {
	Recall(ctx context.Context, of *plan.Scope) (plan.Memory, error)
},
) plan.Memory {
	t.Helper()
	m, err := r.Recall(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// wantError fails the test unless err holds each of the texts.
func wantError(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want one with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %q lacks %q", err, text)
		}
	}
}

func TestOpenMakesFilesForTheOwnerOnly(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	l := open(t, o)
	begin(t, l) // so that there is a -wal and a -shm
	lock, err := l.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	for name, want := range map[string]os.FileMode{
		filepath.Dir(o.State): 0o700, o.State: 0o600, o.State + "-wal": 0o600, o.State + "-shm": 0o600, o.State + ".lock": 0o600,
	} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %s: got %o, want %o", filepath.Base(name), got, want)
		}
	}
}

func TestOpenTakesRightsOfOthersAway(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	if err := open(t, o).Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(o.State, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, o)
	info, err := os.Stat(o.State)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode().Perm(), os.FileMode(0o600); got != want {
		t.Errorf("got mode %o, want %o", got, want)
	}
}

func TestOpenPathWithMarksOfAnURI(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	o.State = filepath.Join(t.TempDir(), "a b?c#d%41&mode=memory.db")
	run := begin(t, open(t, o))
	if _, err := os.Stat(o.State); err != nil {
		t.Fatal(err)
	}
	if next := begin(t, open(t, o)); next != run+1 {
		t.Errorf("got run %d behind run %d: the second Open opened another file", next, run)
	}
}

func TestOpenSetsPragmas(t *testing.T) {
	t.Parallel()
	l := open(t, fileOptions(t))
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "busy_timeout": "5000", "foreign_keys": "1",
	} {
		var got string
		if err := l.db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", pragma, got, want)
		}
	}
}

func TestOpenRefusesAnotherBinding(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*Options)
		want   []string // in the error; none: it opens
	}{
		{"the same", func(*Options) {}, nil},
		{"the same URL, spelt otherwise", func(o *Options) { o.Tenant = "https://Files.corp.example/" }, nil},
		{"a further directory", func(o *Options) { o.Directories = []string{"labs", "corp"} }, nil},
		{
			"another tenant",
			func(o *Options) { o.Tenant = "https://other.example" },
			[]string{tenant, "https://other.example", "kiteworks.url"},
		},
		{"a renamed directory", func(o *Options) { o.Directories = []string{"main"} }, []string{`"corp"`, `"main"`, "name back"}},
		{"no tenant", func(o *Options) { o.Tenant = "" }, []string{"needs a state, a tenant"}},
		{"no directory", func(o *Options) { o.Directories = nil }, []string{"at least one directory"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			if err := open(t, o).Close(); err != nil {
				t.Fatal(err)
			}
			c.change(&o)
			r, readErr := OpenReader(t.Context(), o)
			l, err := Open(t.Context(), o)
			if c.want == nil {
				if err != nil || readErr != nil {
					t.Fatalf("got errors %v and %v, want none", err, readErr)
				}
				_, _ = r.Close(), l.Close()
				return
			}
			wantError(t, err, c.want...)
			wantError(t, readErr, c.want...)
		})
	}
}

func TestOpenRemembersAFurtherDirectory(t *testing.T) {
	t.Parallel()
	o := options(t)
	both := o
	both.Directories = []string{"corp", "labs"}
	for _, o := range []Options{o, both} {
		if err := open(t, o).Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Open(t.Context(), o)
	wantError(t, err, `"labs"`)
}

// A file that is not ours is refused with what to do, and not one byte of it changes.
func TestOpenRefusesWhatIsNoLedger(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		make func(t *testing.T, o Options)
		want string
	}{
		{"a text", func(t *testing.T, o Options) {
			write(t, o.State, bytes.Repeat([]byte("mode: observe\n"), 400))
		}, "no kw-onboarder ledger"},
		{"a database of something else", func(t *testing.T, o Options) {
			write(t, o.State, nil)
			execute(t, o.State, `CREATE TABLE songs (name TEXT); INSERT INTO songs VALUES ('Wien')`)
		}, "no kw-onboarder ledger"},
		{"a ledger of a newer program", func(t *testing.T, o Options) {
			if err := open(t, o).Close(); err != nil {
				t.Fatal(err)
			}
			execute(t, o.State, `UPDATE kw_onboarder SET schema_version = 9000`)
		}, "has schema 9000"},
		{"a ledger with a damaged head", func(t *testing.T, o Options) {
			if err := open(t, o).Close(); err != nil {
				t.Fatal(err)
			}
			overwrite(t, o.State, 0, 100)
		}, "restore this one from a backup"},
		{"a ledger with a damaged schema", func(t *testing.T, o Options) {
			if err := open(t, o).Close(); err != nil {
				t.Fatal(err)
			}
			overwrite(t, o.State, 100, 3900)
		}, "it is damaged: stop kw-onboarder"},
		{"a folder", func(t *testing.T, o Options) {
			if err := os.MkdirAll(o.State, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "no regular file"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := fileOptions(t)
			c.make(t, o)
			before, _ := os.ReadFile(o.State) // a folder: nothing, twice
			_, err := Open(t.Context(), o)
			wantError(t, err, "open ledger "+o.State, c.want)
			_, err = OpenReader(t.Context(), o)
			wantError(t, err, "open ledger "+o.State, c.want)
			after, _ := os.ReadFile(o.State)
			if !bytes.Equal(before, after) {
				t.Error("the refused file has changed")
			}
		})
	}
}

func TestRecallOfADamagedPageIsAClearError(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	l := open(t, o)
	links := make([]plan.Link, 500)
	for i := range links {
		links[i] = plan.Link{Person: person(i), Account: account(i)}
	}
	if err := l.Learn(t.Context(), plan.Learned{Links: links}); err != nil {
		t.Fatal(err)
	}
	var pageSize, root int64
	if err := l.db.QueryRowContext(t.Context(), `PRAGMA page_size`).Scan(&pageSize); err != nil {
		t.Fatal(err)
	}
	if err := l.db.QueryRowContext(t.Context(), `SELECT rootpage FROM sqlite_master WHERE name = 'links'`).Scan(&root); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	overwrite(t, o.State, (root-1)*pageSize, pageSize)
	_, err := open(t, o).Recall(t.Context(), nil)
	wantError(t, err, "recall ledger "+o.State, "it is damaged", "backup")
}

func TestReaderOfAMissingLedgerMakesNothing(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	r := openReadOnly(t, o)
	if diff := cmp.Diff(plan.NewMemory(), recall(t, r)); diff != "" {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Dir(o.State)); !os.IsNotExist(err) {
		t.Errorf("the folder of the ledger was made, or: %v", err)
	}
}

func TestReaderOfAnEmptyFile(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	write(t, o.State, nil)
	if diff := cmp.Diff(plan.NewMemory(), recall(t, openReadOnly(t, o))); diff != "" {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
}

// The reader sees what lies in a dead writer's WAL, and leaves ledger and WAL
// byte for byte as they are.
func TestReaderDoesNotWrite(t *testing.T) {
	t.Parallel()
	o := fileOptions(t)
	l := open(t, o)
	if err := l.Learn(t.Context(), plan.Learned{Links: []plan.Link{{Person: person(1), Account: account(1)}}}); err != nil {
		t.Fatal(err)
	}
	dead := o // the files as they are while the writer lives: what kill -9 leaves
	dead.State = filepath.Join(t.TempDir(), "ledger.db")
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(o.State + suffix)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dead.State+suffix, content)
	}
	r := openReadOnly(t, dead)
	if got := len(recall(t, r).Links); got != 1 {
		t.Errorf("got %d links, want the 1 in the WAL", got)
	}
	if _, err := r.db.ExecContext(t.Context(), `DELETE FROM links`); err == nil {
		t.Error("the reader could delete")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal"} {
		before, err := os.ReadFile(o.State + suffix)
		if err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(dead.State + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, after) {
			t.Errorf("the reader changed ledger.db%s", suffix)
		}
	}
}

// A reader beside a busy writer sees whole transactions only.
func TestReaderWhileWriterWrites(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := open(t, o)
	r := openReadOnly(t, o)
	run := begin(t, l)
	const batches, size = 30, 20
	written := make(chan error, 1)
	go func() {
		written <- func() error {
			for b := range batches {
				changes, outcomes := grants(b*size, size)
				if err := l.Intend(context.Background(), run, changes); err != nil {
					return err
				}
				if err := l.Settle(context.Background(), outcomes); err != nil {
					return err
				}
			}
			return nil
		}()
	}()
	for done := false; !done; {
		select {
		case err := <-written:
			if err != nil {
				t.Fatal(err)
			}
			done = true
		default:
		}
		if n := len(recall(t, r).Owned); n%size != 0 {
			t.Fatalf("the reader saw %d owned grants: part of a transaction", n)
		}
	}
	if got, want := len(recall(t, r).Owned), batches*size; got != want {
		t.Errorf("got %d owned grants in the end, want %d", got, want)
	}
}

// Whoever finds a schema of another version may lift it, refuse it, or read it as it is.
func TestCheckCurrent(t *testing.T) {
	t.Parallel()
	texts, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, checkCurrent(len(texts)-1), "start the daemon of this version once")
	if err := checkCurrent(len(texts)); err != nil {
		t.Error(err)
	}
}

func TestMigrationsAreNumbered(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("got migrations %q and error %v", names, err)
	}
	for i, name := range names {
		if want := fmt.Sprintf("migrations/%04d_", i+1); !strings.HasPrefix(name, want) {
			t.Errorf("got %s, want a name that begins with %s", name, want)
		}
	}
}

// Daemon and command may both find that there is no ledger yet.
func TestOpenANewLedgerTwiceAtOnce(t *testing.T) {
	t.Parallel()
	o := options(t)
	errs := make(chan error)
	const openers = 4
	for range openers {
		go func() {
			l, err := Open(context.Background(), o)
			if err == nil {
				_, err = l.Begin(context.Background(), time.Now(), "test")
				err = errors.Join(err, l.Close())
			}
			errs <- err
		}()
	}
	for range openers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if run := begin(t, open(t, o)); run != openers+1 {
		t.Errorf("got run %d, want %d: a run was lost", run, openers+1)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// overwrite damages n bytes of a file from an offset on.
func overwrite(t *testing.T, path string, offset, n int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xa5}, int(n)), offset); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// execute runs SQL on a file as a stranger would.
func execute(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func person(i int) access.PersonID { return access.PersonID{Source: "corp", ID: account(i)} }
