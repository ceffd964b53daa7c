package app

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

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
			s.through(func(w http.ResponseWriter, r *http.Request) { c.listen(s.kiteworks, w, r) })
			tt.make(t, s, c)
			d := s.start(t)
			rep := d.next(t)
			shown := map[string]string{"report": rep.Err + outcomes(t, &rep)}
			for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
				_, shown[path] = d.get(t, path)
			}
			s.write(t, "config.yaml", "client_secret: "+clientSecret+": [")
			d.reload(t)
			d.stop()
			shown["log"] = d.log.String()
			c.secrets = append(c.secrets, clientSecret, bindPassword, keyText())
			for where, text := range shown {
				for _, secret := range c.secrets {
					if strings.Contains(text, secret) {
						t.Errorf("a secret is in the %s:\n%s", where, strings.ReplaceAll(text, secret, "<SECRET>"))
						break
					}
				}
			}
			if !strings.Contains(shown["log"], "reload failed") {
				t.Error("the log does not tell of the reload")
			}
			if tt.name == "all is well" && (rep.Result() != kwsync.Done || len(c.secrets) < 3+2*2) {
				t.Errorf("the tap does not work: %s, %d secrets", rep.Result(), len(c.secrets))
			}
		})
	}
}

// through puts a handler before Kiteworks.
func (s *site) through(h http.HandlerFunc) { s.gate.Store(&h) }

func outcomes(t *testing.T, rep *kwsync.Report) string {
	t.Helper()
	text, err := json.Marshal(rep.Outcomes)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// keyText is a part of the private key that a dump of it would hold.
func keyText() string { return base64.StdEncoding.EncodeToString(key().D.Bytes())[:40] }
