package directory

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// Options say which server to read and what to read from it.
type Options struct {
	Name    string   // becomes PersonID.Source and GroupID.Source
	Kind    Kind     // checked against the server at each connection
	Servers []string // ldap:// or ldaps:// URLs, tried in order; one serves a whole read

	StartTLS bool   // on ldap:// servers: TLS before the bind
	CA       string // path of a PEM file; "": the system's roots

	BindDN   string                 // "": no bind, the server sees an anonymous reader
	Password func() (string, error) // called for each connection, so that rotation needs no restart

	People     People
	Groups     Groups
	Attributes []string // further attributes of people that the rules need, in lower case

	PageSize int              // entries asked for at a time; 0: 500
	Timeout  time.Duration    // of silence from the server before it counts as lost; 0: 30 s
	Now      func() time.Time // nil: time.Now
}

// People say which entries are people and what becomes of their attributes.
type People struct {
	Bases        []string // DNs; a person below two of them is one person
	Filter       string   // RFC 4515
	EmailFrom    []string // the first of these attributes that has a value
	EmailDomains []string // an address outside these is none; empty: all domains
	Name         string   // attribute of the display name; without a value cn, then the address
}

// Groups say which entries are groups.
type Groups struct {
	Bases  []string // DNs; empty: no groups are read
	Filter string   // RFC 4515; "": the usual group classes of the kind
}

const (
	defaultPageSize = 500
	defaultTimeout  = 30 * time.Second
)

// complete validates o and fills in its defaults. All mistakes are reported at once.
func (o Options) complete() (Options, error) {
	if o.Kind.String() == "invalid" {
		return o, errors.New("directory: no kind: write one of " + strings.Join(kindNames(), ", "))
	}
	if o.Groups.Filter == "" {
		o.Groups.Filter = o.Kind.traits().groupFilter
	}
	if o.PageSize == 0 {
		o.PageSize = defaultPageSize
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.People.EmailFrom = lower(o.People.EmailFrom)
	o.People.EmailDomains = lower(o.People.EmailDomains)
	o.People.Name = strings.ToLower(o.People.Name)
	o.Attributes = lower(o.Attributes)
	return o, errors.Join(o.mistakes()...)
}

func (o Options) mistakes() []error {
	var all []error
	mistake := func(wrong bool, format string, args ...any) {
		if wrong {
			all = append(all, fmt.Errorf("directory: "+format, args...))
		}
	}
	mistake(o.Name == "", "no name")
	mistake(len(o.Servers) == 0, "no servers: write at least one ldaps:// URL")
	for _, s := range o.Servers {
		_, err := parseServer(s)
		mistake(err != nil, "server %q: %v", s, err)
	}
	mistake(o.BindDN != "" && o.Password == nil, "bind as %s: no password", o.BindDN)
	mistake(len(o.People.Bases) == 0, "people: no bases")
	mistake(len(o.People.EmailFrom) == 0, "people: no attribute to take the e-mail address from")
	for _, base := range slices.Concat(o.People.Bases, o.Groups.Bases) {
		_, err := ldap.ParseDN(base)
		mistake(err != nil || base == "", "base %q is no DN: write one such as OU=Staff,DC=corp,DC=example", base)
	}
	for _, f := range [][2]string{{"people", o.People.Filter}, {"groups", o.Groups.Filter}} {
		_, err := ldap.CompileFilter(f[1])
		mistake(err != nil, "%s: filter %q is no LDAP filter: write one such as (objectClass=inetOrgPerson)", f[0], f[1])
	}
	mistake(o.PageSize < 0, "page size %d: want 1 or more", o.PageSize)
	mistake(o.Timeout < 0, "time-out %v: want more than 0", o.Timeout)
	if _, err := o.roots(); err != nil {
		all = append(all, err)
	}
	return all
}

// roots are the authorities to trust, nil for the system's.
func (o Options) roots() (*x509.CertPool, error) {
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

// parseServer reads a server's URL; the port is that of the scheme if none is written.
func parseServer(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, err
	}
	port, known := map[string]string{"ldap": ldap.DefaultLdapPort, "ldaps": ldap.DefaultLdapsPort}[u.Scheme]
	switch {
	case !known || u.Hostname() == "":
		return nil, errors.New("want ldap://host or ldaps://host")
	case u.User != nil || u.RawQuery != "" || strings.Trim(u.Path, "/") != "":
		return nil, errors.New("want a host and at most a port")
	case u.Port() == "":
		u.Host += ":" + port
	}
	return u, nil
}

func lower(texts []string) []string {
	result := make([]string, len(texts))
	for i, s := range texts {
		result[i] = strings.ToLower(s)
	}
	return result
}
