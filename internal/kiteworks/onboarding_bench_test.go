package kiteworks_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// scale is how many times faster than real the first onboarding runs: the
// server allows 300 requests a second where a real one allows 30.
const scale = 10

// BenchmarkFirstOnboarding onboards 10,000 people into 200 (folder, role) pairs
// against a server that allows 30 requests a second with a queue of 40, at 29 a
// second, alone and beside a client that eats a third. It reports the requests
// made for each that the model foretells, the share of the configured rate that
// was used, and the number of 429s.
func BenchmarkFirstOnboarding(b *testing.B) {
	for _, competitor := range []int{0, 10} {
		b.Run(fmt.Sprintf("competitor=%d", competitor), func(b *testing.B) {
			const people, pairs, rate = 10_000, 200, 29 * scale
			for b.Loop() {
				s := start(b, func(o *kwsim.Options) { o.RequestsPerSecond, o.Queue = 30*scale, 40*scale })
				for f := range pairs {
					s.mkdir("/Departments", fmt.Sprintf("f%03d", f))
				}
				tenant := s.tenant(func(o *kiteworks.Options) { o.Rate = rate })
				kiteworks.HurryBy(tenant, scale)
				stop := s.compete(competitor * scale)
				began := time.Now()
				rep, err := (&kwsync.Runner{Planner: kwsync.Planner{
					Directory: office{people: people, pairs: pairs}, Reader: tenant, Recall: notebook{}, Rules: officeRules(b),
					Limits: guard.Limits{Mode: guard.CreateOnly}, Now: time.Now,
				}, Tenant: tenant, Journal: notebook{}, Lease: notebook{}}).Run(b.Context(), kwsync.Trigger{Name: "bench", Full: true})
				took := time.Since(began)
				stop()
				if err != nil || len(rep.Unfinished()) > 0 {
					b.Fatalf("got error %v and %d changes not done", err, len(rep.Unfinished()))
				}
				// tokens, roles, profiles, top, one level, one page of users, the folders'
				// members; then the accounts and one step for each pair
				model := 2 + 1 + 1 + 1 + 1 + 1 + pairs + people + pairs
				b.ReportMetric(float64(rep.Requests.Made)/float64(model), "requests/model")
				b.ReportMetric(100*float64(rep.Requests.Made)/took.Seconds()/rate, "%rate")
				b.ReportMetric(float64(s.throttled()), "429s")
			}
		})
	}
}

// throttled is how often the server refused a request above its rate.
func (s *site) throttled() (n int) {
	for _, e := range s.History() {
		if e.Status == 429 {
			n++
		}
	}
	return n
}

// compete sends requests at a steady rate until stop is called.
func (s *site) compete(perSecond int) (stop func()) {
	if perSecond == 0 {
		return func() {}
	}
	rival := s.tenant(func(o *kiteworks.Options) { o.Rate = float64(perSecond) })
	kiteworks.HurryBy(rival, scale)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			_, _ = rival.Catalog(ctx, nil) // whatever comes back: it only takes room
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// office is a directory of people who each belong to one of the pairs.
type office struct{ people, pairs int }

func (o office) Refresh(context.Context, bool) (*access.Snapshot, access.Touched, error) {
	sn := &access.Snapshot{}
	for i := range o.people {
		name := fmt.Sprintf("p%05d", i)
		sn.People = append(sn.People, access.Person{
			ID: access.PersonID{Source: "office", ID: name}, Email: access.Email(name + "@corp.example"), Name: name,
			Standing: access.Active, Attrs: map[string][]string{"department": {fmt.Sprintf("f%03d", i%o.pairs)}},
		})
	}
	return sn, access.Touched{Everyone: true}, nil
}

func officeRules(b *testing.B) *rules.Set {
	b.Helper()
	set, problems := rules.Compile([]rules.Rule{{
		Name: "all", When: rules.Condition{Everyone: true}, Account: &rules.Account{Profile: "Standard"},
		Grants: []rules.Grant{{Folder: "/Departments/{{ .department }}", Role: "Collaborator"}},
	}}, rules.Options{Identities: []string{folders}, DefaultAs: folders, Roots: []access.Path{"/Departments"}})
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	return set
}

// notebook is a ledger that remembers nothing: the benchmark is about requests.
type notebook struct {
	kwsync.Memory
	kwsync.History
}

func (notebook) Recall(context.Context, *plan.Scope) (plan.Memory, error) {
	return plan.NewMemory(), nil
}

func (notebook) Until() time.Time { return time.Time{} }
func (notebook) Observe(context.Context, time.Time, *access.Catalog, access.State) error {
	return nil
}

func (notebook) Schedule(context.Context, []access.PersonID, map[access.PersonID]time.Time) error {
	return nil
}

func (notebook) Begin(context.Context, time.Time, string) (int64, error)     { return 1, nil }
func (notebook) Open(context.Context) ([]plan.Change, error)                 { return nil, nil }
func (notebook) Learn(context.Context, plan.Learned) error                   { return nil }
func (notebook) Intend(context.Context, int64, []plan.Change) error          { return nil }
func (notebook) Settle(context.Context, []plan.Outcome) error                { return nil }
func (notebook) End(context.Context, int64, time.Time, string, []byte) error { return nil }
