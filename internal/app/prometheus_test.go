package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// scraper is a Prometheus that reads a daemon's metrics.
type scraper struct {
	*proctest.Process
	address string
}

// prometheusOf starts a Prometheus on loopback that reads an address each second, as the job kw.
func prometheusOf(t *testing.T, address string, flags ...string) *scraper {
	t.Helper()
	program, dir := proctest.Program(t, "prometheus"), t.TempDir()
	file := filepath.Join(dir, "prometheus.yml")
	proctest.Write(t, file, fmt.Appendf(nil, "global: {scrape_interval: 1s}\nscrape_configs:\n  - job_name: kw\n    static_configs: [{targets: [%q]}]\n", address))
	s := &scraper{address: proctest.FreeAddr(t)}
	c := exec.Command(program, append([]string{"--config.file=" + file, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + s.address}, flags...)...)
	var err error
	if s.Process, err = proctest.Run(c, filepath.Join(dir, "output")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.End(syscall.SIGTERM) })
	return s
}

// query asks for the instant value of an expression and returns how many series it has.
func (s *scraper) query(ctx context.Context, expression string) (series int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+"/api/v1/query?query="+url.QueryEscape(expression), http.NoBody)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	var body struct {
		Status, Error string
		Data          struct{ Result []json.RawMessage }
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		return 0, err
	}
	if body.Status != "success" {
		return 0, fmt.Errorf("%s: %s", body.Status, body.Error)
	}
	return len(body.Data.Result), nil
}

// expect waits until each expression has data.
func (s *scraper) expect(t *testing.T, expressions map[string][]string) {
	t.Helper()
	for what, all := range expressions {
		for _, e := range all {
			err := s.Await(func() error {
				n, err := s.query(t.Context(), e)
				if err == nil && n == 0 {
					err = fmt.Errorf("no data")
				}
				return err
			})
			if err != nil {
				t.Errorf("%s: %s: %v", what, e, err)
			}
		}
	}
}

// eventful is a site with a rule that has a label, a wall, and a budget of four grants.
func eventful(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	text, err := os.ReadFile(s.path("config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "config.yaml", strings.Replace(string(text), "  - name: staff\n", "  - name: staff\n    label: everybody\n", 1)+`
walls:
  - name: two-bids
    never_both: ["/Departments/Finance/**", "/Departments/Legal/**"]
budgets:
  grant: {max: 4, per: 24h}
`)
	return s
}

// TestPrometheusShowsWhatTheDashboardsAsk runs every expression of both dashboards in a real
// Prometheus that reads a real daemon: onboarding, somebody who is refused once and somebody who
// is parked. Each must have data.
func TestPrometheusShowsWhatTheDashboardsAsk(t *testing.T) {
	t.Parallel()
	s := eventful(t)
	var refused atomic.Bool
	s.through(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/rest/admin/users" && refused.CompareAndSwap(false, true) {
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(`{"errors":[{"code":"ERR_X","message":"not now"}]}`))
			return
		}
		s.kiteworks.ServeHTTP(w, r)
	})
	d := s.prepare(t)
	p := prometheusOf(t, d.Addr())
	d.start(t)
	d.next(t)
	s.employ(t, staff("ann", "Finance"), staff("bob", "Finance"), staff("cid", "Legal"), staff("dora", "Legal"), staff("eve", "Legal"))
	if rep := d.again(t); len(rep.Parked) == 0 {
		t.Fatalf("nothing was parked: %d changes, %d withheld, %s", len(rep.Plan.Changes), len(rep.Withheld), rep.Err)
	}
	for _, name := range dashboards {
		p.expect(t, queries(t, name))
	}
}

// Who asks for native histograms gets them.
func TestPrometheusReadsNativeHistograms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.prepare(t)
	p := prometheusOf(t, d.Addr(), "--enable-feature=native-histograms")
	d.start(t)
	d.next(t)
	p.expect(t, map[string][]string{"native": {
		`histogram_count(sum(kw_onboarder_request_seconds)) > 0`, `histogram_quantile(0.95, sum(kw_onboarder_run_phase_seconds))`,
	}})
}
