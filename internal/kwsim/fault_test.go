package kwsim_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func faulty(t *testing.T, rules ...kwsim.Fault) *stage {
	t.Helper()
	x := newStage(t)
	if err := x.SetFaults(kwsim.Faults{Seed: 1, Rules: rules}); err != nil {
		t.Fatal(err)
	}
	x.ClearHistory()
	return x
}

// attempt sends a request and says what came of it: status and code, or that the answer was lost.
func (x *stage) attempt(method, path string, body any) string {
	r, err := plainly(x.request(admin, method, path, body))
	if err != nil {
		return "lost"
	}
	return r.summary()
}

func TestEveryFaultOnTheWire(t *testing.T) {
	t.Parallel()
	const users = "/rest/admin/users"
	cases := map[kwsim.FaultKind]struct {
		want   string // of the request that was struck
		effect bool   // whether it had its effect
	}{
		kwsim.Latency:       {"201 Created", true},
		kwsim.Slow:          {"201 Created", true},
		kwsim.ResetBefore:   {"lost", false},
		kwsim.ResetAfter:    {"lost", true},
		kwsim.Truncate:      {"lost", true},
		kwsim.Throttle:      {"429 Too Many Requests", false},
		kwsim.ErrorBefore:   {"503 Service Unavailable", false},
		kwsim.ErrorAfter:    {"503 Service Unavailable", true},
		kwsim.ExpireToken:   {"401 ERR_AUTH_UNAUTHORIZED", false},
		kwsim.ChangeProfile: {"401 ERR_AUTH_PROFILE_CHANGED", false},
		kwsim.WAF:           {"490 ", false},
		kwsim.RowAdded:      {"201 Created", true}, // strikes pages only
		kwsim.RowRemoved:    {"201 Created", true},
	}
	for _, kind := range kwsim.FaultKinds() {
		c, tested := cases[kind]
		if !tested {
			t.Errorf("fault %s is not tested", kind)
		}
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			x := faulty(t, kwsim.Fault{Operation: "POST " + users, Kind: kind, Nth: 1})
			got := x.attempt(http.MethodPost, users+"?returnEntity=true", map[string]any{"email": "zoe@acme.example"})
			_, there := x.World().UserByEmail("zoe@acme.example")
			if got != c.want || there != c.effect {
				t.Errorf("struck request: %s, effect %v; want %s, %v", got, there, c.want, c.effect)
			}
			e := x.History()[0]
			if pages := kind == kwsim.RowAdded || kind == kwsim.RowRemoved; (e.Fault == kind) == pages || got == "lost" && kind != kwsim.Truncate && e.Status != 0 {
				t.Errorf("history tells of fault %q and status %d", e.Fault, e.Status)
			}
			x.token[admin] = ""
			if got := x.attempt(http.MethodPost, users, map[string]any{"email": "yan@acme.example"}); got != "201 Created" {
				t.Errorf("next request: %s", got)
			}
		})
	}
}

func TestRowsComeAndGoBetweenPages(t *testing.T) {
	t.Parallel()
	const users = "/rest/admin/users?orderBy=email:asc&limit=100&offset="
	x := faulty(t,
		kwsim.Fault{Operation: "*", Kind: kwsim.RowAdded, Nth: 1},
		kwsim.Fault{Operation: "*", Kind: kwsim.RowRemoved, Nth: 2})
	members := "/rest/folders/" + x.top + "/members?limit=100&offset="
	totals := func(path string) string {
		out := ""
		for _, offset := range []string{"0", "1", "1", "1"} {
			var p page
			x.ask(map[bool]string{true: owner, false: admin}[path == members], http.MethodGet, path+offset, nil).decode(t, &p)
			out += fmt.Sprint(p.Metadata.Total, " ")
		}
		return out
	}
	if got := totals(users); got != "8 9 8 8 " {
		t.Errorf("totals of users: %s", got)
	}
	if err := x.SetFaults(x.Faults()); err != nil {
		t.Fatal(err)
	}
	if got := totals(members); got != "2 3 2 2 " {
		t.Errorf("totals of members: %s", got)
	}
}

func TestFaultsByCount(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		rule kwsim.Fault
		want string // of eight equal requests: x is struck
	}{
		{"the third", kwsim.Fault{Nth: 3}, "..x....."},
		{"a storm", kwsim.Fault{Nth: 2, Run: 4}, ".xxxx..."},
		{"every third", kwsim.Fault{Every: 3}, "..x..x.."},
		{"pairs", kwsim.Fault{Every: 4, Run: 2}, "...xx..x"},
		{"certain", kwsim.Fault{Probability: 1}, "xxxxxxxx"},
		{"certain, for a while", kwsim.Fault{Probability: 1, Until: 2}, "xx......"},
		{"a storm for a while", kwsim.Fault{Probability: 1, Until: 2, Run: 3}, "xxxx...."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.rule.Operation, c.rule.Kind = "GET /rest/users/me", kwsim.WAF
			x := faulty(t, c.rule)
			got := ""
			for range len(c.want) {
				got += map[bool]string{true: "x", false: "."}[x.attempt(http.MethodGet, "/rest/users/me", nil) == "490 "]
			}
			if got != c.want {
				t.Errorf("struck %s, want %s", got, c.want)
			}
		})
	}
}

// outcomes sends each of the requests four times, all requests at once or one after the other, and returns the faults
// that each met.
func outcomes(t *testing.T, faults kwsim.Faults, atOnce bool) map[string][]kwsim.FaultKind {
	t.Helper()
	x := populated(t, 5)
	token := x.tokenOf(admin)
	if err := x.SetFaults(faults); err != nil {
		t.Fatal(err)
	}
	x.ClearHistory()
	var running sync.WaitGroup
	for _, u := range x.World().Users() {
		four := func() {
			for range 4 {
				req := x.request("", http.MethodGet, "/rest/admin/users/"+u.ID, nil)
				req.Header.Set("Authorization", "Bearer "+token)
				_, _ = plainly(req) // a lost answer is one of the outcomes
			}
		}
		if atOnce {
			running.Go(four)
		} else {
			four()
		}
	}
	running.Wait()
	got := map[string][]kwsim.FaultKind{}
	for _, e := range x.History() {
		got[e.URLPath] = append(got[e.URLPath], e.Fault)
	}
	return got
}

func TestFaultsReplay(t *testing.T) {
	t.Parallel()
	dense := func(seed uint64) kwsim.Faults {
		f := kwsim.Chaos(seed)
		for i := range f.Rules {
			f.Rules[i].Probability = 0.1
		}
		return f
	}
	want := outcomes(t, dense(1), false)
	if diff := cmp.Diff(want, outcomes(t, dense(1), true)); diff != "" {
		t.Errorf("the same seed, all at once (-want +got):\n%s", diff)
	}
	if cmp.Equal(want, outcomes(t, dense(2), false)) {
		t.Error("another seed makes no difference")
	}
	met := map[kwsim.FaultKind]bool{}
	for path, faults := range want {
		for _, f := range faults {
			met[f] = true
		}
		if len(faults) != 4 || faults[3] != "" {
			t.Errorf("%s met %v, want nothing at the fourth time", path, faults)
		}
	}
	if len(met) < 8 {
		t.Errorf("%d kinds met, want most of them: %v", len(met), met)
	}
}

func TestFaultsOfTokens(t *testing.T) {
	t.Parallel()
	x := faulty(t, kwsim.Fault{Operation: "POST /oauth/token", Kind: kwsim.ErrorBefore, Probability: 1, Until: 1, Status: 500})
	got := []string{}
	for _, subject := range []string{admin, owner, admin, owner} {
		got = append(got, x.askToken(x.claims(subject)).summary())
	}
	want := []string{"500 ERR_INTERNAL_SERVER_ERROR", "500 ERR_INTERNAL_SERVER_ERROR", "200 OK", "200 OK"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tokens by subject (-want +got):\n%s", diff)
	}
	if got := x.attempt(http.MethodPost, "/oauth/token", "no form"); !strings.HasPrefix(got, "500") {
		t.Errorf("a token request without a subject = %s, want a fault of its own", got)
	}
}

func TestReadFaults(t *testing.T) {
	t.Parallel()
	text := "seed: 3\nrules:\n- {operation: GET /rest/roles, kind: slow, every: 2, milliseconds: 50}\n"
	want := kwsim.Faults{Seed: 3, Rules: []kwsim.Fault{{Operation: "GET /rest/roles", Kind: kwsim.Slow, Every: 2, Milliseconds: 50}}}
	got, err := kwsim.ReadFaults(strings.NewReader(text))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("faults, %v (-want +got):\n%s", err, diff)
	}
	for _, bad := range []string{"rule: []", "rules: [{operation: GET /rest/roles, kind: slow}]", "rules: {"} {
		if f, err := kwsim.ReadFaults(strings.NewReader(bad)); err == nil {
			t.Errorf("read %q as %+v without an error", bad, f)
		}
	}
}

func TestSetFaultsRefused(t *testing.T) {
	t.Parallel()
	x := faulty(t, kwsim.Fault{Operation: "*", Kind: kwsim.WAF, Nth: 1})
	if err := x.SetFaults(kwsim.Faults{Rules: []kwsim.Fault{{Kind: kwsim.WAF, Nth: 1}}}); err == nil {
		t.Error("a fault without an operation was set")
	}
	if got := x.Faults().Rules; len(got) != 1 || got[0].Operation != "*" {
		t.Errorf("a refused fault changed the faults to %+v", got)
	}
}

func TestInspect(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []kwsim.Inspection
	x := newStage(t, func(o *kwsim.Options) {
		o.Inspect = func(i kwsim.Inspection) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, i)
		}
	})
	body := map[string]any{"email": "zoe@acme.example", "password": "hunter2"}
	r := x.ask(admin, http.MethodPost, "/rest/admin/users?returnEntity=true", body)
	mu.Lock()
	defer mu.Unlock()
	for _, i := range seen {
		if all := fmt.Sprintf("%+v %s %s", i, i.RequestBody, i.Answer); strings.Contains(all, "hunter2") ||
			strings.Contains(all, "s3cret") || strings.Contains(all, x.tokenOf(admin)) || i.RequestHeader.Get("Authorization") != "" {
			t.Errorf("exchange %d tells a secret", i.N)
		}
	}
	last := seen[len(seen)-1]
	got := []any{last.Method, last.Path, last.Query, last.Status, string(last.RequestBody), string(last.Answer), last.RequestHeader.Get("Content-Type")}
	want := []any{"POST", "/rest/admin/users", "returnEntity=true", 201, `{"email":"zoe@acme.example","password":"\u003csecret\u003e"}`, r.Body, "application/json"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the last exchange (-want +got):\n%s", diff)
	}
	if last.Header.Get("X-Accellion-Location") != r.Header.Get("X-Accellion-Location") {
		t.Errorf("header %v, want what was sent", last.Header)
	}
	token := slices.IndexFunc(seen, func(i kwsim.Inspection) bool { return i.Path == "/oauth/token" })
	if token < 0 || !strings.Contains(string(seen[token].Answer), `"access_token":"\u003csecret\u003e"`) ||
		!strings.Contains(string(seen[token].RequestBody), "client_secret=%3Csecret%3E") {
		t.Errorf("no token exchange without its secrets among %d", len(seen))
	}
}

// TestFaultsOverHTTP2 ends a stream where HTTP/1 ends a connection.
func TestFaultsOverHTTP2(t *testing.T) {
	t.Parallel()
	for kind, want := range map[kwsim.FaultKind]string{
		kwsim.ResetBefore: "lost", kwsim.ResetAfter: "lost", kwsim.Truncate: "lost", kwsim.Slow: "401", kwsim.WAF: "490",
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			x := start(t, func(o *kwsim.Options) { o.TLS = true })
			// A POST is not sent again by the client's own transport.
			if err := x.SetFaults(kwsim.Faults{Rules: []kwsim.Fault{{Operation: "*", Kind: kind, Every: 1}}}); err != nil {
				t.Fatal(err)
			}
			authorities := x509.NewCertPool()
			authorities.AppendCertsFromPEM(x.CA())
			client := http.Client{Transport: &http.Transport{
				TLSClientConfig: &tls.Config{RootCAs: authorities}, ForceAttemptHTTP2: true,
			}}
			defer client.CloseIdleConnections()
			got := "lost"
			res, err := client.Post(x.URL()+"/rest/admin/users", "application/json", strings.NewReader(`{"email":"a@acme.example"}`))
			if err == nil {
				if _, err = io.Copy(io.Discard, res.Body); err == nil {
					got = fmt.Sprint(res.StatusCode)
				}
				if res.ProtoMajor != 2 || res.Body.Close() != nil {
					t.Errorf("answered over %s", res.Proto)
				}
			}
			if got != want {
				t.Errorf("got %s (%v), want %s", got, err, want)
			}
		})
	}
}
