package config

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Kiteworks says which server is written to, and as whom.
type Kiteworks struct {
	URL               string         `yaml:"url"`           // without a trailing slash
	CA                string         `yaml:"ca"`            // path of a PEM file; "": the system's
	ClientID          string         `yaml:"client_id"`     // of the custom application in the admin console
	ClientSecret      Secret         `yaml:"client_secret"` // of that application
	JWT               JWT            `yaml:"jwt"`
	Identities        Identities     `yaml:"identities"`
	Roots             []Root         `yaml:"roots"`               // access is given, and folders are made, only below these
	RequestsPerSecond int            `yaml:"requests_per_second"` // shared by everybody behind one address
	MembersByEmail    bool           `yaml:"members_by_email"`    // for a server that takes no user ids
	NeverTouch        []access.Email `yaml:"never_touch"`         // left alone whatever the rules say
}

// JWT is what the assertions say, as registered with the custom application.
type JWT struct {
	Issuer     string `yaml:"issuer"`      // exactly as registered
	Audience   string `yaml:"audience"`    // "": the URL
	PrivateKey Secret `yaml:"private_key"` // PEM, RSA; readable by its owner alone
	Algorithm  string `yaml:"algorithm"`   // RS256, RS384, RS512
	// SubjectClaim repeats the subject, where the application's UID attribute is not sub.
	SubjectClaim string `yaml:"subject_claim"`
}

// Identities are the only subjects for whom an assertion is ever signed.
type Identities struct {
	Users   access.Email   `yaml:"users"`   // administers users
	Folders access.Email   `yaml:"folders"` // owns or manages the folders
	Others  []access.Email `yaml:"others"`  // further ones that a grant may name by as
}

// Root is a folder below which folders are found and made. In the file it is a
// path, or path and more.
type Root struct {
	Path  access.Path `yaml:"path"`
	ID    string      `yaml:"id"`    // pins it; "": found by its path
	Drift Drift       `yaml:"drift"` // left out: report
}

// maxRequests is beyond what the vendor allows any address; above it, a slip of
// the finger is likelier than a wish.
const maxRequests = 1000

var jwtAlgorithms = []string{"RS256", "RS384", "RS512"}

func (f *findings) checkKiteworks(k *Kiteworks) {
	f.checkURL("kiteworks.url", k.URL)
	k.URL = strings.TrimRight(k.URL, "/")
	f.need("kiteworks.client_id", k.ClientID, "it is shown with the custom application in the admin console")
	f.needSecret("kiteworks.client_secret", k.ClientSecret)
	f.checkJWT(k)
	f.need("kiteworks.identities.users", string(k.Identities.Users), "give the e-mail of the account that administers users")
	f.need("kiteworks.identities.folders", string(k.Identities.Folders), "give the e-mail of the account that owns or manages the folders")
	f.checkRoots(k.Roots)
	if k.RequestsPerSecond < 1 || k.RequestsPerSecond > maxRequests {
		f.report("kiteworks.requests_per_second", fmt.Sprintf("want 1 to %d", maxRequests), "Kiteworks allows 30 a second for an address; 25 leaves room for others behind it")
	}
}

func (f *findings) checkJWT(k *Kiteworks) {
	f.need("kiteworks.jwt.issuer", k.JWT.Issuer, "it must equal the issuer in the custom application")
	if k.JWT.Audience == "" {
		k.JWT.Audience = k.URL
	}
	f.needSecret("kiteworks.jwt.private_key", k.JWT.PrivateKey)
	if registered := []string{"iss", "sub", "aud", "jti", "iat", "nbf", "exp"}; slices.Contains(registered, k.JWT.SubjectClaim) {
		f.report("kiteworks.jwt.subject_claim", "is a claim that every assertion has already", "leave it out, or name the application's UID attribute")
	}
	if !slices.Contains(jwtAlgorithms, k.JWT.Algorithm) {
		f.report("kiteworks.jwt.algorithm", oneOf(k.JWT.Algorithm, jwtAlgorithms), "")
	}
}

func (f *findings) checkRoots(roots []Root) {
	if len(roots) == 0 {
		f.report("kiteworks.roots", "is missing", "list the folders below which access may be given: /Departments")
	}
	first := map[string]int{}
	for i, root := range roots {
		roots[i].Drift = cmp.Or(root.Drift, ReportDrift)
		path := fmt.Sprintf("kiteworks.roots[%d]", i)
		if root.Path == "" {
			f.report(path, "has no path", "give the path besides the id: reports speak of folders by path")
			continue
		}
		if at, seen := first[root.Path.Fold()]; seen {
			f.report(path, fmt.Sprintf("is the same folder as kiteworks.roots[%d]", at), "keep one of them")
			continue
		}
		first[root.Path.Fold()] = i
	}
}

// checkURL refuses what would send the client's secret in clear over a network.
func (f *findings) checkURL(path, text string) {
	if text == "" {
		f.need(path, text, "give the address of the server: https://files.corp.example")
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		f.report(path, "is no web address", "write https://files.corp.example")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		f.report(path, "holds more than a host and a port", "write https://files.corp.example, without account, path or query")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		f.report(path, "is http://: secrets would travel in clear", "write https://; plain http is for loopback addresses only")
	}
}

func loopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
