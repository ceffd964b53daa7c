package deploytest

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// panel is what the tests look at of one panel of the dashboard.
type panel struct {
	ID                       int
	Type, Title, Description string
	GridPos                  struct{ X, Y, W, H int }
	Targets                  []struct{ Expr string }
}

func panels(t *testing.T) []panel {
	t.Helper()
	var dashboard struct{ Panels []panel }
	if err := json.Unmarshal([]byte(text(t, "deploy/grafana/kw-onboarder.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	return dashboard.Panels
}

// expressions are the queries of the dashboard, as Grafana would send them.
func expressions(t *testing.T) (all []string) {
	t.Helper()
	for _, p := range panels(t) {
		for _, target := range p.Targets {
			all = append(all, strings.NewReplacer("$__rate_interval", "5m", "$job", "kw").Replace(target.Expr))
		}
	}
	return all
}

func TestTheDashboardAsksWhatPrometheusUnderstands(t *testing.T) {
	t.Parallel()
	type rule struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	var recorded []rule
	for _, e := range expressions(t) {
		recorded = append(recorded, rule{"of:a:panel", e})
	}
	file, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": recorded}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "dashboard.yaml")
	proctest.Write(t, path, file)
	c := exec.CommandContext(t.Context(), proctest.Program(t, "promtool"), "check", "rules", "--lint=none", path)
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("promtool check rules: %v\n%s\n%s", err, out, file)
	}
}

func TestTheDashboardShowsMetricsThatThereAre(t *testing.T) {
	t.Parallel()
	shown := shown(t)
	for _, name := range used(expressions(t)...) {
		if !shown[name] && !slices.Contains(planned, name) {
			t.Errorf("a panel asks for kw_onboarder_%s, which the program does not show", name)
		}
	}
}

func TestEachPanelHasATitleAndAPlaceOfItsOwn(t *testing.T) {
	t.Parallel()
	all := panels(t)
	for i, p := range all {
		if p.Title == "" || p.Type != "row" && (p.Description == "" || len(p.Targets) == 0) {
			t.Errorf("panel %d: title %q, description %q, %d queries", p.ID, p.Title, p.Description, len(p.Targets))
		}
		a := p.GridPos
		if a.W < 1 || a.H < 1 || a.X < 0 || a.X+a.W > 24 {
			t.Errorf("panel %q lies at %+v, outside the 24 columns", p.Title, a)
		}
		for _, other := range all[i+1:] {
			b := other.GridPos
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("panels %q and %q cover each other", p.Title, other.Title)
			}
			if p.ID == other.ID {
				t.Errorf("panels %q and %q have one id", p.Title, other.Title)
			}
		}
	}
}
