package ledger

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/pgtest"
)

// storeVar says in which database options makes ledgers: postgres, or else SQLite.
const storeVar = "KW_ONBOARDER_LEDGER_STORE"

// Every test of this package holds on PostgreSQL too: the test binary runs them once more,
// without those that need no second run.
func TestEveryTestOnPostgreSQL(t *testing.T) {
	if os.Getenv(storeVar) != "" {
		t.Skip("this is that run")
	}
	t.Parallel()
	pgtest.Need(t)
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.skip=Lease|Libc|PostgreSQL|Backup|ThePasswordOfTheStore|FileThat|Known|DiskThatIsFull", "-test.v="+flag.Lookup("test.v").Value.String())
	c.Env = append(os.Environ(), storeVar+"=postgres")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("on PostgreSQL: %v\n%s", err, out)
	}
}

// What a transaction reads twice is the same, whatever others write meanwhile.
func TestReadIsOfOneMoment(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := open(t, o)
	r := openReadOnly(t, o)
	err := r.read(t.Context(), "test", func(tx *sql.Tx) error {
		for range 3 {
			run, _, err := newestRun(t.Context(), tx)
			if err != nil || run != 0 {
				t.Errorf("got run %d, want none; or: %v", run, err)
			}
			begin(t, l)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Behind PgBouncer each transaction may have another session: nothing may be left in one.
func TestPostgreSQLBehindPgBouncer(t *testing.T) {
	t.Parallel()
	o := Options{State: pgtest.Start(t).Bouncer(t), Tenant: tenant, Directories: []string{"corp"}}
	var writers sync.WaitGroup
	const each = 5
	for writer := range 3 {
		l := open(t, o)
		if writer == 0 {
			defer release(t, lock(t, l))
		}
		writers.Go(func() {
			for n := range each {
				run, err := l.Begin(context.Background(), time.Now(), "test")
				changes, outcomes := grants((writer*each+n)*10, 10)
				if err := errors.Join(err, l.Intend(context.Background(), run, changes), l.Settle(context.Background(), outcomes)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	if got, want := len(recall(t, openReadOnly(t, o)).Owned), 3*each*10; got != want {
		t.Errorf("got %d owned grants, want %d", got, want)
	}
}
