package directory_test

import (
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// BenchmarkRefresh reads a company from slapd. The peak is that of the heap
// in the reading process, looked at every 10 ms, above what the test itself holds.
func BenchmarkRefresh(b *testing.B) {
	for _, people := range []int{20_000, 100_000} {
		b.Run(strconv.Itoa(people), func(b *testing.B) {
			s := slapdtest.Start(b, slapdtest.Options{LDIF: slapdtest.NewCompany(people, 1).LDIF()})
			c := newClient(b, options(s.URL()))
			peak := watchHeap(b)
			for b.Loop() {
				sn, _, err := c.Refresh(b.Context(), true)
				if err != nil {
					b.Fatal(err)
				}
				if len(sn.People) != people {
					b.Fatalf("got %d people, want %d", len(sn.People), people)
				}
			}
			b.ReportMetric(float64(peak())/1e6, "MB-peak")
			b.ReportMetric(float64(people)*float64(b.N)/b.Elapsed().Seconds(), "people/s")
		})
	}
}

// BenchmarkPagedSearchAsync is the yardstick: go-ldap's paged streaming of the same attributes, thrown away.
func BenchmarkPagedSearchAsync(b *testing.B) {
	const people = 20_000
	s := slapdtest.Start(b, slapdtest.Options{LDIF: slapdtest.NewCompany(people, 1).LDIF()})
	for b.Loop() {
		s.Do(b, func(c *ldap.Conn) error { return stream(b, c) })
	}
	b.ReportMetric(people*float64(b.N)/b.Elapsed().Seconds(), "people/s")
}

func stream(b *testing.B, c *ldap.Conn) error {
	control := ldap.NewControlPaging(500)
	for {
		answer := c.SearchAsync(b.Context(), &ldap.SearchRequest{
			BaseDN: slapdtest.PeopleBase, Scope: ldap.ScopeWholeSubtree, Filter: "(objectClass=inetOrgPerson)",
			Attributes: []string{
				"entryUUID", "modifyTimestamp", "cn", "displayName", "pwdAccountLockedTime", "mail",
				"department", "employeeType", "title", "uid",
			},
			Controls: []ldap.Control{control},
		}, 16)
		var next []byte
		for answer.Next() {
			if end, ok := ldap.FindControl(answer.Controls(), ldap.ControlTypePaging).(*ldap.ControlPaging); ok {
				next = end.Cookie
			}
		}
		if answer.Err() != nil || len(next) == 0 {
			return answer.Err()
		}
		control.SetCookie(next)
	}
}

// watchHeap returns a function that stops the watch and says by how many bytes the heap has grown at most.
func watchHeap(b *testing.B) (peak func() uint64) {
	b.Helper()
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var highest atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				highest.Store(max(highest.Load(), now.HeapInuse))
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-stopped
		return highest.Load() - min(highest.Load(), before.HeapInuse)
	}
}
