package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

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

	Scopes []string      `help:"Scope that the application is registered for, such as GET/folders/*; may be repeated; all if not given." placeholder:"SCOPE" sep:"none"`
	Clock  time.Duration `help:"How far the server's clock is ahead; behind, if negative."`

	Management string   `help:"Loopback address to be managed on, without TLS and without a password." default:"127.0.0.1:0"`
	Behaviour  string   `help:"YAML file that says how the server behaves." type:"existingfile"`
	Set        []string `help:"Turn one switch of the server's behaviour; may be repeated." placeholder:"NAME=VALUE" sep:"none"`
	Faults     string   `help:"YAML file that says what goes wrong." type:"existingfile" xor:"faults"`
	Chaos      *uint64  `help:"Let everything go wrong now and then, from this seed." placeholder:"SEED" xor:"faults"`
}

// jsonSite is what a script needs to know of the server.
type jsonSite struct {
	URL        string `json:"url"`
	Management string `json:"management"`
	CA         string `json:"ca"`
	PrivateKey string `json:"private_key"`
	PublicKey  string `json:"public_key"`
	Secret     string `json:"client_secret_file"`
	ClientID   string `json:"client_id"`
	Config     string `json:"config"`
	LDIF       string `json:"ldif"`
}

func (k kwsimCmd) Run(c *command) error {
	options, err := k.options()
	if err != nil {
		return err
	}
	dir := k.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "kw-onboarder-kwsim-"); err != nil {
			return err
		}
	}
	s, server, err := k.start(dir, options)
	if err != nil {
		if k.Dir == "" {
			err = errors.Join(err, os.RemoveAll(dir)) // nobody was told of it
		}
		return err
	}
	defer func() { _ = server.Close() }() // the process ends with it
	if err := k.announce(c, s, server.ManagementURL()); err != nil {
		return err
	}
	<-c.ctx.Done()
	return nil
}

// start serves, and fills the folder with what one needs to use the server. The
// company comes last: who finds it finds all.
func (k kwsimCmd) start(dir string, o kwsim.Options) (*site, *kwsim.Server, error) {
	s, err := newSite(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("prepare %s: %w", dir, err)
	}
	server, err := s.serve(o, kwsim.Plan{Strangers: k.Strangers, Folders: k.Folders, Grants: k.Grants})
	if err != nil {
		return nil, nil, fmt.Errorf("start the simulated Kiteworks: %w", err)
	}
	s.Directory, s.Kind, s.Rate, s.Metrics = "ldap://127.0.0.1:3389", "openldap", 25, "127.0.0.1:9854"
	if _, err := s.configure(); err != nil {
		_ = server.Close() // the first error is the one to know
		return nil, nil, fmt.Errorf("write the configuration: %w", err)
	}
	if err := s.write("company.ldif", ldif(ldapsim.Company())); err != nil {
		_ = server.Close()
		return nil, nil, fmt.Errorf("write the company: %w", err)
	}
	return s, server, nil
}

// options reads the flags and the files they name.
func (k kwsimCmd) options() (kwsim.Options, error) {
	o := kwsim.Options{
		Listen: k.Listen, Management: k.Management, Seed: k.Seed, RequestsPerSecond: k.Rate, Queue: k.Queue,
	}
	if k.Clock != 0 {
		o.Now = func() time.Time { return time.Now().Add(k.Clock) }
	}
	o.Application.Scopes = k.Scopes
	if k.Chaos != nil {
		o.Faults = kwsim.Chaos(*k.Chaos)
	}
	if err := readInto(&o.Behaviour, k.Behaviour, kwsim.ReadBehaviour); err != nil {
		return o, err
	}
	if err := readInto(&o.Faults, k.Faults, kwsim.ReadFaults); err != nil {
		return o, err
	}
	for _, setting := range k.Set {
		name, value, ok := strings.Cut(setting, "=")
		if !ok {
			return o, fmt.Errorf("--set %s: give name=value", setting)
		}
		if err := o.Behaviour.Set(name, kwsim.Setting(value)); err != nil {
			return o, err
		}
	}
	return o, nil
}

// readInto reads the file, unless none is named.
func readInto[T any](into *T, path string, read func(io.Reader) (T, error)) error {
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if *into, err = read(bytes.NewReader(text)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (k kwsimCmd) announce(c *command, s *site, management string) error {
	at := func(name string) string { return filepath.Join(s.Dir, name) }
	j := jsonSite{
		URL: s.Kiteworks, Management: management, CA: at("ca.pem"), PrivateKey: at("key.pem"), PublicKey: at("key.pub.pem"),
		Secret: at("client-secret"), ClientID: s.Client, Config: at("config.yaml"), LDIF: at("company.ldif"),
	}
	if c.cli.Output == "json" {
		return c.json(j)
	}
	_, err := fmt.Fprintf(c.out, `Simulated Kiteworks on %s (it keeps nothing and is for trying things out only)
management:    %s
CA:            %s
private key:   %s
public key:    %s
client id:     %s
client secret: %s
configuration: %s
company:       %s (for an OpenLDAP server on %s)
`, j.URL, j.Management, j.CA, j.PrivateKey, j.PublicKey, j.ClientID, j.Secret, j.Config, j.LDIF, s.Directory)
	return err
}
