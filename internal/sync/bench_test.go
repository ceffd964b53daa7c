package sync_test

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// town is a stage of many people with ten roles each, all given, and a real ledger that
// knows it: what a delta meets on the day after.
func town(b *testing.B, people int) (*stage, *kwsync.Runner) {
	b.Helper()
	s := newStage()
	for f := range 200 {
		s.folder(fmt.Sprintf("folder-%03d", f), access.Path(fmt.Sprintf("/Dep/%03d", f)))
	}
	s.rules = []rules.Rule{{Name: "all", When: rules.Condition{Everyone: true}, Account: &rules.Account{}}}
	for g := range 10 {
		s.rules[0].Grants = append(s.rules[0].Grants, rules.Grant{Folder: fmt.Sprintf("/Dep/{{ .d%d }}", g), Role: "Viewer"})
	}
	var owned []access.Owned
	for i := range people {
		name := fmt.Sprintf("person-%06d", i)
		s.person(name, "").account(name)
		attrs := s.snapshot.People[i].Attrs
		for g := range 10 {
			f := (i + 7*g) % 200
			attrs[fmt.Sprintf("d%d", g)] = []string{fmt.Sprintf("%03d", f)}
			folder := fmt.Sprintf("folder-%03d", f)
			s.state.Grants = append(s.state.Grants, access.Grant{Account: "u-" + name, Folder: folder, Role: "Viewer", SharedBy: "u-us"})
			owned = append(owned, access.Owned{Person: id(name), Account: "u-" + name, Folder: folder, As: as, Role: "Viewer", SharedBy: "u-us", Causes: []access.Cause{{Rule: "all"}}})
		}
	}
	slices.SortFunc(s.state.Grants, func(a, b access.Grant) int {
		return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Account, b.Account))
	})
	book, err := ledger.Open(b.Context(), ledger.Options{State: filepath.Join(b.TempDir(), "ledger.db"), Tenant: "https://bench.example", Directories: []string{"dir"}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = book.Close() })
	r := s.runner(b)
	r.Journal, r.Recall = book, book
	began := time.Now()
	if rep, err := r.Run(b.Context(), full); err != nil || len(rep.Plan.Changes) > 0 {
		b.Fatalf("the first run: %v, %d changes; want none", err, len(rep.Plan.Changes))
	}
	b.Logf("the first full run took %v", time.Since(began).Round(time.Millisecond))
	if err := book.Adopt(b.Context(), ledger.Actor{}, owned, nil); err != nil {
		b.Fatal(err)
	}
	s.directory.touched = access.Touched{}
	return s, r
}

// processor is the time that this process has had of a processor.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRun makes runs for 100,000 people with 1,000,000 grants of ours, on a ledger in
// SQLite: deltas in which nothing has changed (target: 100 ms of processor time), and in
// which one person has moved to another folder; then a full run. It reports the processor
// time of a run, its requests to Kiteworks, and the heap behind it.
func BenchmarkRun(b *testing.B) {
	s, r := town(b, 100_000)
	measure := func(b *testing.B, t kwsync.Trigger, before func(n int), requests int) {
		b.Helper()
		runs := 0
		began, asked := processor(b), s.requests
		for b.Loop() {
			before(runs)
			if rep, err := r.Run(b.Context(), t); err != nil || rep.Requests.Made != requests {
				b.Fatalf("Run: %v, %d requests, want %d", err, rep.Requests.Made, requests)
			}
			runs++
		}
		b.ReportMetric(float64((processor(b)-began).Microseconds())/1000/float64(runs), "cpu-ms/op")
		b.ReportMetric(float64(s.requests-asked)/float64(runs), "requests/op")
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MB")
	}
	b.Run("delta, nothing changed", func(b *testing.B) { measure(b, delta, func(int) {}, 0) })
	b.Run("full", func(b *testing.B) { measure(b, full, func(int) { s.events = nil }, 2) })
	b.Run("delta, one person", func(b *testing.B) {
		s.tenant.apply = func(_ context.Context, step plan.Step) []plan.Outcome {
			s.request("grant")
			return done(step)
		}
		measure(b, delta, func(n int) { // each time somebody else, to a folder of which they have no role yet
			p := &s.snapshot.People[n]
			p.Attrs["d0"] = []string{fmt.Sprintf("%03d", (n+3)%200)}
			s.directory.touched.People = []access.PersonID{p.ID}
			s.events = nil
		}, 1)
		s.directory.touched.People = nil
	})
}
