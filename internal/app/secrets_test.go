package app

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"

	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// statePassword is one more canary: of the ledger's database.
const statePassword = "canary-state-password-5d0b"

// parrot is a directory that refuses everybody, and says in its answer with what password.
func parrot(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer49(conn)
		}
	}()
	return "ldap://" + listener.Addr().String()
}

// answer49 answers each request with invalidCredentials and the request itself.
func answer49(conn net.Conn) {
	defer conn.Close()
	for {
		request, err := ber.ReadPacket(conn)
		if err != nil || len(request.Children) < 2 {
			return
		}
		response := ber.Encode(ber.ClassApplication, ber.TypeConstructed, 1, nil, "bind response")
		response.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, 49, "result"))
		response.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", "matched DN"))
		response.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "not with "+string(request.Bytes()), "message"))
		message := ber.NewSequence("message")
		message.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, request.Children[0].Value, "id"))
		message.AppendChild(response)
		if _, err := conn.Write(message.Bytes()); err != nil {
			return
		}
	}
}

// tap collects the tokens and assertions that go over the wire.
type tap struct {
	mu      sync.Mutex
	secrets []string
}

func (c *tap) keep(secret string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if secret != "" {
		c.secrets = append(c.secrets, secret)
	}
}

// listen passes a request on, and keeps what is secret in it and in its answer.
func (c *tap) listen(next http.Handler, w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if form, err := url.ParseQuery(string(body)); err == nil {
		c.keep(form.Get("assertion"))
	}
	c.keep(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	var token struct {
		Access string `json:"access_token"`
	}
	if json.Unmarshal(rec.Body.Bytes(), &token) == nil {
		c.keep(token.Access)
	}
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

// P13: whatever goes wrong, what a daemon shows holds no secret.
func TestP13_NothingThatIsShownHoldsASecret(t *testing.T) {
	t.Parallel()
	noises := []struct {
		name string
		make func(*testing.T, *site, *tap)
	}{
		{"all is well", func(*testing.T, *site, *tap) {}},
		{"the client secret is wrong", func(_ *testing.T, s *site, _ *tap) { s.kiteworks.SetSecret("another") }},
		{"the bind password is wrong", func(t *testing.T, s *site, _ *tap) { s.write(t, "password", bindPassword+"x") }},
		{"the key is no key", func(t *testing.T, s *site, _ *tap) { s.write(t, "key.pem", clientSecret) }},
		{"Kiteworks repeats what it was told", func(_ *testing.T, s *site, c *tap) {
			s.through(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				c.keep(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write(append(body, r.Header.Get("Authorization")...))
			})
		}},
		{"Kiteworks fails behind the tokens", func(_ *testing.T, s *site, c *tap) {
			s.through(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/rest/") {
					c.keep(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
					http.Error(w, "token "+r.Header.Get("Authorization"), http.StatusForbidden)
					return
				}
				c.listen(s.kiteworks, w, r)
			})
		}},
		{"Kiteworks is busy, and fails now and then", func(_ *testing.T, s *site, c *tap) {
			var n atomic.Int64
			s.through(func(w http.ResponseWriter, r *http.Request) {
				switch n.Add(1) % 16 {
				case 1:
					w.Header().Set("Retry-After", "0")
					http.Error(w, "slowly, "+r.Header.Get("Authorization"), http.StatusTooManyRequests)
				case 3:
					http.Error(w, "not now, "+r.Header.Get("Authorization"), http.StatusServiceUnavailable)
				default:
					c.listen(s.kiteworks, w, r)
				}
			})
		}},
		{"the directory repeats the password", func(t *testing.T, s *site, _ *tap) {
			s.configure(t, "LDAP", parrot(t))
		}},
		{"the ledger's database cannot be reached", func(t *testing.T, s *site, _ *tap) {
			s.write(t, "state", "postgres://kw:"+statePassword+"@127.0.0.1:1/kw?sslmode=disable")
			s.configure(t, "STATE", "file:"+s.path("state"))
		}},
		{"the ledger's database is no URL", func(t *testing.T, s *site, _ *tap) {
			s.write(t, "state", "postgres://kw:"+statePassword+"#x@127.0.0.1:1/kw")
			s.configure(t, "STATE", "file:"+s.path("state"))
		}},
		{"Kiteworks is gone", func(_ *testing.T, s *site, _ *tap) { s.front.Close() }},
		{"a creation is refused", func(_ *testing.T, s *site, c *tap) {
			s.through(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost && r.URL.Path == "/rest/admin/users" {
					w.WriteHeader(http.StatusConflict)
					_, _ = w.Write([]byte(`{"errors":[{"code":"ERR_X","message":"not now"}]}`))
					return
				}
				c.listen(s.kiteworks, w, r)
			})
		}},
	}
	for _, tt := range noises {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, c := newSite(t), &tap{}
			audit := s.audited(t, "debug")
			s.through(func(w http.ResponseWriter, r *http.Request) { c.listen(s.kiteworks, w, r) })
			tt.make(t, s, c)
			d := s.start(t)
			rep := d.next(t)
			shown := map[string]string{"report": whole(t, &rep), "dry run": s.rehearsed(t)}
			for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
				_, shown[path] = d.get(t, path)
			}
			s.write(t, "config.yaml", "client_secret: "+clientSecret+": [")
			d.reload(t)
			d.stop()
			shown["log"], shown["audit file"], shown["ledger"] = d.log.String(), contents(t, audit), contents(t, s.path("ledger.db")+"*")
			c.search(t, shown)
			if !strings.Contains(shown["log"], "reload failed") || len(shown["ledger"]) < 1<<12 && !strings.Contains(tt.name, "database") {
				t.Errorf("the log does not tell of the reload, or the ledger, of %d bytes, is empty", len(shown["ledger"]))
			}
			if tt.name == "all is well" && (rep.Result() != kwsync.Done || len(c.secrets) < 3+2*2 || len(linesOf(t, audit)) != 10) {
				t.Errorf("the tap does not work: %s, %d secrets", rep.Result(), len(c.secrets))
			}
		})
	}
}

// search looks for each secret in what is shown, also in other spellings.
func (c *tap) search(t *testing.T, shown map[string]string) {
	t.Helper()
	for _, s := range append(pemLines(), clientSecret, bindPassword, statePassword, keyText()) {
		c.keep(s)
	}
	for where, text := range shown {
		for _, secret := range c.secrets {
			for how, spelt := range spellings(secret) {
				if at := strings.Index(text, spelt); at >= 0 {
					t.Errorf("a secret, %s, is in the %s, behind %q", how, where, text[max(0, at-200):at])
				}
			}
		}
	}
}

// spellings are the forms in which a secret goes over a wire, or into a dump.
func spellings(secret string) map[string]string {
	all := map[string]string{
		"as it is": secret, "in a form": url.QueryEscape(secret), "in base64": base64.StdEncoding.EncodeToString([]byte(secret)),
		"in hexadecimal": hex.EncodeToString([]byte(secret)), "as bytes": strings.Trim(fmt.Sprintf("%d", []byte(secret)), "[]"),
		"as basic authentication": base64.StdEncoding.EncodeToString([]byte("test:" + secret)),
	}
	if parts := strings.Split(secret, "."); len(parts) == 3 { // a signed assertion: its signature is as good
		all["the signature of it"] = parts[2]
	}
	return all
}

// rehearsed is what a dry run beside the daemon finds, and how it fails.
func (s *site) rehearsed(t *testing.T) string {
	t.Helper()
	c, err := s.load()
	if err != nil {
		return err.Error()
	}
	p, closePlanner, err := OpenPlanner(t.Context(), c, Settings{})
	if err != nil {
		return err.Error()
	}
	defer func() { _ = closePlanner() }()
	rep, err := p.Plan(t.Context())
	return whole(t, &rep) + fmt.Sprintf("%v %+v %#v", err, c, c)
}

// contents is what files hold whose names match.
func contents(t *testing.T, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// through puts a handler before Kiteworks.
func (s *site) through(h http.HandlerFunc) { s.gate.Store(&h) }

// whole is all of a report.
func whole(t *testing.T, rep *kwsync.Report) string {
	t.Helper()
	text, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// keyText is a part of the private key that a dump of it would hold.
func keyText() string { return base64.StdEncoding.EncodeToString(key().D.Bytes())[:40] }

// pemLines are the lines of the key's file, but for the last, which may be short.
func pemLines() []string {
	body := base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(key()))
	var lines []string
	for ; len(body) > 64; body = body[64:] {
		lines = append(lines, body[:64])
	}
	return lines
}
