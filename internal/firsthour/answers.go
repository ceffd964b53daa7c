package firsthour

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// Answers are what only a human knows, and, behind it, what the directory told or was proposed.
type Answers struct {
	Servers      []string // URLs
	CA           string   // path of a PEM file; "": the system's authorities
	StartTLS     bool
	BindUser     string
	BindPassword string // reference, as are the other secrets

	Kiteworks    string // URL
	KiteworksCA  string
	ClientID     string // "": not known yet
	ClientSecret string
	PrivateKey   string
	Users        string // the identity that administers users
	Folders      string // the one that holds the folders
	Roots        []string
	Existing     string // link or ignore

	Kind        string
	PeopleBases []string
	GroupBases  []string
	Domains     []string
	Rules       []Proposal
	Others      []string // names of groups that no proposal is about

	State   string
	Metrics string
}

// Beside is the folder in which the configuration lies, where secrets are looked for if nothing
// else is said.
func (a *Answers) Beside(folder string) {
	for name, to := range map[string]*string{
		"ldap-password": &a.BindPassword, "client-secret": &a.ClientSecret, "key.pem": &a.PrivateKey,
	} {
		if *to == "" {
			*to = "file:" + filepath.Join(folder, name)
		}
	}
	if a.State == "" {
		a.State = filepath.Join(folder, "ledger.db")
		if folder == "/etc/kw-onboarder" {
			a.State = "/var/lib/kw-onboarder/ledger.db"
		}
	}
}

// A server without a scheme is meant to be one with TLS.
func Server(text string) (string, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "/")
	if text == "" {
		return "", errors.New("name a server: ldaps://dc1.corp.example")
	}
	if !strings.Contains(text, "://") {
		text = "ldaps://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || !slices.Contains([]string{"ldap", "ldaps", "ldap+srv", "ldaps+srv"}, u.Scheme) {
		return "", errors.New("write ldaps://host, or ldaps+srv://domain for servers that DNS names")
	}
	return text, nil
}

// Tenant reads the address of a Kiteworks server; without a scheme it is https.
func Tenant(text string) (string, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "/")
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("write https://files.corp.example")
	}
	return text, nil
}

// Reference reads a reference to a secret, and refuses the secret itself without repeating it.
func Reference(text string) (string, error) {
	var s config.Secret
	if err := s.UnmarshalText([]byte(strings.TrimSpace(text))); err != nil {
		return "", errors.New("a secret must not stand in the configuration: put it into a file that only its reader can read, and answer file:/path; or cred:name (systemd), or env:NAME")
	}
	return s.String(), nil
}

// Address reads the address of an identity.
func Address(text string) (string, error) {
	e, err := access.ParseEmail(text)
	if err != nil {
		return "", fmt.Errorf("write an e-mail address: %w", err)
	}
	return string(e), nil
}

// Root reads the path of a folder.
func Root(text string) (string, error) {
	p, err := access.ParsePath(strings.TrimSpace(text))
	if err != nil {
		return "", err
	}
	return string(p), nil
}

// Decision reads what becomes of accounts that exist.
func Decision(text string) (string, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text != "link" && text != "ignore" {
		return "", errors.New("write link or ignore")
	}
	return text, nil
}

// Text reads anything but nothing.
func Text(text string) (string, error) {
	if text = strings.TrimSpace(text); text == "" {
		return "", errors.New("is empty")
	}
	return text, nil
}
