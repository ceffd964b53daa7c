package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// activeDirectory is the kind of which some usual values differ.
const activeDirectory = "active-directory"

var directoryKinds = []string{activeDirectory, "openldap", "389ds", "generic"}

// Directory says which directory is read, and what of it.
type Directory struct {
	Name      string       `yaml:"name"`    // part of every person's id: renaming it makes everybody new
	Kind      string       `yaml:"kind"`    // checked against the server
	Servers   []string     `yaml:"servers"` // tried in order
	Referrals Referrals    `yaml:"referrals"`
	Bind      Bind         `yaml:"bind"`
	TLS       DirectoryTLS `yaml:"tls"`
	People    People       `yaml:"people"`
	Groups    Groups       `yaml:"groups"`

	path string // where it stands in the file: directory, or directory[1] in a list
}

// Bind is how the program logs in to the directory. Without it the client
// certificate does that (SASL EXTERNAL).
type Bind struct {
	User     string `yaml:"user"` // DN, or for Active Directory user principal name
	Password Secret `yaml:"password"`
}

// DirectoryTLS says how the connection to the directory is protected.
type DirectoryTLS struct {
	CA          string `yaml:"ca"`          // path of a PEM file; "": the system's
	Certificate string `yaml:"certificate"` // path of a PEM file with the client's chain; "": none
	Key         Secret `yaml:"key"`         // its private key
	StartTLS    bool   `yaml:"starttls"`    // for ldap:// servers
}

// People says who is read and how they are described.
type People struct {
	Bases     []string `yaml:"bases"`      // DNs below which people are
	LeaversIn []string `yaml:"leavers_in"` // where those are moved who have left
	Filter    string   `yaml:"filter"`     // "": as usual for the kind
	Email     Email    `yaml:"email"`
	Name      string   `yaml:"name"` // attribute of the display name
}

// Email says where a person's address comes from and which are believed.
type Email struct {
	From    []string `yaml:"from"`    // attributes; the first that has a value
	Domains []string `yaml:"domains"` // an address outside these is not believed
}

// Groups says which groups are read.
type Groups struct {
	Bases  []string `yaml:"bases"`  // DNs below which groups are
	Filter string   `yaml:"filter"` // "": as usual for the kind
}

// PathOf is where a directory stands in the file: directory, or directory[1] in a list.
func PathOf(d *Directory) string { return d.path }

// newDirectory is what holds of a directory where the file is silent; path is
// where it stands there.
func newDirectory(name, path string) Directory {
	return Directory{
		Name:   name,
		People: People{Email: Email{From: []string{"mail"}}, Name: "displayName"},
		path:   path,
	}
}

func (f *findings) checkDirectory(d *Directory) {
	f.need(d.path+".name", d.Name, "name the directory; the name is part of every person's id, so keep it")
	if strings.Contains(d.Name, ":") {
		f.report(d.path+".name", "holds a colon", "write another sign: in ids, name and id are parted by a colon")
	}
	if !slices.Contains(directoryKinds, d.Kind) {
		f.report(d.path+".kind", oneOf(d.Kind, directoryKinds), "generic is any server with entryUUID and the standard group classes")
	}
	f.checkServers(d)
	if d.Referrals == 0 {
		d.Referrals = usualReferrals(d.Kind)
	}
	f.checkLogIn(d)
	f.checkPeople(d)
	f.checkDNs(d.path+".groups.bases", d.Groups.Bases)
	f.checkFilter(d.path+".groups.filter", d.Groups.Filter)
}

// checkLogIn wants an account with its password, or a certificate with its key. Both
// together are right too: the certificate then opens the connection only.
func (f *findings) checkLogIn(d *Directory) {
	hasKey := d.TLS.Key != (Secret{})
	switch {
	case d.TLS.Certificate != "" && !hasKey:
		f.report(d.path+".tls.key", "is missing: a certificate is of no use without its private key", secretHint)
	case d.TLS.Certificate == "" && hasKey:
		f.report(d.path+".tls.certificate", "is missing: a private key is of no use without its certificate", "give the path of the certificate's chain in PEM, or remove "+d.path+".tls.key")
	}
	if d.Bind == (Bind{}) && (d.TLS.Certificate != "" || hasKey) {
		return
	}
	hint := "give the DN (or, for Active Directory, the user principal name) of an account that may read"
	if d.TLS.Certificate != "" {
		hint += ", or remove the password: the certificate then logs in"
	}
	f.need(d.path+".bind.user", d.Bind.User, hint)
	f.needSecret(d.path+".bind.password", d.Bind.Password)
}

func (f *findings) checkPeople(d *Directory) {
	p, path := &d.People, d.path+".people"
	if len(p.Bases) == 0 {
		f.report(path+".bases", "is missing", `give the DNs below which people are found: "OU=Staff,DC=corp,DC=example"`)
	}
	f.checkDNs(path+".bases", p.Bases)
	f.checkDNs(path+".leavers_in", p.LeaversIn)
	f.checkLeavers(path, p)
	if p.Filter == "" {
		p.Filter = usualPeople(d.Kind)
	}
	f.checkFilter(path+".filter", p.Filter)
	f.checkAttribute(path+".name", p.Name)
	if len(p.Email.From) == 0 {
		f.report(path+".email.from", "is empty", "name the attributes that hold the address: [mail]")
	}
	for i, attribute := range p.Email.From {
		f.checkAttribute(fmt.Sprintf("%s.email.from[%d]", path, i), attribute)
	}
	f.checkDomains(path+".email.domains", p.Email.Domains)
}

// checkDomains insists on a list: accounts are linked by e-mail, and in many
// directories people may write their own.
func (f *findings) checkDomains(path string, domains []string) {
	if len(domains) == 0 {
		f.report(path, "is missing", "list the domains whose addresses are believed: an address is often writable by its owner, and decides which account is theirs")
	}
	valid := regexp.MustCompile(`^[^\s@.,;/*]+(\.[^\s@.,;/*]+)*$`)
	for i, domain := range domains {
		if !valid.MatchString(domain) {
			f.report(fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("%q is no domain", domain), "write what stands behind the @, without wildcards: corp.example")
		}
		domains[i] = strings.ToLower(domain)
	}
}

// usualPeople is the filter for people where the file gives none.
func usualPeople(kind string) string {
	if kind == activeDirectory {
		return "(&(objectCategory=person)(objectClass=user))"
	}
	return "(objectClass=inetOrgPerson)"
}

func (f *findings) checkDNs(path string, dns []string) {
	for i, dn := range dns {
		if _, err := ldap.ParseDN(dn); err != nil || dn == "" {
			f.report(fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("%q is no distinguished name", dn), `write one in quotes: "OU=Staff,DC=corp,DC=example"`)
		}
	}
}

// checkFilter checks what the server will evaluate: it may know more matching
// rules than the program, so only the syntax counts.
func (f *findings) checkFilter(path, filter string) {
	if filter == "" {
		return
	}
	if _, err := ldap.CompileFilter(filter); err != nil {
		f.report(path, "is no LDAP filter (RFC 4515)", `write one in quotes: "(objectClass=inetOrgPerson)"`)
	}
}

func (f *findings) checkAttribute(path, name string) {
	if !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`).MatchString(name) {
		f.report(path, fmt.Sprintf("%q is no name of an attribute", name), "write one such as mail or displayName")
	}
}
