package doctor

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/prometheus/exporter-toolkit/web"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
)

// machine looks at what lies here: secrets, the key, the ledger's place, ports.
func (p *Patient) machine(ctx context.Context, a area) {
	for _, w := range p.Config.Warnings(nil) {
		a.advise(located(p.Config.File, w), w.Hint)
	}
	for i := range p.Config.Directories {
		d := &p.Config.Directories[i]
		at := config.PathOf(d)
		p.secret(a, at+".bind.password", d.Bind.Password, d.Bind.Password.Resolve)
		p.secret(a, at+".tls.key", d.TLS.Key, d.TLS.Key.ResolveKey)
	}
	k := &p.Config.Kiteworks
	p.secret(a, "kiteworks.client_secret", k.ClientSecret, k.ClientSecret.Resolve)
	p.key(a, k.JWT.PrivateKey)
	p.ledger(a)
	p.port(ctx, a, "http.metrics", p.Config.HTTP.Metrics)
	p.port(ctx, a, "http.pages", p.Config.HTTP.Pages)
	p.port(ctx, a, "http.probes", p.Config.HTTP.Probes)
	p.guard(a)
}

func (p *Patient) secret(a area, path string, s config.Secret, resolve func() (string, error)) {
	if s == (config.Secret{}) {
		return
	}
	if _, err := resolve(); err != nil {
		a.bad(path+": "+err.Error(), unreadable(path, s, err))
		return
	}
	a.good(path + ": " + s.String() + " can be read")
}

// unreadable is what to do about a secret.
func unreadable(path string, s config.Secret, err error) string {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Sprintf("put what %s needs into %s, or correct the reference", path, s)
	case errors.Is(err, os.ErrPermission):
		return fmt.Sprintf("let the user that runs kw-onboarder read %s", s)
	}
	return ""
}

// leastBits is what an RSA key needs to be taken for safe.
const leastBits = 2048

func (p *Patient) key(a area, s config.Secret) {
	const path = "kiteworks.jwt.private_key"
	text, err := s.ResolveKey()
	if err != nil {
		do := unreadable(path, s, err)
		if errors.Is(err, os.ErrNotExist) {
			do = "make the key pair: kw-onboarder keygen --config " + p.Config.File
		}
		a.bad(path+": "+err.Error(), do)
		return
	}
	signer, err := kiteworks.ParseKey([]byte(text))
	if err != nil {
		a.bad(path+": "+err.Error(), "make a key pair: kw-onboarder keygen --config "+p.Config.File)
		return
	}
	if public, ok := signer.Public().(*rsa.PublicKey); ok && public.N.BitLen() < leastBits {
		a.bad(fmt.Sprintf("%s: the key has %d bits", path, public.N.BitLen()), fmt.Sprintf("make one of %d bits or more: kw-onboarder keygen", leastBits))
		return
	}
	a.good(path + ": " + s.String() + " can be read, by its owner alone")
}

// ledger tries whether the ledger's place can be written to. Nothing is left behind, and no
// ledger is made.
func (p *Patient) ledger(a area) {
	file := p.Config.State.File()
	if file == "" {
		return // of a database, the look at the rules tells
	}
	folder, made := filepath.Dir(file), ""
	for missing(folder) { // the ledger makes its folder
		folder, made = filepath.Dir(folder), "; its folder will be made"
	}
	trial, err := os.CreateTemp(folder, ".kw-onboarder-*")
	if err == nil {
		err = errors.Join(trial.Close(), os.Remove(trial.Name()))
	}
	if err == nil {
		if there, openErr := os.OpenFile(file, os.O_RDWR, 0); openErr == nil {
			err = there.Close()
		} else if !errors.Is(openErr, os.ErrNotExist) {
			err = openErr
		}
	}
	if err != nil {
		a.bad(fmt.Sprintf("state: the ledger %s cannot be written: %s", file, cause(err)),
			fmt.Sprintf("make %s a folder of the user that runs kw-onboarder (install -d -m 0700 -o USER %[1]s), or name another file in state", filepath.Dir(file)))
		return
	}
	a.good("state: " + file + " can be written" + made)
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist)
}

// guard reads what keeps strangers from metrics and pages.
func (p *Patient) guard(a area) {
	file := p.Config.WebConfigFile()
	if file == "" {
		return
	}
	if err := web.Validate(file); err != nil {
		a.bad(fmt.Sprintf("http.web_config: %s cannot be used: %s", file, cause(err)),
			"mend it: it is a web configuration file of the Prometheus exporter toolkit, and names certificate and key, or passwords by their bcrypt hashes (docs/pages.md)")
		return
	}
	a.good("http.web_config: " + file + " can be used")
}

// port tries to listen where the daemon will.
func (p *Patient) port(ctx context.Context, a area, path, address string) {
	if address == "" {
		return
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		_ = l.Close() // it was only tried
		a.good(path + ": " + address + " is free")
	case p.Attended && errors.Is(err, syscall.EADDRINUSE):
		a.good(path + ": " + address + " is taken, and a daemon works with this ledger")
	default:
		a.bad(fmt.Sprintf("%s: nobody can listen on %s: %s", path, address, cause(err)),
			fmt.Sprintf("end the program that listens there (ss -ltnp), or write another address in %s", path))
	}
}
