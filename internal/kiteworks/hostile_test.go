package kiteworks_test

import (
	"bufio"
	"bytes"
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// before serves a handler in front of the simulator; a handler that says false
// lets the request through.
func (s *site) before(h func(w http.ResponseWriter, r *http.Request) bool) string {
	s.t.Helper()
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h(w, r) {
			s.ServeHTTP(w, r)
		}
	}))
	s.t.Cleanup(front.Close)
	return front.URL
}

func through(url string) func(*kiteworks.Options) {
	return func(o *kiteworks.Options) { o.URL = url }
}

func TestACertificateThatDoesNotVerify(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, err := s.tenant(func(o *kiteworks.Options) { o.CA = nil }).Catalog(t.Context(), nil)
	wantError(t, err, "certificate signed by unknown authority", "check kiteworks.ca")
	if n := len(s.History()); n > 0 {
		t.Errorf("%d requests reached a server that was not trusted", n)
	}
}

// TestHTMLWith200 is a log-in page of some box in between.
func TestHTMLWith200(t *testing.T) {
	t.Parallel()
	s := start(t)
	url := s.before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/rest/roles" {
			_, _ = io.WriteString(w, "<html>Please log in</html>")
		}
		return r.URL.Path == "/rest/roles"
	})
	tenant := s.tenant(through(url))
	kiteworks.Hurry(tenant)
	_, err := tenant.Catalog(t.Context(), nil)
	wantError(t, err, "GET /rest/roles: 200 with a body that is not the expected JSON", "is there a proxy or a log-in page in between?")
}

// TestATenMegabyteErrorBody must neither fill the memory nor the error.
func TestATenMegabyteErrorBody(t *testing.T) {
	t.Parallel()
	s := start(t)
	url := s.before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/rest/admin/users" {
			return false
		}
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.Copy(w, io.LimitReader(endless('x'), 10<<20))
		return true
	})
	got := apply(t, s.tenant(through(url)), account("anna@corp.example", ""))[0]
	if got.Result != plan.Refused || len(got.Why) > 500 {
		t.Errorf("got %v with a reason of %d bytes, want refused and a short one", got.Result, len(got.Why))
	}
}

// TestARoleWhoseIDIsNoNumber must not become a request without a body.
func TestARoleWhoseIDIsNoNumber(t *testing.T) {
	t.Parallel()
	s := start(t)
	anna := s.user(kwsim.User{Email: "anna@corp.example"})
	url := s.before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/rest/roles" {
			_, _ = io.WriteString(w, `{"data":[{"id":"a-b","name":"Viewer","rank":1}]}`)
		}
		return r.URL.Path == "/rest/roles"
	})
	got := apply(t, s.tenant(through(url)), grantStep(s.folder["/Departments/Finance"], "Viewer", anna))[0]
	if got.Result != plan.Refused || !strings.Contains(got.Why, `role Viewer has the id "a-b"`) {
		t.Errorf("got %v %q, want refused for the id", got.Result, got.Why)
	}
	if n := s.Count("POST", "/rest/folders/{id}/members"); n > 0 {
		t.Errorf("%d requests were sent all the same", n)
	}
}

// endless is a reader of one byte for ever.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	copy(p, bytes.Repeat([]byte{byte(e)}, len(p)))
	return len(p), nil
}

// TestAHostileLocationHeader: what cannot be an id is not taken for one, and
// nothing is fetched from there.
func TestAHostileLocationHeader(t *testing.T) {
	t.Parallel()
	for name, location := range map[string]string{
		"another host": "https://evil.example/rest/admin/users/..%2f..%2fadmin",
		"a script":     "javascript:alert(1)",
		"a very long":  "/rest/admin/users/" + strings.Repeat("a", 4000),
		"traversal":    "/rest/admin/users/../../oauth/token",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			url := s.before(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPost || r.URL.Path != "/rest/admin/users" {
					return false
				}
				s.ServeHTTP(httptest.NewRecorder(), r)
				w.Header().Set("X-Accellion-Location", location)
				w.WriteHeader(http.StatusCreated)
				return true
			})
			got := apply(t, s.tenant(through(url)), account("anna@corp.example", ""))[0]
			u, _ := s.World().UserByEmail("anna@corp.example")
			if got.Result != plan.Done || got.Account != u.ID {
				t.Errorf("got %v with account %q, want done with %q, read back", got.Result, got.Account, u.ID)
			}
		})
	}
}

// TestARedirectToAnotherHost must not carry the token, or the secret, there.
func TestARedirectToAnotherHost(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/oauth/token", "/rest/roles"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			var visits atomic.Int64
			evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
			t.Cleanup(evil.Close)
			url := s.before(func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == path {
					http.Redirect(w, r, evil.URL+path, http.StatusTemporaryRedirect)
				}
				return r.URL.Path == path
			})
			_, err := s.tenant(through(url)).Catalog(t.Context(), nil)
			wantError(t, err, "redirects, which is not followed", "check kiteworks.url")
			if n := visits.Load(); n > 0 {
				t.Errorf("the other host was visited %d times", n)
			}
		})
	}
}

// TestAProxy: HTTPS_PROXY is used, as administrators expect, and what goes
// through it is encrypted end to end. The environment is read once in a process,
// so the client runs in a child.
func TestAProxy(t *testing.T) {
	if target := os.Getenv("KW_TEST_PROXIED"); target != "" {
		proxied(t, target)
		return
	}
	t.Parallel()
	lines := make(chan string, 1)
	proxy := listenOnce(t, lines)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAProxy$", "-test.v")
	child.Env = append(os.Environ(), "KW_TEST_PROXIED=https://kiteworks.example", "HTTPS_PROXY=http://"+proxy, "NO_PROXY=")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, want := <-lines, "CONNECT kiteworks.example:443 HTTP/1.1"; got != want {
		t.Errorf("the proxy was asked %q, want %q", got, want)
	}
}

// proxied asks for a catalog at a host that only the proxy could reach.
func proxied(t *testing.T, target string) {
	t.Helper()
	o := kiteworks.Options{
		URL: target, ClientID: "client", Issuer: "i", Audience: "a", Hash: crypto.SHA256, Rate: 100,
		Secret:     func() (string, error) { return secret, nil },
		Key:        func() (crypto.Signer, error) { return signingKey(), nil },
		Identities: kiteworks.Identities{Users: users, Folders: folders},
	}
	tenant, err := kiteworks.NewTenant(o)
	if err != nil {
		t.Fatal(err)
	}
	kiteworks.Hurry(tenant)
	_, err = tenant.Catalog(t.Context(), nil)
	wantError(t, err, "POST /oauth/token")
}

// listenOnce is a proxy that notes the first line it is sent and refuses all.
func listenOnce(t *testing.T, first chan<- string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			line, _ := bufio.NewReader(conn).ReadString('\n')
			select {
			case first <- strings.TrimSpace(line):
			default:
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
			_ = conn.Close()
		}
	}()
	return l.Addr().String()
}

// TestP13_NoSecretInWhatIsSaid tells stories with faults and looks at every error
// and reason on the way.
func TestP13_NoSecretInWhatIsSaid(t *testing.T) {
	t.Parallel()
	var said []string
	for seed := range uint64(8) {
		s := start(t, func(o *kwsim.Options) { o.Faults = kwsim.Chaos(100 + seed) })
		s.population()
		tenant := s.tenant()
		kiteworks.Hurry(tenant)
		story := &telling{t: t, tenant: tenant, verdicts: verdicts(persons, "/Departments"), heard: func(text string) { said = append(said, text) }}
		if err := story.tell(); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range brokenKeys() {
		said = append(said, err.Error())
	}
	if len(said) < 20 {
		t.Fatalf("only %d texts were heard: the run was not noisy", len(said))
	}
	for _, text := range said {
		for name, canary := range map[string]string{"the client secret": secret, "an assertion": "eyJ", "a header": "Bearer", "a key": "MIIE"} {
			if strings.Contains(text, canary) {
				t.Errorf("%s is in %q", name, text)
			}
		}
	}
}

// TestP13_AnAnswerThatRepeatsWhatItWasSent must not carry it into an error.
func TestP13_AnAnswerThatRepeatsWhatItWasSent(t *testing.T) {
	t.Parallel()
	s := start(t)
	echo := func(path string) func(*kiteworks.Options) {
		return through(s.before(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != path || (path != "/oauth/token" && r.Method != http.MethodPost) {
				return false
			}
			body, _ := io.ReadAll(r.Body)
			w.WriteHeader(http.StatusConflict)
			text, _ := json.Marshal(r.Header.Get("Authorization") + " " + string(body))
			_, _ = fmt.Fprintf(w, `{"errors":[{"code":"ERR_X","message":%s}]}`, text)
			return true
		}))
	}
	got := apply(t, s.tenant(echo("/rest/admin/users")), account("anna@corp.example", ""))[0].Why
	if !strings.Contains(got, "Bearer <secret>") {
		t.Errorf("got %q, want the header without its token", got)
	}
	_, err := s.tenant(echo("/oauth/token")).Catalog(t.Context(), nil)
	wantError(t, err, "assertion=<secret>", "client_secret=<secret>")
}

// brokenKeys are the errors of private keys that do not parse.
func brokenKeys() []error {
	var errs []error
	for _, text := range []string{
		"MIIEvQIBADANBgkqh", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqh\n-----END PRIVATE KEY-----\n",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADAN\n-----END RSA PRIVATE KEY-----\n",
	} {
		if _, err := kiteworks.ParseKey([]byte(text)); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}
