package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

type kwsimCmd struct {
	Listen    string `help:"Loopback address to listen on." default:"127.0.0.1:8443"`
	Seed      uint64 `help:"Decides every id and name." default:"1"`
	Dir       string `help:"Folder for CA, key pair, secrets, ledger and a ready configuration; a new temporary one if not given." type:"path"`
	Strangers int    `help:"Accounts that are there already." default:"500"`
	Folders   int    `help:"Folders that are there already." default:"200"`
	Grants    int    `help:"Access that was given by hand." default:"1000"`
	Rate      int    `help:"Requests a second before 429; 0 for no limit." default:"30"`
	Queue     int    `help:"Requests above the rate that may wait." default:"40"`
}

// jsonSite is what a script needs to know of the server.
type jsonSite struct {
	URL        string `json:"url"`
	CA         string `json:"ca"`
	PrivateKey string `json:"private_key"`
	PublicKey  string `json:"public_key"`
	Secret     string `json:"client_secret_file"`
	ClientID   string `json:"client_id"`
	Config     string `json:"config"`
	LDIF       string `json:"ldif"`
}

func (k kwsimCmd) Run(c *command) error {
	dir := k.Dir
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "kw-onboarder-kwsim-"); err != nil {
			return err
		}
	}
	s, err := newSite(dir)
	if err != nil {
		return fmt.Errorf("prepare %s: %w", dir, err)
	}
	server, err := s.serve(
		kwsim.Options{Listen: k.Listen, Seed: k.Seed, RequestsPerSecond: k.Rate, Queue: k.Queue},
		kwsim.Plan{Strangers: k.Strangers, Folders: k.Folders, Grants: k.Grants})
	if err != nil {
		return fmt.Errorf("start the simulated Kiteworks: %w", err)
	}
	defer func() { _ = server.Close() }() // the process ends with it
	s.Directory, s.Kind, s.Rate, s.Metrics = "ldap://127.0.0.1:3389", "openldap", 25, "127.0.0.1:9854"
	config, err := s.configure()
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	if err := s.write("company.ldif", ldif(ldapsim.Company())); err != nil {
		return fmt.Errorf("write the company: %w", err)
	}
	if err := k.announce(c, s, config); err != nil {
		return err
	}
	<-c.ctx.Done()
	return nil
}

func (k kwsimCmd) announce(c *command, s *site, config string) error {
	at := func(name string) string { return filepath.Join(s.Dir, name) }
	j := jsonSite{
		URL: s.Kiteworks, CA: at("ca.pem"), PrivateKey: at("key.pem"), PublicKey: at("key.pub.pem"),
		Secret: at("client-secret"), ClientID: s.Client, Config: config, LDIF: at("company.ldif"),
	}
	if c.cli.Output == "json" {
		return writeJSON(c.out, j)
	}
	_, err := fmt.Fprintf(c.out, `Simulated Kiteworks on %s (it keeps nothing and is for trying things out only)
CA:            %s
private key:   %s
public key:    %s
client id:     %s
client secret: %s
configuration: %s
company:       %s (for an OpenLDAP server on %s)
`, j.URL, j.CA, j.PrivateKey, j.PublicKey, j.ClientID, j.Secret, j.Config, j.LDIF, s.Directory)
	return err
}
