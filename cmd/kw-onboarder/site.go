package main

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
	Brakes    bool   // with a budget and a wall
	BaseDN    string
	BindDN    string
	Client    string
	Issuer    string
	Users     string
	Folders   string

	secret string
	key    *rsa.PrivateKey
}

// newSite takes the key pair and the client secret that the folder holds of an
// earlier time, so that a configuration made then stays valid, or makes new ones.
// Nothing is written before serve has the port.
func newSite(dir string) (*site, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &site{
		Dir: dir, BaseDN: ldapsim.CompanyBase, BindDN: ldapsim.CompanyBind,
		Client: siteClient, Issuer: siteIssuer, Users: siteUsers, Folders: siteFolders,
	}
	if s.secret, err = s.readSecret(); err != nil {
		return nil, err
	}
	s.key, err = s.readKey()
	return s, err
}

func (s *site) readSecret() (string, error) {
	text, err := s.read("client-secret")
	if err != nil {
		return "", err
	}
	return cmp.Or(strings.TrimSpace(string(text)), rand.Text()), nil
}

func (s *site) readKey() (*rsa.PrivateKey, error) {
	text, err := s.read("key.pem")
	if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(text); block != nil {
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if key, ok := parsed.(*rsa.PrivateKey); err == nil && ok {
			return key, nil
		}
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}

// read returns what a file of the folder holds: nothing if it is missing.
func (s *site) read(name string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(s.Dir, name))
	if os.IsNotExist(err) {
		return nil, nil
	}
	return text, err
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
// holds an old tenant. Once it has its port, the folder is written.
func (s *site) serve(o kwsim.Options, p kwsim.Plan) (*kwsim.Server, error) {
	o.TLS = true
	o.Application = kwsim.Application{
		ClientID: s.Client, ClientSecret: s.secret, Issuer: s.Issuer, PublicKey: &s.key.PublicKey, Scopes: o.Application.Scopes,
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
	if err := s.settle(server); err != nil {
		_ = server.Close()
		return nil, fmt.Errorf("write to %s: %w", s.Dir, err)
	}
	return server, nil
}

// settle makes the folder, if it is missing, and writes how to reach the server.
func (s *site) settle(server *kwsim.Server) error {
	s.Kiteworks = server.URL()
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	return errors.Join(s.writeSecrets(), s.write("ca.pem", server.CA()))
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

// write replaces a file that only its owner may read. Whoever waits for it
// finds it whole.
func (s *site) write(name string, data []byte) error {
	path := filepath.Join(s.Dir, name)
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.WriteFile(fresh, data, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}
