package app

import (
	"flag"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

var joiners = flag.Int("joiners", 300, "for how many people accounts are being made while somebody leaves; many at the usual rate")

// usualJoiners is how many there are at most at a rate that only tests have.
const usualJoiners = 1000

// TestP04_ALeaverOvertakesManyJoiners: whoever leaves while accounts are being made for many is
// suspended within the requests of a few batches, as soon as the directory wakes the daemon.
func TestP04_ALeaverOvertakesManyJoiners(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "WATCH", "true", "MODE", "sync", "accounts:", "leavers: [{who: [gone], steps: [{after: 0h, do: suspend}]}]\naccounts:")
	if *joiners > usualJoiners {
		s.configure(t, "requests_per_second: 1000", "requests_per_second: 25")
	}
	d, a := s.alarmed(t)
	d.start(t)
	if rep := d.next(t); rep.Result() != kwsync.Done {
		t.Fatalf("the first run: %s (%s)", rep.Result(), rep.Err)
	}
	call := await(t, a.watched, "the watch")

	const leavesAt = 40
	entries := append(units(), staff("bob", "Finance"), staff("cid", "Legal"), staff("dora", "Legal"))
	for i := range *joiners {
		entries = append(entries, staff(fmt.Sprintf("joiner%05d", i), "Finance"))
	}
	all := append(entries, staff("ann", "Finance"))
	s.behind.Store(int64(time.Hour)) // they came a while ago: what has just changed is read twice
	if err := s.company.Replace(all); err != nil {
		t.Fatal(err)
	}
	var made, suspendedAt atomic.Int64
	var left time.Time
	suspended := make(chan time.Duration, 1)
	s.through(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/rest/admin/users" && made.Add(1) == leavesAt {
			if err := s.company.Replace(entries); err != nil {
				t.Error(err)
			}
			left = time.Now()
			call.wake()
		}
		s.kiteworks.ServeHTTP(w, r)
		if u, _ := s.kiteworks.World().UserByEmail("ann@corp.example"); u.Suspended && suspendedAt.CompareAndSwap(0, made.Load()) {
			suspended <- time.Since(left)
		}
	})
	d.Trigger(kwsync.Trigger{Name: full, Full: true})
	t.Logf("suspended after %s, while %d accounts were to be made", await(t, suspended, "the suspension"), *joiners)
	if *joiners > usualJoiners {
		return
	}
	rep := d.next(t)
	if rep.Result() != kwsync.Done || len(rep.Detours) == 0 {
		t.Fatalf("the run of many: %s (%s), detours %v", rep.Result(), rep.Err, rep.Detours)
	}
	// A batch is 25 requests, a second's worth at the usual rate; the one in hand is finished.
	if at := suspendedAt.Load(); at == 0 || at > leavesAt+2*25 {
		t.Errorf("ann was suspended when %d accounts were made, and left at %d: want at most two batches between", at, leavesAt)
	}
}
