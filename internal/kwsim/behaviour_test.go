package kwsim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func TestSubjectClaim(t *testing.T) {
	t.Parallel()
	x := &stage{site: start(t, func(o *kwsim.Options) { o.Application.SubjectClaim = "uid" })}
	if r := x.askToken(with(x.claims("nobody@acme.example"), "uid", admin)); r.Status != http.StatusOK {
		t.Errorf("token for the subject of uid = %d %s", r.Status, r.Body)
	}
	if r := x.askToken(x.claims(admin)); r.Status != http.StatusBadRequest || !strings.Contains(r.Body, "has no uid") {
		t.Errorf("token without uid = %d %s", r.Status, r.Body)
	}
}

// untested returns the settings of the switch whose effect is not known. Numbers may be tested with more than they list.
func untested(s kwsim.Switch, e effect) []kwsim.Setting {
	return slices.DeleteFunc(slices.Clone(s.Settings), func(to kwsim.Setting) bool {
		_, known := e.want[to]
		return known
	})
}

// TestEverySwitchOnTheWire turns each switch to each of its settings while the server runs.
func TestEverySwitchOnTheWire(t *testing.T) {
	t.Parallel()
	rated := func(o *kwsim.Options) { o.RequestsPerSecond, o.Queue = 1000, 5 }
	prepare := map[string]func(*kwsim.Options){
		"license_full": func(o *kwsim.Options) { o.Seats = 8 },
		"rate_limit":   rated,
		"retry_after":  rated,
		"queue":        rated,
	}
	known := effects()
	for _, s := range kwsim.Switches() {
		e, tested := known[s.Name]
		delete(known, s.Name)
		if missing := untested(s, e); !tested || len(s.Settings) < 2 || len(missing) > 0 || s.Doc == "" {
			t.Errorf("switch %s: settings %v and documentation %q, not tested: %v", s.Name, s.Settings, s.Doc, missing)
			continue
		}
		for to := range e.want {
			t.Run(fmt.Sprintf("%s=%s", s.Name, to), func(t *testing.T) {
				t.Parallel()
				x := newStage(t, func(o *kwsim.Options) {
					if f := prepare[s.Name]; f != nil {
						f(o)
					}
				})
				b := x.Behaviour()
				if err := b.Set(s.Name, to); err != nil {
					t.Fatal(err)
				}
				if err := x.SetBehaviour(b); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(e.want[to], e.look(x)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
	for name := range known {
		t.Errorf("switch %s is tested and does not exist", name)
	}
}

func TestDefaultBehaviour(t *testing.T) {
	t.Parallel()
	x := start(t)
	for _, s := range kwsim.Switches() {
		for b, where := range map[kwsim.Behaviour]string{x.Behaviour(): "server", {}: "zero value"} {
			if got := b.Get(s.Name); got != s.Settings[0] {
				t.Errorf("%s of the %s = %q, want %q", s.Name, where, got, s.Settings[0])
			}
		}
	}
	if got := (kwsim.Behaviour{}).Get("nothing"); got != "" {
		t.Errorf("setting of no switch = %q", got)
	}
}

func TestReadBehaviour(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, text, want, says string }{
		{"nothing", "", "201 0", ""},
		{"a status as a number", "create_status: 200\npage_cap: 7\n", "200 7", ""},
		{"JSON", `{"create_status": "200"}`, "200 0", ""},
		{"unknown switch", "create_state: 200\n", "", "create_state"},
		{"unknown setting", "create_status: 204\n", "", "choose one of [201 200]"},
		{"number in words", "page_cap: many\n", "", "many"},
		{"negative", "page_cap: -1\n", "", "from 0 on"},
		{"two documents", "page_cap: 1\n---\npage_cap: 2\n", "", "more than one document"},
		{"twice", "page_cap: 1\npage_cap: 2\n", "", "already defined"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := kwsim.ReadBehaviour(strings.NewReader(c.text))
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("error %v, want %q in it", err, c.says)
				}
				return
			}
			if got := fmt.Sprint(b.Get("create_status"), " ", b.Get("page_cap")); err != nil || got != c.want {
				t.Errorf("read %s, %v; want %s", got, err, c.want)
			}
		})
	}
}

func TestSetRefused(t *testing.T) {
	t.Parallel()
	var b kwsim.Behaviour
	for name, to := range map[string]kwsim.Setting{"nothing": "on", "queue": "burn", "page_cap": "x", "retry_after": "-1"} {
		if err := b.Set(name, to); err == nil {
			t.Errorf("set %s to %s without an error", name, to)
		}
	}
	if b != (kwsim.Behaviour{}) {
		t.Errorf("refused settings changed the behaviour: %+v", b)
	}
}
