package app

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/zap"
	"golang.org/x/crypto/bcrypt"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

const password = "canary-web-password-1d4e"

// passwords is a web_config that asks ida for her password.
func passwords(t *testing.T) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("basic_auth_users:\n  ida: %q\n", hash)
}

// visitor is whoever asks one of the daemon's doors.
type visitor struct {
	user, password string
	tls            *tls.Config
}

// ask is the status and the body of an answer; 0: there was none, and why.
func (v visitor) ask(t *testing.T, address, path string) (int, string) {
	t.Helper()
	scheme := "http"
	if v.tls != nil {
		scheme = "https"
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, scheme+"://"+address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.user != "" {
		req.SetBasicAuth(v.user, v.password)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: v.tls}, Timeout: patience}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestPagesShowWhatARunDid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "HTTP", "  pages: \"127.0.0.1:0\"\n")
	d := s.start(t)
	d.next(t)
	d.again(t) // a folder that the first has made is first looked at by the second
	for path, want := range map[string]string{
		"/": "kw-onboarder", "/runs/1": "ann@corp.example", "/people?who=ann@corp.example": "/Departments/Finance",
		"/folders?folder=/Departments/Finance": "bob@corp.example", "/parked": "Nothing is parked.", "/quarantine": "Nothing keeps failing.",
	} {
		code, body := visitor{}.ask(t, d.PagesAddr(), path)
		if code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: got %d without %q: %s", path, code, want, body)
		}
		for _, secret := range []string{clientSecret, bindPassword, "PRIVATE KEY"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s shows a secret: %s", path, body)
			}
		}
	}
	for _, path := range []string{"/metrics", "/readyz", "/healthz"} {
		if code, _ := (visitor{}).ask(t, d.PagesAddr(), path); code != http.StatusNotFound {
			t.Errorf("%s beside the pages: got %d, want 404", path, code)
		}
	}
	if code, _ := d.get(t, "/runs"); code != http.StatusNotFound {
		t.Errorf("/runs beside the metrics: got %d, want 404", code)
	}
}

// A reload is seen in the pages: they show the configuration in force.
func TestPagesFollowTheConfiguration(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "HTTP", "  pages: \"127.0.0.1:0\"\n")
	d := s.start(t)
	d.next(t)
	s.configure(t, "MODE", "observe")
	d.reload(t)
	d.next(t)
	if _, body := (visitor{}).ask(t, d.PagesAddr(), "/"); !strings.Contains(body, "observe") {
		t.Errorf("the mode is not the new one: %s", body)
	}
}

func TestPasswordsGuardMetricsAndPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write(t, "web.yaml", passwords(t))
	s.configure(t, "HTTP", "  pages: \"0.0.0.0:0\"\n  probes: \"127.0.0.1:0\"\n  web_config: web.yaml\n")
	d := s.start(t)
	d.next(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(d.PagesAddr(), "[::]"), ":")
	shown := "127.0.0.1:" + port
	ida := visitor{user: "ida", password: password}
	tests := []struct {
		name          string
		who           visitor
		address, path string
		want          int
	}{
		{"metrics, nobody", visitor{}, d.Addr(), "/metrics", 401},
		{"metrics, a wrong password", visitor{user: "ida", password: "x"}, d.Addr(), "/metrics", 401},
		{"metrics, a wrong name", visitor{user: "eva", password: password}, d.Addr(), "/metrics", 401},
		{"metrics", ida, d.Addr(), "/metrics", 200},
		{"pages, nobody", visitor{}, shown, "/", 401},
		{"the style of the pages, nobody", visitor{}, shown, "/style.css", 401},
		{"pages", ida, shown, "/runs/1", 200},
		{"readiness beside the metrics", visitor{}, d.Addr(), "/readyz", 401},
		{"alive", visitor{}, d.ProbesAddr(), "/healthz", 200},
		{"ready", visitor{}, d.ProbesAddr(), "/readyz", 200},
		{"metrics beside the probes", visitor{}, d.ProbesAddr(), "/metrics", 404},
		{"pages beside the probes", visitor{}, d.ProbesAddr(), "/", 404},
	}
	for _, tt := range tests {
		if got, body := tt.who.ask(t, tt.address, tt.path); got != tt.want {
			t.Errorf("%s: got %d, want %d: %.200s", tt.name, got, tt.want, body)
		}
	}
	if !strings.Contains(d.log.String(), "travel in clear") {
		t.Error("nothing warns of passwords in clear")
	}

	s.write(t, "web.yaml", "basic_auth_users: {}\n") // while it runs
	if got, body := ida.ask(t, shown, "/runs/1"); got != http.StatusServiceUnavailable || strings.Contains(body, "corp.example") {
		t.Errorf("nobody is asked any more: got %d, want 503: %.200s", got, body)
	}
	s.write(t, "web.yaml", passwords(t)+"nonsense: 1\n")
	if got, _ := ida.ask(t, shown, "/"); got != http.StatusInternalServerError {
		t.Errorf("the file is broken: got %d, want 500", got)
	}
	d.reload(t)
	if _, body := (visitor{}).ask(t, d.ProbesAddr(), "/readyz"); body != "ready\n" {
		t.Errorf("not ready: %s", body)
	}
	if strings.Contains(d.log.String(), password) {
		t.Error("the log has the password")
	}
}

func TestCertificatesGuardThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ours, theirs := proctest.NewAuthority(t), proctest.NewAuthority(t)
	ours.Issue(t, s.dir)
	s.write(t, "web.yaml", "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n")
	s.configure(t, "HTTP", "  pages: \"0.0.0.0:0\"\n  probes: \"127.0.0.1:0\"\n  web_config: "+s.path("web.yaml")+"\n")
	d := s.start(t)
	d.next(t)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ours.PEM)
	with := func(a *proctest.Authority) visitor {
		certificate, key := a.IssueClient(t, "ida")
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			t.Fatal(err)
		}
		return visitor{tls: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(d.PagesAddr(), "[::]"), ":")
	shown := "127.0.0.1:" + port
	if got, body := with(ours).ask(t, shown, "/runs/1"); got != 200 || !strings.Contains(body, "ann@corp.example") {
		t.Errorf("with a certificate: got %d: %.300s", got, body)
	}
	for name, v := range map[string]visitor{"without one": {tls: &tls.Config{RootCAs: roots}}, "with one of somebody else's": with(theirs)} {
		if got, body := v.ask(t, shown, "/runs/1"); got != 0 {
			t.Errorf("%s: got %d: %.300s", name, got, body)
		}
	}
	if got, _ := (visitor{}).ask(t, shown, "/runs/1"); got != http.StatusBadRequest {
		t.Errorf("in clear: got %d, want 400", got)
	}
	if got, _ := (visitor{}).ask(t, d.ProbesAddr(), "/healthz"); got != 200 {
		t.Errorf("the probe: got %d, want 200", got)
	}
}

// What is wrong with web_config, or with an address, is one line that says what to do.
func TestABadDoorIsSaidAtTheStart(t *testing.T) {
	t.Parallel()
	const hash = "$2y$10$canaryhashcanaryhashcan"
	outside := "  pages: \"0.0.0.0:0\"\n  web_config: web.yaml\n"
	tests := []struct{ name, web, http, want string }{
		{"no such file", "", "  web_config: none.yaml\n", "none.yaml: no such file or directory: correct it"},
		{"a key that is missing", "tls_server_config:\n  cert_file: server.pem\n", "  web_config: web.yaml\n", "missing one of key or key_file: correct it"},
		{"a file that is missing", "tls_server_config:\n  cert_file: server.pem\n  key_file: none.key\n", "  web_config: web.yaml\n", "none.key: no such file"},
		{"a key that is unknown", "basic_auth_user:\n  ida: x\n", "  web_config: web.yaml\n", "line 1: key basic_auth_user not found: correct it"},
		{"no YAML", "\tx", "  web_config: web.yaml\n", "found character that cannot start any token: correct it"},
		{"a hash that is none", "basic_auth_users:\n  ida: " + password + "\n", "  web_config: web.yaml\n", "bcrypt"},
		{"a hash in the wrong place", "basic_auth_users: " + hash + "\n", "  web_config: web.yaml\n", "cannot unmarshal !!str a value into"},
		{"nobody is asked", "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n", outside, "asks nobody who they are, and http.pages 0.0.0.0:0 can be reached"},
		{"a certificate that nobody verifies", "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_auth_type: RequireAnyClientCert\n", outside, "add basic_auth_users"},
		{"a certificate that need not be shown", "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.pem\n", outside, "add basic_auth_users"},
		{"a certificate of any authority", "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_auth_type: RequireAndVerifyClientCert\n", outside, "add basic_auth_users"},
		{"an address elsewhere", "", "  pages: \"127.0.0.1:0\"\n  probes: \"192.0.2.1:1\"\n", "listen on http.probes: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			proctest.NewAuthority(t).Issue(t, s.dir)
			s.write(t, "web.yaml", tt.web)
			s.configure(t, "HTTP", tt.http)
			d, err := New(t.Context(), Options{Load: s.load, Log: zap.NewNop()})
			if err == nil {
				_ = d.Close()
				t.Fatalf("it starts, want %q", tt.want)
			}
			if text := err.Error(); !strings.Contains(text, tt.want) || strings.Contains(text, "\n") || strings.Contains(text, "canary") && !strings.Contains(text, s.dir) {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
		})
	}
}

func TestAPortInUseIsSaid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.prepare(t)
	t.Cleanup(func() { _ = d.Close() })
	s.configure(t, "HTTP", fmt.Sprintf("  pages: %q\n", d.Addr()))
	_, err := New(t.Context(), Options{Load: s.load, Log: zap.NewNop()})
	if want := fmt.Sprintf("listen on http.pages: %s is in use: stop what listens there (`ss -ltnp` names it), or give another address", d.Addr()); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestAServerIsNotKeptBusy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.configure(t, "HTTP", "  pages: \"127.0.0.1:0\"\n")
	d := s.start(t)
	d.next(t)
	for _, each := range d.doors {
		if o := each.server; o.ReadHeaderTimeout == 0 || o.ReadTimeout == 0 || o.WriteTimeout == 0 || o.IdleTimeout == 0 || o.MaxHeaderBytes == 0 {
			t.Errorf("%s lacks a limit: %+v", each.key, o)
		}
	}
	if code, _ := (visitor{}).ask(t, d.PagesAddr(), "/people?who="+strings.Repeat("x", 32<<10)); code != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a long question: got %d, want 431", code)
	}
}

// Of the ledger a probe says no more than that it cannot be used; who stands by is ready.
func TestReadinessKnowsTheLedger(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.start(t)
	first.next(t)
	second := s.start(t)
	for second.ledgerIs.Load() == int32(ledgerUntried) {
		if _, body := second.get(t, "/readyz"); !strings.HasPrefix(body, "ready") {
			t.Fatalf("starting: %s", body)
		}
	}
	if code, body := second.get(t, "/readyz"); code != http.StatusOK || body != "ready, standing by: another process acts\n" {
		t.Errorf("standing by: got %d %q", code, body)
	}
	third := newSite(t)
	third.write(t, "ledger.db", "no ledger")
	broken := third.start(t)
	for broken.ledgerIs.Load() == int32(ledgerUntried) {
		_, _ = broken.get(t, "/healthz")
	}
	if code, body := broken.get(t, "/readyz"); code != http.StatusServiceUnavailable || body != "the ledger cannot be used: read the log\n" {
		t.Errorf("a broken ledger: got %d %q", code, body)
	}
}
