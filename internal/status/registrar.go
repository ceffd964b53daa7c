package status

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

const namespace = "kw_onboarder"

// description is what docs/metrics.md says of a metric.
type description struct {
	name    string // without the namespace
	kind    string // counter, gauge or histogram
	help    string
	labels  []string
	buckets []float64
}

// section is a group of metrics in docs/metrics.md.
type section struct {
	title string
	of    []description
}

// registrar makes metrics that are registered and bear the program's name, and writes down
// what they are.
type registrar struct {
	promauto.Factory
	written *[]section
}

// about begins a section: what is made next belongs to it.
func (r registrar) about(title string) { *r.written = append(*r.written, section{title: title}) }

func (r registrar) note(d description) {
	last := &(*r.written)[len(*r.written)-1]
	last.of = append(last.of, d)
}

func (r registrar) counter(name, help string) prometheus.Counter {
	r.note(description{name: name, kind: "counter", help: help})
	return r.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

func (r registrar) counters(name, help string, labels ...string) *prometheus.CounterVec {
	r.note(description{name: name, kind: "counter", help: help, labels: labels})
	return r.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func (r registrar) gauge(name, help string) prometheus.Gauge {
	r.note(description{name: name, kind: "gauge", help: help})
	return r.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
}

func (r registrar) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	r.note(description{name: name, kind: "gauge", help: help, labels: labels})
	return r.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

// ages describes a gauge that is reckoned when somebody looks; whoever reckons it registers it.
func (r registrar) ages(name, help string, labels ...string) *prometheus.Desc {
	r.note(description{name: name, kind: "gauge", help: help, labels: labels})
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

// histograms are classic for text scrapes and native for those that ask for
// protobuf; the bounds keep a native one small whatever is observed.
func (r registrar) histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	r.note(description{name: name, kind: "histogram", help: help, labels: labels, buckets: buckets})
	return r.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
	}, labels)
}
