package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// BenchmarkBrakes measures what the brakes ask of the ledger of an old and large tenant:
// a million grants of ours, a hundred thousand changes done today, ten thousand parked.
func BenchmarkBrakes(b *testing.B) {
	l := openBench(b)
	c, st := large()
	if err := l.Observe(b.Context(), time.Now(), c, st); err != nil {
		b.Fatal(err)
	}
	ownAll(b, l)
	run := int64(1)
	for first := 0; first < 100_000; first += 1000 {
		changes, outcomes := grants(first, 1000)
		var err error
		if run, err = l.Begin(b.Context(), time.Now(), "bench"); err != nil {
			b.Fatal(err)
		}
		if err := l.Intend(b.Context(), run, changes); err != nil {
			b.Fatal(err)
		}
		if err := l.Settle(b.Context(), outcomes); err != nil {
			b.Fatal(err)
		}
	}
	many := Parked{Cause: "revoke|staff|", Kind: "revoke", Rule: "staff", Why: "too many"}
	for i := range 10_000 {
		many.Changes = append(many.Changes, plan.Change{
			Key: plan.Key(fmt.Sprint("revoke|", i)), Op: plan.Revoke, Person: person(i), Account: account(i), Folder: "folder", From: "Reader",
		})
	}
	now := time.Now()
	for _, m := range []struct {
		name string
		do   func() error
	}{
		{"Counts", func() error { _, err := l.Counts(b.Context()); return err }},
		{"Used", func() error {
			_, err := l.Used(b.Context(), []plan.Op{plan.Grant, plan.Raise}, false, now.Add(-24*time.Hour))
			return err
		}},
		{"Used of what was not done", func() error {
			_, err := l.Used(b.Context(), []plan.Op{plan.Revoke}, false, now.Add(-24*time.Hour))
			return err
		}},
		{"Park 10000 again", func() error { return l.Park(b.Context(), run, []Parked{many}, true, now) }},
		{"Decide and Approved", func() error {
			l.Decide(b.Context(), 1, true, otto, now) // the first time
			_, err := l.Approved(b.Context(), now)
			return err
		}},
		{"Holds of none", func() error { _, err := l.Holds(b.Context(), now); return err }},
	} {
		b.Run(m.name, func(b *testing.B) {
			for b.Loop() {
				if err := m.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
