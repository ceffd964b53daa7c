package pgtest_test

import (
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/kw-onboarder/kw-onboarder/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestSchemasKeepTestsApart(t *testing.T) {
	t.Parallel()
	for range 2 {
		conn, err := pgx.Connect(t.Context(), pgtest.Schema(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), `CREATE TABLE songs (name TEXT)`); err != nil {
			t.Error(err)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestARestartedServerKeepsItsData(t *testing.T) {
	t.Parallel()
	s := pgtest.Start(t)
	s.Exec(t, `CREATE TABLE songs (name TEXT)`)
	s.Restart(t)
	s.Exec(t, `INSERT INTO songs VALUES ('Wien')`)
}
