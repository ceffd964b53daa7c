package directory

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// Options say which server to read and what to read from it.
type Options struct {
	Name    string   // becomes PersonID.Source and GroupID.Source
	Kind    Kind     // checked against the server at each connection
	Servers []string // as wire.Options has them, tried in order; one serves a whole read

	StartTLS bool   // on ldap:// servers: TLS before the bind
	CA       string // path of a PEM file; "": the system's roots

	BindDN      string                 // "": SASL EXTERNAL with a certificate, an anonymous reader without
	Password    func() (string, error) // called for each connection, so that rotation needs no restart
	Certificate string                 // path of a PEM file with the chain of a client certificate; "": none
	Key         func() (string, error) // its key in PEM; called for each connection

	IgnoreReferrals bool // false: one fails the read
	Follow          bool // further refreshes will come: note where to go on

	People     People
	Groups     Groups
	Attributes []string // further attributes of people that the rules need, in lower case

	GroupAttributes []string // and of groups

	Units bool // rules name organizational units: read those too

	PageSize int              // entries asked for at a time; 0: 500
	Timeout  time.Duration    // of silence from the server before it counts as lost; 0: 30 s
	Now      func() time.Time // nil: time.Now

	LookupSRV func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error) // nil: the system's
	Dial      func(ctx context.Context, network, address string) (net.Conn, error)               // nil: the network's
}

// People say which entries are people and what becomes of their attributes.
type People struct {
	Bases        []string // DNs; a person below two of them is one person
	LeaversIn    []string // DNs; an entry moved there is that of somebody who has left
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
	if o.LookupSRV == nil {
		o.LookupSRV = net.DefaultResolver.LookupSRV
	}
	o.People.EmailFrom = lower(o.People.EmailFrom)
	o.People.EmailDomains = lower(o.People.EmailDomains)
	for i, domain := range o.People.EmailDomains {
		if same, err := access.ParseDomain(domain); err == nil { // what is none is one of mistakes
			o.People.EmailDomains[i] = same
		}
	}
	o.People.Name = strings.ToLower(o.People.Name)
	o.Attributes, o.GroupAttributes = lower(o.Attributes), lower(o.GroupAttributes)
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
	mistake(len(o.People.Bases) == 0, "people: no bases")
	mistake(len(o.People.EmailFrom) == 0, "people: no attribute to take the e-mail address from")
	for _, base := range slices.Concat(o.People.Bases, o.People.LeaversIn, o.Groups.Bases) {
		_, err := ldap.ParseDN(base)
		mistake(err != nil || base == "", "base %q is no DN: write one such as OU=Staff,DC=corp,DC=example", base)
	}
	for _, f := range [][2]string{{"people", o.People.Filter}, {"groups", o.Groups.Filter}} {
		_, err := ldap.CompileFilter(f[1])
		mistake(err != nil, "%s: filter %q is no LDAP filter: write one such as (objectClass=inetOrgPerson)", f[0], f[1])
	}
	for _, domain := range o.People.EmailDomains {
		_, err := access.ParseDomain(domain)
		mistake(err != nil, "people: %q is no domain of e-mail addresses: write one such as corp.example", domain)
	}
	mistake(o.PageSize < 0, "page size %d: want 1 or more", o.PageSize)
	mistake(o.Timeout < 0, "time-out %v: want more than 0", o.Timeout)
	reach := o.wire()
	if err := reach.Validate(); err != nil {
		all = append(all, fmt.Errorf("directory: %w", err))
	}
	return all
}

// wire are the options of the connection alone.
func (o *Options) wire() wire.Options {
	return wire.Options{
		Servers: o.Servers, StartTLS: o.StartTLS, CA: o.CA, Certificate: o.Certificate, Key: o.Key,
		BindDN: o.BindDN, Password: o.Password, IgnoreReferrals: o.IgnoreReferrals,
		PageSize: o.PageSize, Timeout: o.Timeout, Check: o.Kind.check, LookupSRV: o.LookupSRV,
		Dial: o.Dial,
	}
}

func lower(texts []string) []string {
	result := make([]string, len(texts))
	for i, s := range texts {
		result[i] = strings.ToLower(s)
	}
	return result
}
