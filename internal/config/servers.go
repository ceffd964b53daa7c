package config

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// viaDNS ends a scheme whose host is a domain: its servers are found by DNS (RFC 2782).
const viaDNS = "+srv"

func (f *findings) checkServers(d *Directory) {
	if len(d.Servers) == 0 {
		f.report(d.path+".servers", "is missing", "give at least one: ldaps://dc1.corp.example")
	}
	for i, server := range d.Servers {
		if m := d.mistakeIn(server); m.message != "" {
			f.report(fmt.Sprintf("%s.servers[%d]", d.path, i), m.message, m.hint)
		}
	}
}

// mistakeIn is what is wrong with the URL of a server; the zero mistake if nothing is.
func (d *Directory) mistakeIn(server string) mistake {
	u, err := url.Parse(server)
	if err != nil {
		u = &url.URL{}
	}
	scheme, srv := strings.CutSuffix(u.Scheme, viaDNS)
	plain := scheme == "ldap" && !d.TLS.StartTLS
	switch {
	case u.Hostname() == "" || scheme != "ldap" && scheme != "ldaps":
		return mistake{"is not the URL of a directory server", "write ldaps://host or ldap://host, with :port if it is not the usual one, or ldaps+srv://domain for servers that DNS names"}
	case u.User != nil || u.RawQuery != "" || strings.Trim(u.Path, "/") != "":
		return mistake{"holds more than a host and a port", fmt.Sprintf("accounts belong under %s.bind, bases under %[1]s.people.bases", d.path)}
	case srv && net.ParseIP(u.Hostname()) != nil:
		return mistake{"asks DNS for the servers of an address", "write a domain, as in " + u.Scheme + "://corp.example, or leave out " + viaDNS}
	case scheme == "ldaps" && d.TLS.StartTLS:
		return mistake{"is " + u.Scheme + "://, which excludes starttls", "write " + strings.Replace(u.Scheme, "ldaps", "ldap", 1) + ":// for StartTLS, or set " + d.path + ".tls.starttls to false"}
	case plain && d.Bind == (Bind{}) && d.TLS.Certificate != "":
		return mistake{"is " + u.Scheme + ":// without StartTLS: the certificate, by which the program logs in, is shown in TLS only", "write " + strings.Replace(u.Scheme, "ldap", "ldaps", 1) + "://, or set " + d.path + ".tls.starttls to true"}
	case plain && (srv || !loopback(u.Hostname())):
		return mistake{"is " + u.Scheme + ":// without StartTLS: the password would travel in clear", "write " + strings.Replace(u.Scheme, "ldap", "ldaps", 1) + "://, or set " + d.path + ".tls.starttls to true"}
	}
	return mistake{}
}

// services are what tells the servers of a directory from others: host and, where
// it is an unusual one, port. What cannot be read has been reported.
func (d *Directory) services() []string {
	var all []string
	for _, server := range d.Servers {
		if u, err := url.Parse(server); err == nil && u.Hostname() != "" {
			_, srv := strings.CutSuffix(u.Scheme, viaDNS)
			all = append(all, fmt.Sprintf("%s:%s %t", strings.ToLower(u.Hostname()), unusual(u.Port()), srv))
		}
	}
	return all
}

// unusual is a port, "" if it is one of those at which one host shows the same
// entries: LDAP, LDAPS, and the global catalog of Active Directory.
func unusual(port string) string {
	switch port {
	case "389", "636", "3268", "3269":
		return ""
	}
	return port
}
