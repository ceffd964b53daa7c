package ledger

import (
	"database/sql"
	"fmt"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// The tenant of the measurements: section "numbers" of the design.
const (
	manyAccounts = 100_000
	manyFolders  = 2_000
	perFolder    = 500 // a million grants
)

func openBench(b *testing.B) *Ledger {
	b.Helper()
	l, err := Open(b.Context(), options(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	return l
}

// BenchmarkIntendSettle10000 is a first onboarding: batches of 100, each on disk before it is sent.
func BenchmarkIntendSettle10000(b *testing.B) {
	l := openBench(b)
	run, err := l.Begin(b.Context(), time.Now(), "bench")
	if err != nil {
		b.Fatal(err)
	}
	const batch = 100
	for b.Loop() {
		for first := 0; first < 10_000; first += batch {
			changes, outcomes := grants(first, batch)
			if err := l.Intend(b.Context(), run, changes); err != nil {
				b.Fatal(err)
			}
			if err := l.Settle(b.Context(), outcomes); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/10000")
}

// BenchmarkMillion measures what an old and large tenant costs.
func BenchmarkMillion(b *testing.B) {
	l := openBench(b)
	c, st := large()
	at := time.Now()
	observe := func(b *testing.B, at time.Time) {
		peak := watchHeap()
		if err := l.Observe(b.Context(), at, c, st); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(peak(), "peak-MB")
	}
	b.Run("first Observe", func(b *testing.B) {
		for b.Loop() {
			at = at.Add(time.Second)
			observe(b, at)
		}
	})
	b.Run("Observe with 10 differences", func(b *testing.B) {
		for b.Loop() {
			at = at.Add(time.Second)
			for i := range 10 {
				g := &st.Grants[i*1000]
				g.SharedBy = fmt.Sprint("giver ", at.Unix()) // not seen before
			}
			observe(b, at)
		}
	})
	st = access.State{}
	ownAll(b, l)
	everybody, somebody := (*plan.Scope)(nil), &plan.Scope{People: []access.PersonID{person(77)}, Emails: []access.Email{"account-000078@corp.example"}}
	for name, of := range map[string]*plan.Scope{"everybody": everybody, "one person": somebody} {
		b.Run("Recall of "+name, func(b *testing.B) {
			before := live()
			var m plan.Memory
			for b.Loop() {
				var err error
				if m, err = l.Recall(b.Context(), of); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(live()-before, "live-MB")
			runtime.KeepAlive(m)
		})
		b.Run("Observed of "+name, func(b *testing.B) {
			before := live()
			var st access.State
			for b.Loop() {
				var err error
				if st, err = l.Observed(b.Context(), of, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(live()-before, "live-MB")
			runtime.KeepAlive(st)
		})
	}
	b.Run("Pending of none", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.Pending(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// large is an old tenant of a million grants.
func large() (*access.Catalog, access.State) {
	c := &access.Catalog{Roles: []access.Role{{ID: "1", Name: "Reader", Rank: 1}}}
	st := access.State{Of: access.Scope{Accounts: true}}
	for i := range manyAccounts {
		st.Accounts = append(st.Accounts, access.Account{
			ID: account(i), Email: access.Email(account(i) + "@corp.example"), Name: account(i),
			Profile: "Standard", Kind: access.User, Status: access.Live,
		})
	}
	for f := range manyFolders {
		folder := fmt.Sprintf("6f1c0d3e-0000-4000-8000-%012d", f)
		c.Folders = append(c.Folders, access.Folder{ID: folder, As: "svc", Path: access.Path("/Departments/" + folder)})
		st.Of.Folders = append(st.Of.Folders, folder)
		for i := range perFolder {
			st.Grants = append(st.Grants, access.Grant{
				Account: st.Accounts[(f*7919+i*200)%manyAccounts].ID, Folder: folder, Role: "Reader", SharedBy: "svc", Created: given,
			})
		}
	}
	return c, st
}

// ownAll makes every grant that is known ours.
func ownAll(b *testing.B, l *Ledger) {
	b.Helper()
	err := l.write(b.Context(), "own", func(tx *sql.Tx) error {
		for _, s := range []string{
			`INSERT INTO links (source, person_id, account, created)
			 SELECT 'corp', texts.text, texts.text, TRUE FROM accounts JOIN texts ON texts.id = accounts.account WHERE until = 0`,
			`INSERT INTO texts (id, text) SELECT MAX(id) + 1, 'corp' FROM texts`,
			`INSERT INTO texts (id, text) SELECT MAX(id) + 1, '["staff"]' FROM texts`,
			`INSERT INTO owned (account, folder, source, person_id, identity, role, floor, shared_by, created, rules, lost)
			 SELECT account, folder, (SELECT id FROM texts WHERE text = 'corp'), account, shared_by, role, 0, shared_by, created,
				(SELECT id FROM texts WHERE text = '["staff"]'), 0 FROM grants WHERE until = 0`,
		} {
			if _, err := tx.ExecContext(b.Context(), s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

const mega = 1 << 20

// live is the heap in MB after a collection.
func live() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / mega
}

// watchHeap returns what ends the watch and says how many MB the heap grew at most.
func watchHeap() (peak func() float64) {
	before := live()
	stop, most := make(chan struct{}), make(chan float64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for high := 0.0; ; {
			select {
			case <-tick.C:
				metrics.Read(sample)
				high = max(high, float64(sample[0].Value.Uint64())/mega)
			case <-stop:
				most <- high - before
				return
			}
		}
	}()
	return func() float64 {
		close(stop)
		return <-most
	}
}
