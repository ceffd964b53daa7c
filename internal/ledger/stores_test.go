package ledger

import (
	"flag"
	"os"
	"os/exec"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/pgtest"
)

// storeVar says in which database options makes ledgers: postgres, or else SQLite.
const storeVar = "KW_ONBOARDER_LEDGER_STORE"

// Every test of this package holds on PostgreSQL too: the test binary runs them once more.
func TestEveryTestOnPostgreSQL(t *testing.T) {
	if os.Getenv(storeVar) != "" {
		t.Skip("this is that run")
	}
	t.Parallel()
	pgtest.Need(t)
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.skip=Lock|Attended|Killed", "-test.v="+flag.Lookup("test.v").Value.String())
	c.Env = append(os.Environ(), storeVar+"=postgres")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("on PostgreSQL: %v\n%s", err, out)
	}
}
