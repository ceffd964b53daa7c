package kiteworks

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Identities are the only subjects for whom the client ever signs an assertion.
type Identities struct {
	Users   access.Email   // administers users
	Folders access.Email   // owns or manages the folders
	Others  []access.Email // further ones, named by a grant's `as`
}

// all lists them; never empty strings.
func (i Identities) all() []access.Email {
	return append([]access.Email{i.Users, i.Folders}, i.Others...)
}

// Root is a folder below which folders are found and made. An ID pins it.
type Root struct {
	Path access.Path
	ID   string
}

// Options is what a client needs to know of its server.
type Options struct {
	URL      string                        // https, or http on a loopback address
	CA       *x509.CertPool                // nil: the system's
	ClientID string                        // of the custom application
	Secret   func() (string, error)        // read for each token, so that rotation needs no restart
	Key      func() (crypto.Signer, error) // RSA; read for each token
	Hash     crypto.Hash                   // SHA256, SHA384 or SHA512: RS256 and so on
	Issuer   string                        // as entered in the application
	// SubjectClaim names a claim that repeats the subject, for an application
	// whose UID attribute is not "sub"; "": none.
	SubjectClaim string
	Audience     string     // as entered in the application
	Identities   Identities //
	Roots        []Root     //
	Rate         float64    // requests a second, tokens included; the vendor's limit is 30 for an address
	// MembersByEmail names new members by address: some servers take no user ids.
	// An address that has no account would get one, so it is not the default.
	MembersByEmail bool
	UserAgent      string                                          //
	OnRequest      func(op string, status int, took time.Duration) // nil: nobody counts; status 0: no answer
}

func (o Options) validate() error {
	switch {
	case o.ClientID == "" || o.Secret == nil || o.Key == nil:
		return errors.New("kiteworks: a client needs a client id, a secret and a key")
	case o.Issuer == "" || o.Audience == "":
		return errors.New("kiteworks: a client needs the issuer and the audience of its application")
	case o.Identities.Users == "" || o.Identities.Folders == "":
		return errors.New("kiteworks: a client needs an identity for users and one for folders")
	case o.Rate <= 0:
		return errors.New("kiteworks: the rate must be above zero")
	case !o.Hash.Available():
		return fmt.Errorf("kiteworks: hash %v is not available", o.Hash)
	}
	return checkURL(o.URL)
}

// checkURL refuses to send a client secret in clear over a network.
func checkURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return fmt.Errorf("kiteworks: url %q: want https://host", raw)
	}
	loopback := u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return fmt.Errorf("kiteworks: url %q: want https; plain http is for loopback addresses only", raw)
	}
	return nil
}
