package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// Options say how to reach a directory.
type Options struct {
	// Servers are URLs, tried in order: ldap://host or ldaps://host, with a port
	// or the usual one; ldap+srv://domain or ldaps+srv://domain for hosts from DNS.
	Servers  []string
	StartTLS bool   // over ldap: TLS before the bind
	CA       string // path of a PEM file; "": the system's roots

	Certificate string                 // path of a PEM file with the chain that shows who we are; "": none
	Key         func() (string, error) // its key in PEM; called for each connection, as is Password

	BindDN   string // "": SASL EXTERNAL with a certificate, nobody without one
	Password func() (string, error)

	IgnoreReferrals bool          // false: one fails the search
	PageSize        int           // entries asked for at a time
	Timeout         time.Duration // of silence from the server before it counts as lost

	Check     func(root *Entry) error // whether the root DSE is that of the right kind of server
	LookupSRV func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
	Dial      func(ctx context.Context, network, address string) (net.Conn, error) // nil: the network's
}

// Validate reads the files that o names, so that a wrong path is known at the start.
func (o *Options) Validate() error {
	var all []error
	for _, s := range o.Servers {
		if _, err := parseServer(s); err != nil {
			all = append(all, fmt.Errorf("server %q: %w", s, err))
		}
	}
	if _, err := o.roots(); err != nil {
		all = append(all, err)
	}
	if o.BindDN != "" && o.Password == nil {
		all = append(all, fmt.Errorf("bind as %s: no password", o.BindDN))
	}
	if (o.Certificate == "") != (o.Key == nil) {
		all = append(all, errors.New("a client certificate and its key go together: write directory.tls.certificate and directory.tls.key"))
	}
	return errors.Join(all...)
}

// security is how one connection to host is protected. Files are read again for each,
// so that what has been renewed needs no restart.
func (o *Options) security(host string) (*tls.Config, error) {
	roots, err := o.roots()
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: host}
	if o.Certificate == "" {
		return config, nil
	}
	chain, err := os.ReadFile(o.Certificate)
	if err != nil {
		return nil, fmt.Errorf("read directory.tls.certificate: %w", err)
	}
	key, err := o.Key()
	if err != nil {
		return nil, fmt.Errorf("read directory.tls.key: %w", err)
	}
	pair, err := tls.X509KeyPair(chain, []byte(key))
	if err != nil {
		return nil, fmt.Errorf("use directory.tls.certificate %s: %w", o.Certificate, err)
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}

// roots are the authorities to trust, nil for the system's.
func (o *Options) roots() (*x509.CertPool, error) {
	if o.CA == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(o.CA)
	if err != nil {
		return nil, fmt.Errorf("read directory.tls.ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read directory.tls.ca: %s holds no certificate in PEM", o.CA)
	}
	return pool, nil
}
