package ledger

import (
	"database/sql"
	"flag"
	"os"
	"os/exec"
	"testing"

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
