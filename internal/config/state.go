package config

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// State is where the ledger is: the path of a file, the URL of a PostgreSQL database, or a
// reference to a secret that is such a URL. Printed, it has no password.
type State string

// stateSchemes begin the URL of a PostgreSQL database.
var stateSchemes = []string{"postgres", "postgresql"}

const stateHint = "give the path of a file: /var/lib/kw-onboarder/ledger.db, or postgres://user@host:5432/database"

// Resolve is the path or the URL; a secret is read anew each time. Its error does not show
// what was read.
func (s State) Resolve() (string, error) {
	secret, ok := s.secret()
	if !ok {
		return string(s), nil
	}
	text, err := secret.Resolve()
	if err == nil && !State(text).isURL() {
		err = errors.New("read state: what " + secret.String() + " holds is no URL such as postgres://user:password@host:5432/database")
	}
	return text, err
}

// File is the path of the ledger where it is a file; "" where it is a database.
func (s State) File() string {
	if _, ok := s.secret(); ok || s.isURL() {
		return ""
	}
	return string(s)
}

// String is a reference or a path as the file has it, and of a URL what is no secret.
func (s State) String() string {
	if !s.isURL() {
		return string(s)
	}
	u, err := s.parse()
	if err != nil {
		return "postgres://..."
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// GoString is String.
func (s State) GoString() string { return s.String() }

// MarshalText writes String.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s State) secret() (Secret, bool) {
	var secret Secret
	err := secret.UnmarshalText([]byte(s))
	return secret, err == nil
}

func (s State) isURL() bool {
	scheme, _, ok := strings.Cut(string(s), "://")
	return ok && slices.Contains(stateSchemes, scheme)
}

// parse refuses also what an unescaped character in a password makes of a URL.
func (s State) parse() (*url.URL, error) {
	u, err := url.Parse(string(s))
	if err != nil || u.Fragment != "" || u.User == nil && strings.Contains(string(s), "@") {
		return nil, errors.New("it cannot be taken apart")
	}
	return u, nil
}

// checkState does not show what it reports: a URL may hold a password.
func (f *findings) checkState(s State) {
	f.need("state", string(s), stateHint)
	scheme, _, ok := strings.Cut(string(s), "://")
	switch {
	case !ok:
	case !s.isURL():
		f.report("state", "is a URL, and not of a PostgreSQL database", stateHint)
	default:
		if _, err := s.parse(); err != nil {
			f.report("state", "is no URL: "+scheme+":// is not followed by user@host:port/database",
				"write a / ? # or @ in the password as %2F %3F %23 %40, or refer to the whole URL: file:/run/secrets/ledger")
		}
	}
}

// lint warns of a password that whoever reads the configuration can read.
func (s State) lint() []rules.Problem {
	u, err := s.parse()
	if err != nil || !s.isURL() {
		return nil
	}
	if _, has := u.User.Password(); !has && !u.Query().Has("password") {
		return nil
	}
	return []rules.Problem{{
		Path: "state", Message: "holds a password, which whoever reads this file can read",
		Hint: "put the whole URL into a file and write file:/run/secrets/ledger, or cred:ledger, or env:LEDGER",
	}}
}
