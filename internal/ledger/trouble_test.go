package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/pgtest"
)

func postgresOptions(t testing.TB) Options {
	t.Helper()
	return Options{State: pgtest.Schema(t), Tenant: tenant, Directories: []string{"corp"}}
}

// damage overwrites the first page of a table of a ledger, which it closes.
func damage(t *testing.T, l *Ledger, o Options, table string) {
	t.Helper()
	var pageSize, root int64
	if err := l.db.QueryRowContext(t.Context(), `PRAGMA page_size`).Scan(&pageSize); err != nil {
		t.Fatal(err)
	}
	if err := l.db.QueryRowContext(t.Context(), `SELECT rootpage FROM sqlite_master WHERE name = $1`, table).Scan(&root); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	overwrite(t, o.State, (root-1)*pageSize, pageSize)
}

// A disk that is full in the middle of a commit costs that commit and nothing else.
func TestP08_ADiskThatIsFull(t *testing.T) {
	t.Parallel()
	l := owning(t, fileOptions(t), 10)
	limit := func(pages int) {
		t.Helper()
		if _, err := l.db.ExecContext(t.Context(), fmt.Sprintf(`PRAGMA max_page_count = %d`, pages)); err != nil {
			t.Fatal(err)
		}
	}
	var pages int
	if err := l.db.QueryRowContext(t.Context(), `PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	run := begin(t, l)
	changes, outcomes := grants(100, 1000)
	limit(pages + 1)
	wantError(t, l.Intend(t.Context(), run, changes), "intend in ledger", "the disk is full: make room")
	if open, err := l.Open(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("%d intents are open, or: %v", len(open), err)
	}
	limit(1 << 30)
	if err := l.Intend(t.Context(), run, changes); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context(), outcomes); err != nil {
		t.Fatal(err)
	}
	if got, want := len(recall(t, l).Owned), 1010; got != want {
		t.Errorf("got %d owned grants, want %d", got, want)
	}
}

// A PostgreSQL that is restarted in the middle of a run costs the transaction in hand.
func TestP08_APostgreSQLThatIsRestarted(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	l := open(t, Options{State: server.Schema(t), Tenant: tenant, Directories: []string{"corp"}})
	held := lock(t, l)
	run := begin(t, l)
	changes, outcomes := grants(0, 10)
	err := l.write(t.Context(), "intend in", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), `DELETE FROM runs`); err != nil {
			return err
		}
		server.Restart(t)
		_, err := tx.ExecContext(t.Context(), `DELETE FROM binding`)
		return err
	})
	wantError(t, err, "intend in ledger postgres://", "what was under way is undone", "the next try connects anew")
	if err := l.Intend(t.Context(), run, changes); err != nil {
		t.Fatalf("after the restart: %v", err)
	}
	if err := l.Settle(t.Context(), outcomes); err != nil {
		t.Fatal(err)
	}
	if got := len(recall(t, l).Owned); got != 10 {
		t.Errorf("got %d owned grants, want 10", got)
	}
	if err := held.lost(); err != nil {
		t.Errorf("the lease did not outlast the restart: %v", err)
	}
	release(t, held)
}

// A process that stands still in the middle of a transaction does not hold up the others.
func TestAFrozenLeaseHolderIsThrownOut(t *testing.T) {
	t.Parallel()
	o := postgresOptions(t)
	frozen, other := open(t, o), open(t, o)
	shorten(frozen)
	err := frozen.write(t.Context(), "test", func(*sql.Tx) error {
		begin(t, other) // waits in the queue until the server has had enough
		return nil
	})
	wantError(t, err, "this process stood still")
}

func TestOpenSaysWhatIsWrongWithPostgreSQL(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	server.Exec(t, `CREATE ROLE guest LOGIN PASSWORD 'unused'; CREATE SCHEMA strange; CREATE TABLE strange.songs (name TEXT)`)
	server.Exec(t, `CREATE SCHEMA newest; CREATE TABLE newest.kw_onboarder (schema_version BIGINT); INSERT INTO newest.kw_onboarder VALUES (9000)`)
	at := func(settings string) string { return server.URL(nil) + "?" + settings }
	cases := []struct {
		name, state string
		want        []string
	}{
		{"a database of something else", at("search_path=strange"), []string{"no kw-onboarder ledger"}},
		{"a ledger of a newer program", at("search_path=newest"), []string{"has schema 9000", "use the newer kw-onboarder"}},
		{"a schema that is not there", at("search_path=nowhere"), []string{"there is no schema to create tables in"}},
		{"a user without rights", strings.Replace(at("search_path=public"), "owner@", "guest@", 1), []string{"lacks the right", "GRANT"}},
		{"a database that is not there", strings.Replace(at(""), "/postgres?", "/missing?", 1), []string{"there is no such database"}},
		{"a user who is not there", strings.Replace(at(""), "owner@", "nobody:s3cret@", 1), []string{"does not let this user in"}},
		{"nobody listens", "postgres://owner:s3cret@127.0.0.1:1/postgres?connect_timeout=1", []string{"the server is not reached"}},
		{"a server that only reads", at("default_transaction_read_only=on"), []string{"only reads"}},
		{"an unescaped slash", "postgres://owner:12/s3cret@127.0.0.1/postgres", []string{"no URL of a PostgreSQL database", "%2F"}},
		{"an unescaped question mark", "postgres://owner:12?s3cret@127.0.0.1/postgres", []string{"no URL of a PostgreSQL database"}},
		{"an unescaped hash", "postgres://owner:12#s3cret@127.0.0.1/postgres", []string{"no URL of a PostgreSQL database"}},
		{"a bad escape", "postgres://owner:s3cret%@127.0.0.1/postgres", []string{"no URL of a PostgreSQL database"}},
		{"a bad port", "postgres://owner:s3cret@127.0.0.1:x/postgres", []string{"no URL of a PostgreSQL database"}},
		{"a bad setting", "postgres://owner:s3cret@127.0.0.1/postgres?sslmode=perhaps", []string{"correct the URL in `state`", "sslmode"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := Options{State: c.state, Tenant: tenant, Directories: []string{"corp"}}
			_, err := Open(t.Context(), o)
			wantError(t, err, c.want...)
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("got more than a line: %v", err)
			}
			for _, secret := range []string{"s3cret", ":12"} {
				if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), secret) {
					t.Errorf("P13: the error shows the password: %v", err)
				}
			}
		})
	}
}

// A password that works is in no error of a ledger that is open, nor in its name.
func TestP13_ThePasswordOfTheStore(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	server.Exec(t, `CREATE ROLE kw LOGIN SUPERUSER PASSWORD 's3cret'`)
	o := Options{
		State:  strings.Replace(server.Schema(t), "owner@", "kw:s3cret@", 1),
		Tenant: tenant, Directories: []string{"corp"},
	}
	l := open(t, o)
	held := lock(t, l)
	_, locked := open(t, o).Lock(t.Context())
	_, other := Open(t.Context(), Options{State: o.State, Tenant: "https://other.example", Directories: o.Directories})
	twice := errors.Join(l.End(t.Context(), 99, time.Now(), "done", nil), l.Backup(t.Context(), "/tmp/x"))
	release(t, held)
	server.Kill(t)
	_, gone := l.Begin(t.Context(), time.Now(), "test")
	_, unreachable := Open(t.Context(), o)
	for _, err := range []error{locked, other, twice, gone, unreachable} {
		if err == nil {
			t.Fatal("got no error")
		}
		if text := fmt.Sprintf("%v %+v", err, l.engine); strings.Contains(text, "s3cret") {
			t.Errorf("the password shows: %s", text)
		}
	}
}

// Nothing depends on a clock that only goes forward.
func TestAClockThatWasMovedBack(t *testing.T) {
	t.Parallel()
	l := open(t, options(t))
	now := time.Date(2027, 10, 31, 3, 0, 0, 0, time.UTC)
	first, err := l.Begin(t.Context(), now, "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.End(t.Context(), first, now.Add(-time.Hour), "done", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	second, err := l.Begin(t.Context(), now.Add(-time.Hour), "test")
	if err != nil || second != first+1 {
		t.Errorf("got run %d behind run %d, or: %v", second, first, err)
	}
	var started, ended int64
	if err := l.db.QueryRowContext(t.Context(), `SELECT started, ended FROM runs WHERE id = $1`, first).Scan(&started, &ended); err != nil {
		t.Fatal(err)
	}
	if ended < started {
		t.Errorf("the run ended %v before it began", time.Duration(started-ended)*time.Microsecond)
	}
	changes, outcomes := grants(0, 1)
	if err := l.Intend(t.Context(), second, changes); err != nil {
		t.Fatal(err)
	}
	later := epoch(time.Now().Add(time.Hour)) // the clock as it was when this was intended
	if _, err := l.db.ExecContext(t.Context(), `UPDATE changes SET intended_at = $1`, later); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context(), outcomes); err != nil {
		t.Fatal(err)
	}
	var settled int64
	if err := l.db.QueryRowContext(t.Context(), `SELECT settled_at FROM changes`).Scan(&settled); err != nil || settled < later {
		t.Errorf("settled at %v, intended at %v, or: %v", moment(settled), moment(later), err)
	}
}
