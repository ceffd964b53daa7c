package config

import (
	"fmt"
	"net/url"
	"strings"
)

func (f *findings) checkServers(d *Directory) {
	if len(d.Servers) == 0 {
		f.report(d.path+".servers", "is missing", "give at least one: ldaps://dc1.corp.example")
	}
	for i, server := range d.Servers {
		path := fmt.Sprintf("%s.servers[%d]", d.path, i)
		u, err := url.Parse(server)
		switch {
		case err != nil || u.Hostname() == "" || u.Scheme != "ldap" && u.Scheme != "ldaps":
			f.report(path, "is not the URL of a directory server", "write ldaps://host or ldap://host, with :port if it is not the usual one")
		case u.User != nil || u.RawQuery != "" || strings.Trim(u.Path, "/") != "":
			f.report(path, "holds more than a host and a port", fmt.Sprintf("accounts belong under %s.bind, bases under %[1]s.people.bases", d.path))
		case u.Scheme == "ldaps" && d.TLS.StartTLS:
			f.report(path, "is ldaps://, which excludes starttls", "write ldap:// for StartTLS, or set "+d.path+".tls.starttls to false")
		case u.Scheme == "ldap" && !d.TLS.StartTLS && !loopback(u.Hostname()):
			f.report(path, "is ldap:// without StartTLS: the password would travel in clear", "write ldaps://, or set "+d.path+".tls.starttls to true")
		}
	}
}

// services are what tells the servers of a directory from others: host and, where
// it is an unusual one, port. What cannot be read has been reported.
func (d *Directory) services() []string {
	var all []string
	for _, server := range d.Servers {
		if u, err := url.Parse(server); err == nil && u.Hostname() != "" {
			all = append(all, strings.ToLower(u.Hostname())+":"+unusual(u.Port()))
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
