package status

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// ages reckons, whenever somebody looks, what grows by itself: a daemon that hangs must
// not look as young as it was.
type ages struct{ board *Board }

var _ prometheus.Collector = ages{}

// Describe implements prometheus.Collector.
func (a ages) Describe(to chan<- *prometheus.Desc) {
	m := &a.board.metrics
	for _, d := range []*prometheus.Desc{m.oldestPending, m.overdue, m.seats, m.parkedFor, m.credential} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (a ages) Collect(to chan<- prometheus.Metric) {
	b := a.board
	b.mu.Lock()
	defer b.mu.Unlock()
	m, now := &b.metrics, b.now()
	show := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	since := func(at time.Time) float64 { return max(0, now.Sub(at).Seconds()) }
	w := b.waits(now)
	for _, lane := range plan.Lanes() {
		show(m.oldestPending, max(0, w.oldest[lane].Seconds()), string(lane))
	}
	show(m.overdue, float64(w.overdue))
	show(m.seats, float64(w.seats))
	for kind, at := range b.parkedSince {
		show(m.parkedFor, since(at), string(kind))
	}
	for name, at := range b.credentials {
		show(m.credential, since(at), name)
	}
}

// Credentials shows how old the secrets are: when each was last written, by what it is for.
func (b *Board) Credentials(written map[string]time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.credentials = written
}

// Paced says how often there is a run, and how old the last success may be.
func (b *Board) Paced(interval, maxAge time.Duration) {
	b.metrics.maxAge.Set(maxAge.Seconds())
	b.mu.Lock()
	defer b.mu.Unlock()
	b.interval = interval
}
