package kwsim_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func TestOptionsRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*kwsim.Options)
		want   string // part of the error
	}{
		"every interface":     {func(o *kwsim.Options) { o.Listen = "0.0.0.0:0" }, "loopback"},
		"empty host":          {func(o *kwsim.Options) { o.Listen = ":8080" }, "loopback"},
		"another host":        {func(o *kwsim.Options) { o.Listen = "192.0.2.1:80" }, "loopback"},
		"no port":             {func(o *kwsim.Options) { o.Listen = "127.0.0.1" }, "address:port"},
		"no client id":        {func(o *kwsim.Options) { o.Application.ClientID = "" }, "ClientID"},
		"no secret":           {func(o *kwsim.Options) { o.Application.ClientSecret = "" }, "ClientSecret"},
		"no issuer":           {func(o *kwsim.Options) { o.Application.Issuer = "" }, "Issuer"},
		"no key":              {func(o *kwsim.Options) { o.Application.PublicKey = nil }, "PublicKey"},
		"half a second":       {func(o *kwsim.Options) { o.Application.TokenLifetime = time.Second / 2 }, "TokenLifetime"},
		"negative rate":       {func(o *kwsim.Options) { o.RequestsPerSecond = -1 }, "RequestsPerSecond"},
		"negative queue":      {func(o *kwsim.Options) { o.Queue = -1 }, "Queue"},
		"negative seats":      {func(o *kwsim.Options) { o.Seats = -1 }, "Seats"},
		"negative leeway":     {func(o *kwsim.Options) { o.Leeway = -1 }, "Leeway"},
		"two roles":           {func(o *kwsim.Options) { o.Roles = kwsim.DefaultRoles()[:2] }, "roles"},
		"roles of equal rank": {func(o *kwsim.Options) { o.Roles = append(kwsim.DefaultRoles(), kwsim.Role{ID: 8, Name: "X", Rank: 1}) }, "rank"},
		"no Restricted":       {func(o *kwsim.Options) { o.Profiles = kwsim.DefaultProfiles()[:1] }, "Restricted"},
		"management for all":  {func(o *kwsim.Options) { o.Management = "0.0.0.0:0" }, "loopback"},
		"unknown setting":     {func(o *kwsim.Options) { o.Behaviour.Queue = "never" }, "[delay drop]"},
		"unknown fault":       {func(o *kwsim.Options) { o.Faults.Rules = []kwsim.Fault{{Operation: "*", Kind: "x", Nth: 1}} }, "kind"},
		"profile twice":       {func(o *kwsim.Options) { o.Profiles = append(kwsim.DefaultProfiles(), kwsim.DefaultProfiles()[0]) }, "unique"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(newClock())
			c.change(&o)
			s, err := kwsim.New(o)
			if err == nil {
				t.Fatalf("New = server at %s (close: %v), want an error", s.URL(), s.Close())
			}
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("New = %q, want %q in it and no secret", err, c.want)
			}
		})
	}
}

func TestRefusedBeforeTheHandler(t *testing.T) {
	t.Parallel()
	x := start(t)
	top := x.folder("", "Dept", true)
	folders, users := "/rest/folders/"+top, "/rest/admin/users"
	typed := func(value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Content-Type", value) }
	}
	cases := []struct {
		name, method, path string
		body               any
		change             func(*http.Request)
		want               string
	}{
		{"no token", "GET", "/rest/users/me", nil, func(r *http.Request) { r.Header.Del("Authorization") }, "ERR_AUTH_UNAUTHORIZED"},
		{"foreign token", "GET", "/rest/users/me", nil, func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, "ERR_AUTH_UNAUTHORIZED"},
		{"basic", "GET", "/rest/users/me", nil, func(r *http.Request) { r.SetBasicAuth("a", "b") }, "ERR_AUTH_UNAUTHORIZED"},
		{"scheme in lower case", "GET", "/rest/users/me", nil, func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "Bearer", "bearer", 1))
		}, "OK"},
		{"unknown path", "GET", "/rest/nothing", nil, nil, "ERR_ENTITY_NOT_FOUND"},
		{"empty id", "GET", "/rest/folders//members", nil, nil, "ERR_ENTITY_NOT_FOUND"},
		{"slash at the end", "GET", "/rest/users/me/", nil, nil, "ERR_ENTITY_NOT_FOUND"},
		{"unknown method", "PATCH", users, nil, nil, "ERR_ENTITY_NOT_FOUND"},
		{"administrators only", "GET", users, nil, nil, "ERR_ACCESS_USER"},
		{"profiles for administrators only", "GET", "/rest/admin/profiles", nil, nil, "ERR_ACCESS_USER"},
		{"unknown parameter", "GET", folders + "?foo=1", nil, nil, "ERR_INVALID_PARAMETER"},
		{"parameter of another operation", "GET", "/rest/folders/top?name=Dept", nil, nil, "ERR_INVALID_PARAMETER"},
		{"repeated parameter", "GET", folders + "/folders?name=a&name=b", nil, nil, "ERR_INVALID_PARAMETER"},
		{"broken query", "GET", folders + "?with=%zz", nil, nil, "ERR_INVALID_PARAMETER"},
		{"limit zero", "GET", folders + "/members?limit=0", nil, nil, "ERR_INVALID_PARAMETER"},
		{"negative offset", "GET", folders + "/members?offset=-1", nil, nil, "ERR_INVALID_PARAMETER"},
		{"boolean in words", "GET", folders + "/folders?deleted=no", nil, nil, "ERR_INVALID_PARAMETER"},
		{"order nobody knows", "GET", folders + "/folders?orderBy=id:asc", nil, nil, "ERR_INVALID_PARAMETER"},
		{"mode of other lists", "GET", folders + "/folders?mode=full_no_links", nil, nil, "ERR_INVALID_PARAMETER"},
		{"with, no parentheses", "GET", folders + "?with=path", nil, nil, "ERR_INVALID_PARAMETER"},
		{"with something unknown", "GET", folders + "?with=(path,secrets)", nil, nil, "ERR_INVALID_PARAMETER"},
		{"body of a read", "GET", folders, "{}", nil, "ERR_REQUEST_INVALID_JSON"},
		{"no body", "POST", folders + "/folders", "", nil, "ERR_REQUEST_INVALID_JSON"},
		{"broken body", "POST", folders + "/folders", `{"name":`, nil, "ERR_REQUEST_INVALID_JSON"},
		{"two bodies", "POST", folders + "/folders", `{"name":"a"}{}`, nil, "ERR_REQUEST_INVALID_JSON"},
		{"null", "POST", folders + "/folders", `null`, nil, "ERR_REQUEST_INVALID_JSON"},
		{"too large", "POST", folders + "/folders", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, nil, "ERR_REQUEST_INVALID_JSON"},
		{"form", "POST", folders + "/folders", `{"name":"a"}`, typed(form), "ERR_REQUEST_INVALID_JSON"},
		{"no content type", "POST", folders + "/folders", `{"name":"a"}`, func(r *http.Request) { r.Header.Del("Content-Type") }, "ERR_REQUEST_INVALID_JSON"},
		{"charset", "POST", folders + "/folders", `{"name":"a"}`, typed("application/json; charset=utf-8"), "Created"},
		{"unknown field", "POST", folders + "/folders", `{"name":"a","nmae":"b"}`, nil, "ERR_INVALID_PARAMETER"},
		{"field in another case", "POST", folders + "/folders", `{"Name":"a"}`, nil, "ERR_INVALID_PARAMETER"},
		{"field of another type", "POST", folders + "/folders", `{"name":7}`, nil, "ERR_INVALID_PARAMETER"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := x.request(owner, c.method, c.path, c.body)
			if c.change != nil {
				c.change(r)
			}
			if got := x.send(r); got.code() != c.want {
				t.Errorf("%s %s = %d %s, want %s", c.method, c.path, got.Status, got.Body, c.want)
			}
		})
	}
}

func TestErrorEnvelope(t *testing.T) {
	t.Parallel()
	x := start(t)
	r := x.do(admin, http.MethodPost, "/rest/admin/users", map[string]any{"email": "no"})
	want := `{"errors":[{"code":"ERR_INPUT_INVALID_EMAIL","message":"Input is not a valid email","field":"email"}]}`
	if got := strings.TrimSpace(r.Body); r.Status != 422 || got != want || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("refusal = %d %s, want 422 %s", r.Status, got, want)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	x := start(t)
	top := x.folder("", "Dept", true)
	x.do(admin, http.MethodPost, "/rest/admin/users", `{"email":"a@acme.example","password":"hunter2hunter2"}`)
	x.do(owner, http.MethodGet, "/rest/folders/"+top+"/members?limit=5", nil)
	x.do(owner, http.MethodGet, "/rest/nothing", nil)
	x.do("", http.MethodDelete, "/rest/folders/"+top+"/members/"+nobody, nil)
	want := []kwsim.Exchange{
		{N: 1, Method: "POST", Path: "/oauth/token", URLPath: "/oauth/token", Subject: admin, Status: 200},
		{
			N: 2, Method: "POST", Path: "/rest/admin/users", URLPath: "/rest/admin/users", Subject: admin, Status: 201,
			Write: true, Body: `{"email":"a@acme.example","password":"\u003csecret\u003e"}`,
		},
		{N: 3, Method: "POST", Path: "/oauth/token", URLPath: "/oauth/token", Subject: owner, Status: 200},
		{
			N: 4, Method: "GET", Path: "/rest/folders/{id}/members", URLPath: "/rest/folders/" + top + "/members",
			Query: "limit=5", Subject: owner, Status: 200,
		},
		{N: 5, Method: "GET", URLPath: "/rest/nothing", Status: 404},
		{
			N: 6, Method: "DELETE", Path: "/rest/folders/{id}/members/{userId}", Status: 401, Write: true,
			URLPath: "/rest/folders/" + top + "/members/" + nobody,
		},
	}
	if diff := cmp.Diff(want, x.History()); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	if got := x.Count("POST", "/oauth/token"); got != 2 {
		t.Errorf("tokens counted = %d, want 2", got)
	}
	x.ClearHistory()
	if got := x.Count("POST", "/oauth/token") + len(x.History()); got != 0 {
		t.Errorf("%d exchanges after ClearHistory, want 0", got)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	x := start(t, func(o *kwsim.Options) { o.TLS, o.Now = true, nil })
	roots := x509.NewCertPool()
	if !strings.HasPrefix(x.URL(), "https://127.0.0.1:") || !roots.AppendCertsFromPEM(x.CA()) {
		t.Fatalf("URL %s, CA %q; want https and a PEM certificate", x.URL(), x.CA())
	}
	for _, name := range []string{"127.0.0.1", "::1", "localhost"} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: name}}
		res, err := (&http.Client{Transport: transport}).Get(x.URL() + "/rest/users/me")
		if err != nil {
			t.Errorf("as %s: %v", name, err)
			continue
		}
		if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusUnauthorized {
			t.Errorf("as %s: status %d (%v), want 401", name, res.StatusCode, err)
		}
		transport.CloseIdleConnections()
	}
	if res, err := http.Get(x.URL()); err == nil {
		t.Errorf("without the authority: status %d (close: %v), want an error", res.StatusCode, res.Body.Close())
	}
}

func TestThrottled(t *testing.T) {
	t.Parallel()
	x := start(t, func(o *kwsim.Options) { o.RequestsPerSecond = 1 })
	token := x.tokenOf(owner) // takes the only turn: the clock stands still
	for range 2 {
		r := x.do(owner, http.MethodGet, "/rest/users/me", nil)
		if r.Status != 429 || r.Header.Get("Retry-After") != "1" || strings.Contains(r.Body, "errors") {
			t.Fatalf("above the rate = %d %v %s, want 429, Retry-After 1 and no code", r.Status, r.Header, r.Body)
		}
	}
	x.clock.advance(time.Second)
	if r := x.do(owner, http.MethodGet, "/rest/users/me", nil); r.Status != 200 || token == "" {
		t.Errorf("a second later = %d, want 200", r.Status)
	}
	if got := x.Count("GET", "/rest/users/me"); got != 3 {
		t.Errorf("counted = %d, want 3 with the refused ones", got)
	}
}

func TestCloseTwice(t *testing.T) {
	t.Parallel()
	s, err := kwsim.New(options(newClock()))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if res, err := http.Get(s.URL()); err == nil {
		t.Errorf("closed server answers %d (close: %v)", res.StatusCode, res.Body.Close())
	}
}

func BenchmarkStart(b *testing.B) {
	o := options(newClock())
	o.TLS = true
	for b.Loop() {
		s, err := kwsim.New(o)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
