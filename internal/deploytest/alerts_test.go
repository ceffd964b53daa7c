package deploytest

import (
	"bytes"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

const (
	rulesFile = "deploy/prometheus/rules.yaml"
	testsFile = "deploy/prometheus/rules_test.yaml"
	runbook   = "https://github.com/kw-onboarder/kw-onboarder/blob/main/docs/operations.md#"
)

// alert is one rule of the file.
type alert struct {
	Record, Alert, Expr, For string
	Labels, Annotations      map[string]string
}

func decode[T any](t *testing.T, path string) (v T) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text(t, path)), &v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

// rules are all rules of the file; those that record have no name.
func rules(t *testing.T) (all []alert) {
	t.Helper()
	file := decode[struct{ Groups []struct{ Rules []alert } }](t, rulesFile)
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// alerts are the rules that alert, by name.
func alerts(t *testing.T) map[string]alert {
	t.Helper()
	named := map[string]alert{}
	for _, r := range rules(t) {
		if r.Alert != "" {
			named[r.Alert] = r
		}
	}
	return named
}

func TestPromtoolAgrees(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"check", "rules", "../../" + rulesFile}, {"test", "rules", "../../" + testsFile}} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			c := exec.CommandContext(t.Context(), proctest.Program(t, "promtool"), args...)
			var said bytes.Buffer
			c.Stdout, c.Stderr = &said, &said
			if err := c.Run(); err != nil {
				t.Errorf("promtool %s rules: %v\n%s", args[0], err, &said)
			}
		})
	}
}

func TestEachAlertSaysWhoIsCalledAndWhatToDo(t *testing.T) {
	t.Parallel()
	anchors := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^### (KwOnboarder\w+)$`).FindAllStringSubmatch(text(t, "docs/operations.md"), -1) {
		anchors[strings.ToLower(heading[1])] = true
	}
	var pages []string
	for name, a := range alerts(t) {
		switch a.Labels["severity"] {
		case "page":
			pages = append(pages, name)
		case "ticket":
		default:
			t.Errorf("%s: severity %q, want page or ticket", name, a.Labels["severity"])
		}
		if a.For == "" || a.Annotations["summary"] == "" || a.Annotations["description"] == "" {
			t.Errorf("%s: for %q, annotations %v; want a time, a summary and a description", name, a.For, a.Annotations)
		}
		anchor := strings.ToLower(name)
		if got := a.Annotations["runbook_url"]; got != runbook+anchor {
			t.Errorf("%s: its runbook is %s, want %s", name, got, runbook+anchor)
		}
		if !anchors[anchor] {
			t.Errorf("%s has no section in docs/operations.md", name)
		}
		delete(anchors, anchor)
	}
	for anchor := range anchors {
		t.Errorf("docs/operations.md has a section #%s, and no alert is named so", anchor)
	}
	slices.Sort(pages)
	want := []string{"KwOnboarderGone", "KwOnboarderLedgerNotWritable", "KwOnboarderNoSuccess", "KwOnboarderOverdueRemovals"}
	if !slices.Equal(pages, want) {
		t.Errorf("%v wake somebody, want %v", pages, want)
	}
}

// An alert whose test never fires could be one that never does.
func TestEachAlertFiresInATestAndIsSilentInAnother(t *testing.T) {
	t.Parallel()
	file := decode[struct {
		Tests []struct {
			Checks []struct {
				Alertname string
				Expected  []any `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}](t, testsFile)
	fired, silent := map[string]int{}, map[string]int{}
	for _, tt := range file.Tests {
		for _, c := range tt.Checks {
			if len(c.Expected) > 0 {
				fired[c.Alertname]++
			} else {
				silent[c.Alertname]++
			}
		}
	}
	named := alerts(t)
	for name := range named {
		// The daemon that is well, and in most tests the time before the alert.
		if fired[name] < 1 || silent[name] < 1 {
			t.Errorf("%s: %d tests in which it fires and %d in which it does not, want some of both", name, fired[name], silent[name])
		}
	}
	for name := range fired {
		if _, known := named[name]; !known {
			t.Errorf("%s is tested, and no rule is named so", name)
		}
	}
}

// shown are the metrics that the program shows, without its prefix.
func shown(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, found := range regexp.MustCompile(`(?m)^# TYPE kw_onboarder_(\w+) `).FindAllStringSubmatch(text(t, "internal/status/testdata/busy.prom"), -1) {
		names[found[1]] = true
	}
	return names
}

var (
	recorded = regexp.MustCompile(`\w+:kw_onboarder_\w+:\w+`)
	metric   = regexp.MustCompile(`kw_onboarder_(\w+)`)
)

// used are the metrics of ours that expressions name, without prefix and without what
// Prometheus adds to the name of a histogram.
func used(expressions ...string) []string {
	names := map[string]bool{}
	for _, e := range expressions {
		for _, found := range metric.FindAllStringSubmatch(recorded.ReplaceAllString(e, ""), -1) {
			name := found[1]
			for _, part := range []string{"_bucket", "_count", "_sum"} {
				name = strings.TrimSuffix(name, part)
			}
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func TestTheAlertsNameMetricsThatThereAre(t *testing.T) {
	t.Parallel()
	shown := shown(t)
	var expressions []string
	for _, r := range rules(t) {
		expressions = append(expressions, r.Expr)
	}
	for _, name := range used(expressions...) {
		if !shown[name] {
			t.Errorf("a rule names kw_onboarder_%s, which the program does not show", name)
		}
	}
}
