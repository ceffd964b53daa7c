package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

// What the simulated servers are told, and the configuration made for them says.
const (
	siteUsers    = "svc-users@alpenglas.example"
	siteFolders  = "svc-folders@alpenglas.example"
	siteClient   = "kw-onboarder-try"
	siteIssuer   = "kw-onboarder"
	sitePassword = "reader"
)

//go:embed site.yaml.tmpl
var siteTemplate string

// site is a folder with all that a configuration against the simulated
// Kiteworks refers to: key pair, secrets, CA, ledger.
type site struct {
	Dir       string
	Kiteworks string // URL
	Directory string // URL
	Kind      string // of the directory
	Rate      int    // requests a second
	Metrics   string // where the daemon serves them
	BaseDN    string
	BindDN    string
	Client    string
	Issuer    string
	Users     string
	Folders   string

	secret string
	key    *rsa.PrivateKey
}

// newSite makes the folder, if it is missing, and a key pair and a client
// secret in it. What is there of an earlier time is written anew.
func newSite(dir string) (*site, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	s := &site{
		Dir: dir, key: key, secret: rand.Text(), BaseDN: ldapsim.CompanyBase, BindDN: ldapsim.CompanyBind,
		Client: siteClient, Issuer: siteIssuer, Users: siteUsers, Folders: siteFolders,
	}
	return s, s.writeSecrets()
}

func (s *site) writeSecrets() error {
	private, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&s.key.PublicKey)
	if err != nil {
		return err
	}
	files := map[string][]byte{
		"key.pem":         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		"key.pub.pem":     pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}),
		"client-secret":   []byte(s.secret + "\n"),
		"reader-password": []byte(sitePassword + "\n"),
	}
	for name, data := range files {
		if err := s.write(name, data); err != nil {
			return err
		}
	}
	return nil
}

// serve starts a simulated Kiteworks that knows this site's application and
// holds an old tenant.
func (s *site) serve(o kwsim.Options, p kwsim.Plan) (*kwsim.Server, error) {
	o.TLS = true
	o.Application = kwsim.Application{
		ClientID: s.Client, ClientSecret: s.secret, Issuer: s.Issuer, PublicKey: &s.key.PublicKey,
	}
	server, err := kwsim.New(o)
	if err != nil {
		return nil, err
	}
	p.Admin, p.Owner = s.Users, s.Folders
	if err := kwsim.Populate(server.World(), o.Seed, p); err != nil {
		_ = server.Close() // the first error is the one to know
		return nil, err
	}
	s.Kiteworks = server.URL()
	return server, s.write("ca.pem", server.CA())
}

// configure writes the configuration and returns its path.
func (s *site) configure() (string, error) {
	t, err := template.New("config").Parse(siteTemplate)
	if err != nil {
		return "", fmt.Errorf("parse the embedded configuration: %w", err)
	}
	path := filepath.Join(s.Dir, "config.yaml")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	if err := t.Execute(f, s); err != nil {
		_ = f.Close() // the first error is the one to know
		return "", err
	}
	return path, f.Close()
}

// write replaces a file that only its owner may read.
func (s *site) write(name string, data []byte) error {
	path := filepath.Join(s.Dir, name)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}
