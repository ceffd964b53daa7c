package app

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

var dashboards = []string{"service", "run"}

func dashboardFile(name string) string {
	return filepath.Join("..", "..", "deploy", "grafana", name+".json")
}

// panel is what the tests look at of one panel.
type panel struct {
	ID                       int
	Type, Title, Description string
	GridPos                  struct{ X, Y, W, H int }
	Targets                  []struct{ Expr string }
}

func panels(t *testing.T, name string) []panel {
	t.Helper()
	text, err := os.ReadFile(dashboardFile(name))
	if err != nil {
		t.Fatal(err)
	}
	var d struct{ Panels []panel }
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d.Panels
}

// queries are the expressions of a dashboard as Grafana sends them, by their panels' titles.
func queries(t *testing.T, name string) map[string][]string {
	t.Helper()
	filled := strings.NewReplacer("$__rate_interval", "1m", "$__range", "1h", "$job", "kw")
	all := map[string][]string{}
	for _, p := range panels(t, name) {
		for _, target := range p.Targets {
			all[p.Title] = append(all[p.Title], filled.Replace(target.Expr))
		}
	}
	return all
}

func TestDashboardsFitGrafanasSchema(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile("testdata/dashboard.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range dashboards {
		text, err := os.ReadFile(dashboardFile(name))
		if err != nil {
			t.Fatal(err)
		}
		for spoiled, want := range map[string]bool{
			string(text): true,
			strings.Replace(string(text), `"schemaVersion"`, `"schemaVersions"`, 1):   false,
			strings.Replace(string(text), `"drawStyle": "line"`, `"drawStyle": 1`, 1): false,
			strings.Replace(string(text), `"expr"`, `"query"`, 1):                     false,
		} {
			board, err := jsonschema.UnmarshalJSON(strings.NewReader(spoiled))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(board); (err == nil) != want {
				t.Errorf("%s: %v; want it to fit: %t", name, err, want)
			}
		}
	}
}

func TestPromtoolParsesTheDashboards(t *testing.T) {
	t.Parallel()
	promtool := proctest.Program(t, "promtool")
	type rule struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	var rules []rule
	for _, name := range dashboards {
		for _, exprs := range queries(t, name) {
			for _, e := range exprs {
				rules = append(rules, rule{"of:a:panel", e})
			}
		}
	}
	text, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboards", "rules": rules}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rules.yaml")
	proctest.Write(t, file, text)
	if out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", "--lint=none", file).CombinedOutput(); err != nil {
		t.Errorf("promtool check rules: %v\n%s", err, out)
	}
}

var (
	metricName = regexp.MustCompile(`\b(?:kw_onboarder|process|go)_\w+`)
	part       = regexp.MustCompile(`_(?:bucket|sum|count)$`)
)

// described are all names that the registry has, whether it has a series of them yet or not.
func described(reg *prometheus.Registry) map[string]bool {
	descriptions := make(chan *prometheus.Desc)
	go func() {
		defer close(descriptions)
		reg.Describe(descriptions)
	}()
	names := map[string]bool{}
	for d := range descriptions {
		names[regexp.MustCompile(`fqName: "(\w+)"`).FindStringSubmatch(d.String())[1]] = true
	}
	return names
}

func TestDashboardsShowMetricsThatThereAre(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.prepare(t)
	defer d.Close()
	there := described(d.registry)
	unseen := map[string]bool{}
	for name := range there {
		unseen[name] = strings.HasPrefix(name, "kw_onboarder_")
	}
	for _, name := range dashboards {
		for title, exprs := range queries(t, name) {
			for _, metric := range metricName.FindAllString(strings.Join(exprs, "\n"), -1) {
				whole := part.ReplaceAllString(metric, "")
				if !there[metric] && !there[whole] {
					t.Errorf("%s: the panel %q asks for %s, which the daemon does not show", name, title, metric)
				}
				delete(unseen, metric)
				delete(unseen, whole)
			}
		}
	}
	for name, ours := range unseen {
		if ours && !strings.HasSuffix(name, "_timestamp_seconds") { // beside each there is an age or a state
			t.Errorf("%s is on no dashboard", name)
		}
	}
}

func TestEachPanelIsExplainedAndHasAPlaceOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, name := range dashboards {
		all := panels(t, name)
		for i, p := range all {
			if p.Title == "" || p.Type != "row" && (p.Description == "" || len(p.Targets) == 0) {
				t.Errorf("%s: panel %d: title %q, description %q, %d queries", name, p.ID, p.Title, p.Description, len(p.Targets))
			}
			a := p.GridPos
			if a.W < 1 || a.H < 1 || a.X < 0 || a.X+a.W > 24 {
				t.Errorf("%s: panel %q lies at %+v, outside the 24 columns", name, p.Title, a)
			}
			for _, other := range all[i+1:] {
				b := other.GridPos
				if p.ID == other.ID || a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
					t.Errorf("%s: panels %q and %q have one id or cover each other", name, p.Title, other.Title)
				}
			}
		}
	}
}
