package oracle

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

const configText = `mode: MODE
delta: "*/15 * * * *"
full: "0 3 * * *"
directory:
  name: corp
  kind: openldap
  servers:
    - ldap://LDAP
  bind:
    user: "READER"
    password: "file:DIR/password"
  people:
    bases:
      - "ou=people,BASE"
    leavers_in:
      - "ou=leavers,BASE"
    filter: "(objectClass=inetOrgPerson)"
    email:
      from:
        - mail
      domains:
        - corp.example
    name: displayName
  groups:
    bases:
      - "ou=groups,BASE"
kiteworks:
  url: http://KITEWORKS
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
    - /Projects
    - /Library
    - /Exchange
  requests_per_second: 1000
accounts:
  existing: link
budgets:
  revoke: unlimited
  lower: unlimited
  suspend: unlimited
  delete: unlimited
  create: unlimited
  grant: unlimited
  create_folder: unlimited
state: "DIR/ledger.db"
http:
  metrics: ""
`

// daemon is one life of the product, from its start until it is stopped or killed.
type daemon struct {
	actor *app.Actor
	front *http.Server
	dir   string // holds its ledger
}

// site is where the daemon finds everything, life after life.
type site struct {
	ldap, kiteworks string // addresses
	audience        string
	root            string // folder of all its folders
	lives           int
	tenant          *tenant
}

// start begins a life, with the ledger of the one before, whose folder is given; "": there was none.
func (s *site) start(ctx context.Context, before string) (*daemon, error) {
	s.lives++
	d := &daemon{dir: filepath.Join(s.root, fmt.Sprint(s.lives))}
	if err := s.settle(d.dir, before); err != nil {
		return nil, err
	}
	c, err := config.Load(filepath.Join(d.dir, "config.yaml"))
	if err != nil {
		return nil, err
	}
	d.front = &http.Server{Handler: s.tenant}
	go func() { _ = d.front.Serve(listen(s.kiteworks)) }() // until it is closed
	if d.actor, err = app.OpenActor(ctx, c, app.Settings{Daemon: true}); err != nil {
		_ = d.front.Close()
		return nil, err
	}
	r := d.actor.Runner
	live, err := directory.New(directoryOptions(&c.Directories[0], r))
	r.Directory = live
	r.Prove = func() kwsync.Prover { return live.Prover() }
	return d, err
}

// directoryOptions are those of the daemon, but for the way to the directory.
func directoryOptions(d *config.Directory, r *kwsync.Runner) directory.Options {
	return directory.Options{
		Name: d.Name, Kind: directory.OpenLDAP, Servers: d.Servers, BindDN: d.Bind.User, Password: d.Bind.Password.Resolve,
		People: directory.People{
			Bases: d.People.Bases, LeaversIn: d.People.LeaversIn, Filter: d.People.Filter, Name: d.People.Name,
			EmailFrom: d.People.Email.From, EmailDomains: d.People.Email.Domains,
		},
		Groups:     directory.Groups{Bases: d.Groups.Bases, Filter: d.Groups.Filter},
		Attributes: r.Rules.Attributes(), GroupAttributes: r.Rules.GroupAttributes(),
		Follow: true, Dial: dial,
	}
}

// settle prepares the folder of a life.
func (s *site) settle(dir, before string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if before != "" {
		if err := copyLedger(before, dir); err != nil {
			return err
		}
	}
	_, key := keyPair()
	text := strings.NewReplacer(
		"MODE", mode, "READER", reader, "BASE", base, "LDAP", s.ldap, "DIR", dir, "KITEWORKS", s.kiteworks, "AUDIENCE", s.audience,
	).Replace(configText) + rulesText + leaversText
	for name, content := range map[string]string{"config.yaml": text, "password": password, "secret": "secret", "key.pem": string(key)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// copyLedger takes what a process that is killed leaves behind: the files, and no lock.
func copyLedger(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(d.Name(), "ledger.db") || strings.HasSuffix(d.Name(), "lock") || strings.HasSuffix(d.Name(), "-shm") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, d.Name()), content, 0o600)
	})
}

// stop ends a life. What it has left in the network is closed with it.
func (d *daemon) stop(t *testing.T) {
	t.Helper()
	_ = d.front.Close()
	if err := d.actor.Close(); err != nil {
		t.Errorf("close the ledger: %v", err)
	}
}
