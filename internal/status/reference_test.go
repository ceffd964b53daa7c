package status

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
)

const referenceFile = "../../docs/metrics.md"

const preface = `# Metrics

<!-- Written by "go generate ./internal/status": change what the program says, not this file. -->

The daemon shows these at ` + "`/metrics`" + ` of ` + "`http.metrics`" + `, besides those of the Go runtime and of the process
(` + "`go_*`, `process_*`" + `). Histograms are classic in the text form, and native too for a Prometheus that asks for
protobuf. No label is ever a person, a folder or the text of an error. The name of a rule is one only where the rule
says ` + "`label: NAME`" + `: several rules may share a label, so that a thousand rules need not be a thousand series.

The alerts in ` + "`deploy/prometheus`" + ` and the dashboards in ` + "`deploy/grafana`" + ` are made of these names.
A daemon that stands by shows what it has last known itself: take the maximum of gauges over the instances of a job,
or look at the one whose ` + "`kw_onboarder_leader`" + ` is 1.

## The access lag

` + "`kw_onboarder_access_lag_seconds`" + ` begins at the directory's own time of the last change of the person's entry, or of the
group through which the rule applies (` + "`modifyTimestamp`, `whenChanged`" + `), and ends when Kiteworks has answered. It
counts a change only if that time lies behind the last look at the directory from which a run came through; so a first
onboarding, a changed rule, an ` + "`until`" + ` that has come and a later step of a ladder are not in it. An entry that was
deleted does not say when: there the lag begins when it was first seen to be gone. What is refused, or waits for
approval, counts with its whole wait when it is done, unless the daemon was restarted meanwhile.

| lane | whom it is about |
|---|---|
| ` + "`leavers`" + ` | those who have left |
| ` + "`joiners`" + ` | those who get an account, or get it back, and what they get with it |
| ` + "`movers`" + ` | everybody else's access, and addresses |
| ` + "`cosmetics`" + ` | names and profiles |
`

// labelNotes say what the values of a label are, where a fresh daemon does not show all of them.
var labelNotes = map[string]string{
	"code":       "HTTP status, or `none`",
	"commit":     "of the source",
	"credential": "`private_key`, `client_secret`, `bind_password`",
	"goversion":  "of the compiler",
	"hash":       "12 hexadecimal digits",
	"operation":  "method and path template of the vendor's document",
	"phase":      "`directory`, `proof`, `rules`, `kiteworks`, `plan`, `apply`",
	"rule":       "`label` of the rule",
	"version":    "of the program",
	"wall":       "name of the wall",

	"budget_used_ratio kind":               "those of `budgets`",
	"parked_oldest_timestamp_seconds kind": "as of `parked`",
	"parked_oldest_seconds kind":           "as of `parked`",
	"rule_changes_total op":                "as of `changes_total`",
	"rule_changes_total result":            "as of `changes_total`",
}

// values are those that a fresh daemon shows of each label, by metric and label.
func values(families []*dto.MetricFamily) map[string][]string {
	all := map[string][]string{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				key := strings.TrimPrefix(f.GetName(), namespace+"_") + " " + l.GetName()
				if value := "`" + l.GetValue() + "`"; !slices.Contains(all[key], value) {
					all[key] = append(all[key], value)
				}
			}
		}
	}
	return all
}

// reference is docs/metrics.md.
func reference(t *testing.T) string {
	t.Helper()
	b, reg := newBoard()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	fresh := values(families)
	var out strings.Builder
	out.WriteString(preface)
	for _, s := range b.written {
		fmt.Fprintf(&out, "\n## %s\n\n| name, behind `%s_` | type | labels | what it says |\n|---|---|---|---|\n", s.title, namespace)
		for _, d := range s.of {
			var labels []string
			for _, l := range d.labels {
				key := d.name + " " + l
				note := labelNotes[key]
				if note == "" {
					note = strings.Join(fresh[key], ", ")
				}
				if note == "" {
					note = labelNotes[l]
				}
				if note == "" {
					t.Errorf("nobody says what the values of %s are", key)
				}
				labels = append(labels, fmt.Sprintf("`%s`: %s", l, note))
			}
			help := d.help
			if d.buckets != nil {
				help += " Bounds: " + bounds(d.buckets) + "."
			}
			fmt.Fprintf(&out, "| `%s` | %s | %s | %s |\n", d.name, d.kind, strings.Join(labels, "<br>"), help)
		}
	}
	return out.String()
}

func bounds(buckets []float64) string {
	texts := make([]string, len(buckets))
	for i, b := range buckets {
		texts[i] = strconv.FormatFloat(b, 'f', -1, 64)
	}
	return strings.Join(texts, ", ") + " s"
}

func TestTheReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	want := reference(t)
	if *update {
		if err := os.WriteFile(referenceFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("docs/metrics.md is not what the program shows; go generate ./internal/status writes it anew (-want +got):\n%s", diff)
	}
}

// What is shown and what is described are the same.
func TestEveryMetricIsDescribed(t *testing.T) {
	t.Parallel()
	b, _ := newBoard()
	described := map[string]description{}
	for _, s := range b.written {
		for _, d := range s.of {
			described[namespace+"_"+d.name] = d
		}
	}
	families, err := busy().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		d, is := described[f.GetName()]
		if kind := strings.ToLower(f.GetType().String()); !is || d.kind != kind || d.help != f.GetHelp() {
			t.Errorf("%s, a %s, is described as %+v", f.GetName(), kind, d)
		}
		delete(described, f.GetName())
	}
	for name := range described {
		t.Errorf("%s is described, and a busy daemon does not show it", name)
	}
}
