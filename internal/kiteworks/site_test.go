package kiteworks_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/contract"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

const (
	users   = "svc-users@corp.example"
	folders = "svc-folders@corp.example"
	secret  = "canary-client-secret"
)

// signingKey is made once: RSA keys are slow.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// site is a simulated server and the ids of what stands there.
type site struct {
	*kwsim.Server
	t      testing.TB
	held   http.Handler     // the server, every exchange held to the vendor's contract
	front  *httptest.Server // serves held
	owner  string
	folder map[string]string // path -> id
}

// start runs a server with the two identities and the folders /Departments,
// /Departments/Finance and /Departments/Legal; change may alter its options.
func start(t testing.TB, change ...func(*kwsim.Options)) *site {
	t.Helper()
	o := kwsim.Options{Seed: 1, Application: kwsim.Application{
		ClientID: "client", ClientSecret: secret, Issuer: "kw-onboarder", Audience: "audience",
		PublicKey: &signingKey().PublicKey,
	}}
	for _, f := range change {
		f(&o)
	}
	server, err := kwsim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	if err := kwsim.Populate(server.World(), 1, kwsim.Plan{Admin: users, Owner: folders}); err != nil {
		t.Fatal(err)
	}
	s := &site{Server: server, t: t, folder: map[string]string{}}
	s.held = contract.New(t, contract.Every).Handler(server)
	s.front = serveTLS(t, s.held)
	owner, _ := server.World().UserByEmail(folders)
	s.owner = owner.ID
	s.mkdir("", "Departments")
	s.mkdir("/Departments", "Finance")
	s.mkdir("/Departments", "Legal")
	return s
}

// serveTLS serves the handler until the test ends, and leaves broken handshakes to the client to report.
func serveTLS(t testing.TB, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// URL is where the contract watches.
func (s *site) URL() string { return s.front.URL }

// ServeHTTP answers one request, watched.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.held.ServeHTTP(w, r) }

func (s *site) mkdir(parent, name string) string {
	s.t.Helper()
	id, err := s.World().AddFolder(s.owner, s.folder[parent], name, true)
	if err != nil {
		s.t.Fatal(err)
	}
	s.folder[parent+"/"+name] = id
	return id
}

func (s *site) user(u kwsim.User) string {
	s.t.Helper()
	id, err := s.World().AddUser(u)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *site) member(path, user, role string) {
	s.t.Helper()
	r, ok := s.World().Role(role)
	if !ok {
		s.t.Fatalf("no role %s", role)
	}
	if err := s.World().AddMember(s.folder[path], user, r.ID, ""); err != nil {
		s.t.Fatal(err)
	}
}

// options are a client's that fit the server.
func (s *site) options() kiteworks.Options {
	pool := x509.NewCertPool()
	pool.AddCert(s.front.Certificate())
	return kiteworks.Options{
		URL: s.URL(), CA: pool, ClientID: "client",
		Secret: func() (string, error) { return secret, nil },
		Key:    func() (crypto.Signer, error) { return signingKey(), nil },
		Hash:   crypto.SHA256, Issuer: "kw-onboarder", Audience: "audience",
		Identities: kiteworks.Identities{Users: users, Folders: folders},
		Roots:      []kiteworks.Root{{Path: "/Departments"}},
		Rate:       1000, UserAgent: "kw-onboarder/test",
	}
}

func (s *site) tenant(change ...func(*kiteworks.Options)) *kiteworks.Tenant {
	s.t.Helper()
	o := s.options()
	for _, f := range change {
		f(&o)
	}
	tenant, err := kiteworks.NewTenant(o)
	if err != nil {
		s.t.Fatal(err)
	}
	return tenant
}

func at(path string) access.Place { return access.Place{As: folders, Path: access.Path(path)} }

func catalog(t *testing.T, r *kiteworks.Tenant, want ...access.Place) *access.Catalog {
	t.Helper()
	c, err := r.Catalog(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func apply(t *testing.T, r *kiteworks.Tenant, s plan.Step) []plan.Outcome {
	t.Helper()
	return r.Apply(t.Context(), s)
}

// wantError fails unless err holds every one of the parts and no secret.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("got no error")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got error %q, want %q in it", err, part)
		}
	}
	if strings.Contains(err.Error(), secret) {
		t.Errorf("the error shows the secret")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got a time-out: %v", err)
	}
}

func foldersOf(c *access.Catalog) []string {
	var paths []string
	for _, f := range c.Folders {
		paths = append(paths, string(f.Path))
	}
	slices.Sort(paths)
	return paths
}

// otherKey is a key that the server does not know.
var otherKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})
