package app

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/contract"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

const (
	base       = "dc=corp,dc=example"
	reader     = "cn=reader," + base
	svcUsers   = "svc-users@corp.example"
	svcFolders = "svc-folders@corp.example"

	// The canaries: nothing that a daemon shows may contain them.
	clientSecret = "canary-client-secret-7f3a"
	bindPassword = "canary-bind-password-9c1e"
)

// key is one key pair for all tests: making one takes long under -race.
var key = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// site is a directory and a Kiteworks that really listen, and a folder with a
// configuration for them.
type site struct {
	dir       string
	company   *ldapsim.Server
	kiteworks *kwsim.Server
	front     *httptest.Server
	gate      atomic.Pointer[http.HandlerFunc] // sees each request to Kiteworks first
	values    map[string]string                // of the configuration's text
	behind    atomic.Int64                     // nanoseconds by which the directory's clock is slow
}

const siteConfig = `mode: MODE
delta: "DELTA"
full: "FULL"
watch: WATCH
directory:
  name: corp
  kind: generic
  servers:
    - LDAP
  bind:
    user: "cn=reader,dc=corp,dc=example"
    password: "file:DIR/password"
  people:
    bases:
      - "ou=people,dc=corp,dc=example"
    filter: "(objectClass=inetOrgPerson)"
    email:
      from:
        - mail
      domains:
        - corp.example
    name: displayName
  groups:
    bases:
      - "ou=groups,dc=corp,dc=example"
kiteworks:
  url: KITEWORKS
  client_id: test
  client_secret: "file:DIR/secret"
  jwt:
    issuer: kw-onboarder
    audience: AUDIENCE
    private_key: "file:DIR/key.pem"
  identities:
    users: svc-users@corp.example
    folders: svc-folders@corp.example
  roots:
    - /Departments
  requests_per_second: 1000
accounts:
  existing: link
rules:
  - name: staff
    when:
      filter: "(employeeType=staff)"
    account:
      profile: Standard
    grants:
      - folder: "/Departments/{{ .department }}"
        role: ROLE
        create: true
state: "STATE"
http:
  metrics: "METRICS"
HTTP`

// newSite starts both servers, with four people and the folder /Departments.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{dir: t.TempDir()}
	s.directory(t, "", staff("ann", "Finance"), staff("bob", "Finance"), staff("cid", "Legal"), staff("dora", "Legal"))
	s.tenant(t)
	s.values = map[string]string{
		"MODE": "create-only", "DELTA": "0 0 1 1 *", "FULL": "0 0 1 1 *", "LDAP": s.company.URL(), "DIR": s.dir, "STATE": s.path("ledger.db"),
		"KITEWORKS": s.front.URL, "AUDIENCE": s.kiteworks.URL(), "ROLE": "Collaborator", "WATCH": "false", "METRICS": "127.0.0.1:0", "HTTP": "",
	}
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key())})
	s.write(t, "key.pem", string(private))
	s.write(t, "secret", clientSecret)
	s.write(t, "password", bindPassword)
	s.configure(t)
	return s
}

// staff is one person of the directory.
func staff(uid, department string) ldapsim.Entry {
	return ldapsim.Entry{DN: "uid=" + uid + ",ou=people," + base, Attrs: map[string][]string{
		"objectClass": {"top", "person", "organizationalPerson", "inetOrgPerson"}, "uid": {uid}, "cn": {uid}, "sn": {uid},
		"displayName": {uid}, "mail": {uid + "@corp.example"}, "department": {department}, "employeeType": {"staff"},
	}}
}

// employ lets the directory have these people and no others.
func (s *site) employ(t *testing.T, people ...ldapsim.Entry) {
	t.Helper()
	if err := s.company.Replace(append(units(), people...)); err != nil {
		t.Fatal(err)
	}
}

// directory starts the directory at an address; "": any.
func (s *site) directory(t *testing.T, listen string, people ...ldapsim.Entry) {
	t.Helper()
	company, err := ldapsim.New(ldapsim.Options{
		Listen: listen, BaseDN: base, BindDN: reader, Password: bindPassword, Entries: append(units(), people...),
		Now: func() time.Time { return time.Now().Add(-time.Duration(s.behind.Load())) },
	})
	if err != nil {
		t.Fatalf("start the directory: %v", err)
	}
	t.Cleanup(func() { _ = company.Close() })
	s.company = company
}

// units are the entries that people and groups are in.
func units() []ldapsim.Entry {
	return []ldapsim.Entry{
		{DN: base, Attrs: map[string][]string{"objectClass": {"top", "dcObject", "organization"}, "dc": {"corp"}, "o": {"Corp"}}},
		{DN: "ou=people," + base, Attrs: map[string][]string{"objectClass": {"top", "organizationalUnit"}, "ou": {"people"}}},
		{DN: "ou=groups," + base, Attrs: map[string][]string{"objectClass": {"top", "organizationalUnit"}, "ou": {"groups"}}},
	}
}

// tenant starts Kiteworks, and in front of it what lets a test hold requests up.
func (s *site) tenant(t *testing.T) {
	t.Helper()
	var err error
	s.kiteworks, err = kwsim.New(kwsim.Options{Seed: 1, Application: kwsim.Application{
		ClientID: "test", ClientSecret: clientSecret, Issuer: "kw-onboarder", PublicKey: &key().PublicKey,
	}})
	if err != nil {
		t.Fatalf("start Kiteworks: %v", err)
	}
	t.Cleanup(func() { _ = s.kiteworks.Close() })
	if err := kwsim.Populate(s.kiteworks.World(), 1, kwsim.Plan{Admin: svcUsers, Owner: svcFolders, Strangers: 5, Folders: 4}); err != nil {
		t.Fatalf("fill Kiteworks: %v", err)
	}
	held := contract.New(t, contract.Every).Handler(s.kiteworks)
	s.front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gate := s.gate.Load(); gate != nil {
			(*gate)(w, r)
			return
		}
		held.ServeHTTP(w, r)
	}))
	t.Cleanup(s.front.Close)
}

// holdUp stops the first request of a kind until release; reached is closed when it is there.
func (s *site) holdUp(t *testing.T, method, path string) (reached <-chan struct{}, release func()) {
	t.Helper()
	there, free := make(chan struct{}), make(chan struct{})
	var once, opened sync.Once
	gate := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == method && r.URL.Path == path {
			once.Do(func() { close(there) })
			<-free
		}
		s.kiteworks.ServeHTTP(w, r)
	})
	s.gate.Store(&gate)
	release = func() { opened.Do(func() { close(free) }) }
	t.Cleanup(release)
	return there, release
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// configure writes the configuration; pairs replace values in it, for good.
func (s *site) configure(t *testing.T, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		s.values[pairs[i]] = pairs[i+1]
	}
	var old []string
	for name, value := range s.values {
		old = append(old, name, value)
	}
	s.write(t, "config.yaml", strings.NewReplacer(old...).Replace(siteConfig))
}

func (s *site) load() (*config.Config, error) { return config.Load(s.path("config.yaml")) }

// accounts counts the people of the company who have an account.
func (s *site) accounts() int {
	n := 0
	for _, u := range s.kiteworks.World().Users() {
		if strings.HasSuffix(u.Email, "@corp.example") && !strings.HasPrefix(u.Email, "svc-") {
			n++
		}
	}
	return n
}
