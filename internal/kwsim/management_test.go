package kwsim_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func managed(t *testing.T) *site {
	t.Helper()
	return start(t, func(o *kwsim.Options) { o.Management = "127.0.0.1:0" })
}

// manage sends a request to the management port.
func (x *site) manage(method, path, body string) reply {
	x.t.Helper()
	req, err := http.NewRequestWithContext(x.t.Context(), method, x.ManagementURL()+path, strings.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	r, err := plainly(req)
	if err != nil {
		x.t.Fatal(err)
	}
	return r
}

func TestManagementRefused(t *testing.T) {
	t.Parallel()
	x := managed(t)
	cases := []struct {
		name, method, path, body string
		want                     int
		says                     string
	}{
		{"unknown path", "GET", "/nothing", "", 404, ""},
		{"unknown method", "PATCH", "/behaviour", "", 405, ""},
		{"unknown switch", "PUT", "/behaviour", `{"create_state":"200"}`, 400, "create_state"},
		{"unknown setting", "PUT", "/behaviour", `{"create_status":"204"}`, 400, "choose one of [201 200]"},
		{"negative number", "PUT", "/behaviour", `{"page_cap":-1}`, 400, "from 0 on"},
		{"no JSON", "PUT", "/behaviour", `create_status: 200`, 400, "invalid"},
		{"two values", "PUT", "/behaviour", `{}{}`, 400, "more than one"},
		{"unknown operation", "PUT", "/faults", `{"rules":[{"operation":"GET /rest/nothing","kind":"waf","nth":1}]}`, 400, "not served"},
		{"unknown kind", "PUT", "/faults", `{"rules":[{"operation":"*","kind":"fire","nth":1}]}`, 400, "choose one of"},
		{"never", "PUT", "/faults", `{"rules":[{"operation":"*","kind":"waf"}]}`, 400, "one of probability, nth and every"},
		{"two ways", "PUT", "/faults", `{"rules":[{"operation":"*","kind":"waf","nth":1,"every":2}]}`, 400, "one of probability, nth and every"},
		{"too probable", "PUT", "/faults", `{"rules":[{"operation":"*","kind":"waf","probability":2}]}`, 400, "0 to 1"},
		{"negative count", "PUT", "/faults", `{"rules":[{"operation":"*","kind":"waf","nth":1,"run":-1}]}`, 400, "negative"},
		{"good status", "PUT", "/faults", `{"rules":[{"operation":"*","kind":"error_after","nth":1,"status":200}]}`, 400, "500 to 599"},
		{"bad snapshot", "PUT", "/snapshot", `{}`, 400, "roles"},
		{"unknown filter", "GET", "/history?status=200", "", 400, "status"},
		{"since when", "GET", "/history?since=now", "", 400, "now"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := x.manage(c.method, c.path, c.body)
			if r.Status != c.want || !strings.Contains(r.Body, c.says) {
				t.Errorf("%s %s = %d %s, want %d and %q", c.method, c.path, r.Status, r.Body, c.want, c.says)
			}
		})
	}
	if x.Behaviour().Get("create_status") != "201" || x.Faults().Rules != nil {
		t.Errorf("refused requests changed the server: %+v %+v", x.Behaviour(), x.Faults())
	}
}

func TestManagement(t *testing.T) {
	t.Parallel()
	x := managed(t)
	if help := x.manage("GET", "/", ""); !strings.Contains(help.Body, "PUT    /snapshot") {
		t.Errorf("help = %d %s", help.Status, help.Body)
	}
	snapshot, state := x.manage("GET", "/snapshot", ""), x.manage("GET", "/state", "")
	if r := x.manage("PUT", "/behaviour", `{"create_status":200,"page_cap":2}`); r.Status != http.StatusNoContent {
		t.Fatal(r.Status, r.Body)
	}
	var got kwsim.Behaviour
	x.manage("GET", "/behaviour", "").decode(t, &got)
	if got != x.Behaviour() || got.CreateStatus != "200" || got.PageCap != 2 {
		t.Errorf("behaviour = %+v, want what was set", got)
	}
	if r := x.ask(admin, "POST", "/rest/admin/users", map[string]any{"email": "new@acme.example"}); r.Status != http.StatusOK {
		t.Errorf("created with %d, want 200", r.Status)
	}
	if x.manage("GET", "/state", "").Body == state.Body {
		t.Error("the state did not change with the tenant")
	}
	if r := x.manage("PUT", "/snapshot", snapshot.Body); r.Status != http.StatusNoContent {
		t.Fatal(r.Status, r.Body)
	}
	if diff := cmp.Diff(state.Body, x.manage("GET", "/state", "").Body); diff != "" {
		t.Errorf("state after going back (-want +got):\n%s", diff)
	}
	x.manage("POST", "/tokens/revoke", "")
	if r := x.ask(admin, "GET", "/rest/users/me", nil); r.Status != http.StatusUnauthorized {
		t.Errorf("users/me with a revoked token = %d", r.Status)
	}
}

func TestManagementFaults(t *testing.T) {
	t.Parallel()
	x := managed(t)
	x.tokenOf(admin)
	rules := `{"seed":3,"rules":[{"operation":"GET /rest/users/me","kind":"waf","nth":2}]}`
	if r := x.manage("PUT", "/faults", rules); r.Status != http.StatusNoContent {
		t.Fatal(r.Status, r.Body)
	}
	want := kwsim.Faults{Seed: 3, Rules: []kwsim.Fault{{Operation: "GET /rest/users/me", Kind: kwsim.WAF, Nth: 2}}}
	var set kwsim.Faults
	x.manage("GET", "/faults", "").decode(t, &set)
	if diff := cmp.Diff(want, set); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	got := []int{}
	for range 3 {
		got = append(got, x.ask(admin, "GET", "/rest/users/me", nil).Status)
	}
	if diff := cmp.Diff([]int{200, 490, 200}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

func TestManagementHistory(t *testing.T) {
	t.Parallel()
	x := managed(t)
	x.ask(admin, "GET", "/rest/users/me", nil)
	x.ask(admin, "POST", "/rest/admin/users", map[string]any{"email": "a@acme.example", "password": "hunter2"})
	x.ask(admin, "GET", "/rest/admin/users?limit=1", nil)
	history := func(query string) []string {
		var exchanges []kwsim.Exchange
		x.manage("GET", "/history"+query, "").decode(t, &exchanges)
		out := []string{}
		for _, e := range exchanges {
			out = append(out, e.Method+" "+e.Path)
		}
		return out
	}
	cases := []struct {
		query string
		want  []string
	}{
		{"", []string{"POST /oauth/token", "GET /rest/users/me", "POST /rest/admin/users", "GET /rest/admin/users"}},
		{"?since=2", []string{"POST /rest/admin/users", "GET /rest/admin/users"}},
		{"?path=/rest/admin/users", []string{"POST /rest/admin/users", "GET /rest/admin/users"}},
		{"?path=/rest/admin/users&method=GET", []string{"GET /rest/admin/users"}},
	}
	for _, c := range cases {
		if diff := cmp.Diff(c.want, history(c.query)); diff != "" {
			t.Errorf("history%s (-want +got):\n%s", c.query, diff)
		}
	}
	if all := x.manage("GET", "/history", "").Body; strings.Contains(all, "hunter2") || strings.Contains(all, "s3cret") {
		t.Error("the history tells a secret")
	}
	x.manage("DELETE", "/history", "")
	if got := history(""); len(got) != 0 {
		t.Errorf("history after it was cleared = %v", got)
	}
}

func TestNoManagementUnlessAskedFor(t *testing.T) {
	t.Parallel()
	if x := start(t); x.ManagementURL() != "" {
		t.Errorf("managed at %s without being asked", x.ManagementURL())
	}
}

func TestBehaviourReadsBack(t *testing.T) {
	t.Parallel()
	x := managed(t)
	encoded, err := json.Marshal(x.Behaviour())
	if err != nil {
		t.Fatal(err)
	}
	if r := x.manage("PUT", "/behaviour", string(encoded)); r.Status != http.StatusNoContent {
		t.Errorf("PUT what GET gave = %d %s", r.Status, r.Body)
	}
}
