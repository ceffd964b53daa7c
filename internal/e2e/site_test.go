package e2e_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"text/template"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// The identities, which every site has, and the application they act through.
const (
	usersIdentity   = "svc-users@corp.example"
	foldersIdentity = "svc-folders@corp.example"
	legalIdentity   = "svc-legal@corp.example"

	clientID     = "e2e-client"
	clientSecret = "e2e-client-secret"
	issuer       = "kw-onboarder"
	audience     = "https://kiteworks.example"
)

// signingKey is made once: RSA keys are slow.
var signingKey = sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // the kernel has no randomness: nothing here can be tested
	}
	return key
}

// configuration is the file that every test runs with.
var configuration = template.Must(template.New("config").Parse(`mode: {{ .Mode }}
directory:
  name: corp
  kind: {{ or .Kind "openldap" }}
  servers:
    - {{ .Directory }}
  bind:
    user: "{{ .BindDN }}"
    password: "file:{{ .BindPassword }}"
{{- if .DirectoryCA }}
  tls:
    ca: "{{ .DirectoryCA }}"
{{- end }}
  people:
    bases:
      - "{{ .PeopleBase }}"
    email:
      domains:
        - example.com
  groups:
    bases:
      - "{{ .GroupsBase }}"
kiteworks:
  url: {{ .Kiteworks }}
  ca: "{{ .KiteworksCA }}"
  client_id: {{ .ClientID }}
  client_secret: "file:{{ .ClientSecret }}"
  jwt:
    issuer: {{ .Issuer }}
    audience: {{ .Audience }}
    private_key: "file:{{ .PrivateKey }}"
  identities:
    users: {{ .Users }}
    folders: {{ .Folders }}
    others:
      - {{ .Legal }}
  roots:
{{- range .Roots }}
    - path: {{ . }}
{{- if $.Drift }}
      drift: {{ $.Drift }}
{{- end }}
{{- end }}
  requests_per_second: 1000
  never_touch:
    - {{ .Never }}
accounts:
  existing: link
budgets:
  create_folder: unlimited
rules:
{{ .Rules }}
state: "{{ .State }}"
http:
  metrics: "127.0.0.1:0"
{{ .Extra }}`))

// settings are what tests put into the configuration. Secrets and certificates are paths.
type settings struct {
	Mode                                           string
	Kind                                           string // of the directory; "": openldap
	Directory, DirectoryCA, BindDN, BindPassword   string
	PeopleBase, GroupsBase                         string
	Kiteworks, KiteworksCA, ClientID, ClientSecret string
	Issuer, Audience, PrivateKey                   string
	Users, Folders, Legal, Never                   string
	Roots                                          []string
	Drift                                          string // of every root; "": not said
	Rules, State, Extra                            string
}

// site is one installation: a tenant, a directory that it may share with other
// sites, and the folder with its files.
type site struct {
	t        testing.TB
	dir      string
	kw       *kwsim.Server
	front    *httptest.Server // what the configuration names, if there is one
	settings settings
	ahead    time.Duration // how far the clock of its runs is ahead
}

func (s *site) now() time.Time { return time.Now().Add(s.ahead) }

// How many people the company has. There are about 60 groups in any case.
const (
	wholeCompany = 2000
	smallCompany = 100 // for tests that are not about numbers
)

// startDirectory loads a company into a slapd.
func startDirectory(t testing.TB, people int) (*slapdtest.Server, *roster) {
	t.Helper()
	company := slapdtest.NewCompany(people, 1)
	return slapdtest.Start(t, slapdtest.Options{LDIF: company.LDIF(), TLS: true}), newRoster(company)
}

// newSite is a site whose directory is a slapd.
func newSite(t testing.TB, ldap *slapdtest.Server, p kwsim.Plan, change ...func(*kwsim.Options)) *site {
	t.Helper()
	s := newTenantSite(t, p, change...)
	s.settings.Directory, s.settings.DirectoryCA, s.settings.BindDN = ldap.URLTLS(), ldap.CAFile, slapdtest.BindDN
	s.settings.BindPassword = s.write("ldap-password", slapdtest.Password)
	s.settings.PeopleBase, s.settings.GroupsBase = slapdtest.PeopleBase, slapdtest.GroupsBase
	return s
}

// newTenantSite starts a tenant with the identities and what the plan adds, and
// prepares a configuration for it that names no directory. The legal identity owns /Vault.
func newTenantSite(t testing.TB, p kwsim.Plan, change ...func(*kwsim.Options)) *site {
	t.Helper()
	o := kwsim.Options{Seed: 1, TLS: true, Application: kwsim.Application{
		ClientID: clientID, ClientSecret: clientSecret, Issuer: issuer, Audience: audience,
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
	p.Admin, p.Owner = usersIdentity, foldersIdentity
	if err := kwsim.Populate(server.World(), 1, p); err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, dir: t.TempDir(), kw: server}
	s.addUser(kwsim.User{Email: legalIdentity})
	s.addFolder(legalIdentity, "", "Vault")
	s.settings = settings{
		Mode: "create-only", Roots: []string{"/Departments", "/Projects", "/Clients", "/Vault"},
		Kiteworks: server.URL(), KiteworksCA: s.write("kiteworks-ca.pem", string(server.CA())),
		ClientID: clientID, ClientSecret: s.write("client-secret", clientSecret),
		Issuer: issuer, Audience: audience, PrivateKey: s.write("key.pem", encodeKey(t, signingKey())),
		Users: usersIdentity, Folders: foldersIdentity, Legal: legalIdentity, Never: "ceo@corp.example",
		State: filepath.Join(s.dir, "ledger.db"),
	}
	return s
}

// watchedSite is a site whose every exchange is held to the vendor's contract.
func watchedSite(t testing.TB, ldap *slapdtest.Server, p kwsim.Plan) *site {
	t.Helper()
	s := newSite(t, ldap, p)
	s.putFront(&front{})
	return s
}

// smallTenant is for tests that need no history: the four trees and their folders.
func smallTenant() kwsim.Plan { return kwsim.Plan{Folders: 23} }

func encodeKey(t testing.TB, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// write makes a file that only its owner may read, and returns its path.
func (s *site) write(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// file writes the configuration and returns its path.
func (s *site) file() string {
	s.t.Helper()
	return s.fileOf("config.yaml")
}

func (s *site) fileOf(name string) string {
	s.t.Helper()
	var text strings.Builder
	if err := configuration.Execute(&text, s.settings); err != nil {
		s.t.Fatal(err)
	}
	return s.write(name, text.String())
}

// load writes the configuration and loads it as a command does.
func (s *site) load() *config.Config {
	s.t.Helper()
	c, err := config.Load(s.file())
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// plan makes a dry run.
func (s *site) plan() (kwsync.Report, error) {
	s.t.Helper()
	p, closePlanner, err := app.OpenPlanner(context.Background(), s.load(), app.Settings{Version: "e2e"})
	if err != nil {
		return kwsync.Report{Err: err.Error()}, err
	}
	defer func() { _ = closePlanner() }() // it was only read
	p.Now = s.now
	return p.Plan(context.Background())
}

// apply makes one run with a runner of its own, as a fresh process would.
func (s *site) apply() (kwsync.Report, error) {
	s.t.Helper()
	actor, err := app.OpenActor(context.Background(), s.load(), app.Settings{Version: "e2e"})
	if err != nil {
		return kwsync.Report{Err: err.Error()}, err
	}
	defer func() {
		if err := actor.Close(); err != nil {
			s.t.Errorf("close the ledger: %v", err)
		}
	}()
	actor.Runner.Now = s.now
	return actor.Run(context.Background(), kwsync.Trigger{Name: "apply", Full: true}, "")
}

// mustPlan is plan where nothing may fail.
func (s *site) mustPlan() kwsync.Report {
	s.t.Helper()
	rep, err := s.plan()
	if err != nil {
		s.t.Fatalf("plan: %v", err)
	}
	return rep
}

// mustApply is apply where the run as a whole may not fail.
func (s *site) mustApply() kwsync.Report {
	s.t.Helper()
	rep, err := s.apply()
	if err != nil {
		s.t.Fatalf("apply: %v", err)
	}
	return rep
}

// ledger is what the ledger remembers, and the intents in it that have no outcome.
func (s *site) ledger() (plan.Memory, []plan.Change) {
	s.t.Helper()
	book := s.openLedger()
	defer func() { _ = book.Close() }() // it was only read
	memory, err := book.Recall(context.Background(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	open, err := book.Open(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	return memory, open
}

func (s *site) openLedger() *ledger.Ledger {
	s.t.Helper()
	c := s.load()
	book, err := ledger.Open(context.Background(), ledger.Options{State: string(c.State), Tenant: c.Kiteworks.URL, Directories: app.Directories(c)})
	if err != nil {
		s.t.Fatal(err)
	}
	return book
}
