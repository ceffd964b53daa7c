package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// server is one that can be dialled.
type server struct {
	url  string // ldap://host:port or ldaps://host:port
	host string
	addr string // host:port
	tls  bool   // from the first byte
}

// viaDNS is the end of a scheme whose hosts are found by DNS SRV.
const viaDNS = "+srv"

// parseServer reads a server's URL.
func parseServer(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, err
	}
	_, known := usualPort(u.Scheme)
	switch {
	case !known || u.Hostname() == "":
		return nil, errors.New("want ldap://host or ldaps://host, or ldaps+srv://domain for hosts from DNS")
	case u.User != nil || u.RawQuery != "" || strings.Trim(u.Path, "/") != "":
		return nil, errors.New("want a host and at most a port")
	}
	return u, nil
}

func usualPort(scheme string) (port string, known bool) {
	switch strings.TrimSuffix(scheme, viaDNS) {
	case "ldap":
		return ldap.DefaultLdapPort, true
	case "ldaps":
		return ldap.DefaultLdapsPort, true
	}
	return "", false
}

// find lists the servers behind one URL, in the order in which to try them.
func (o *Options) find(ctx context.Context, written string) ([]server, error) {
	u, err := parseServer(written)
	if err != nil {
		return nil, fmt.Errorf("server %q: %w", written, err)
	}
	scheme, srv := strings.CutSuffix(u.Scheme, viaDNS)
	port, _ := usualPort(scheme)
	if !srv {
		if u.Port() != "" {
			port = u.Port()
		}
		return []server{newServer(scheme, u.Hostname(), port)}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	// The order is that of RFC 2782: by priority, and at random by weight within one.
	_, records, err := o.LookupSRV(ctx, "ldap", "tcp", u.Hostname())
	if err != nil {
		return nil, fmt.Errorf("find the servers of %s: %w: check directory.servers and this machine's DNS", written, err)
	}
	var found []server
	for _, r := range records {
		found = append(found, newServer(scheme, strings.TrimSuffix(r.Target, "."), srvPort(scheme, u.Port(), r.Port)))
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("find the servers of %s: DNS names none: check directory.servers", written)
	}
	return found, nil
}

// srvPort is the port of a server found by DNS. The records are those of plain LDAP, so
// that for ldaps the usual port counts and not theirs.
func srvPort(scheme, written string, announced uint16) string {
	usual, _ := usualPort(scheme)
	switch {
	case written != "":
		return written
	case scheme == "ldaps":
		return usual
	}
	return strconv.Itoa(int(announced))
}

func newServer(scheme, host, port string) server {
	addr := net.JoinHostPort(host, port)
	return server{url: scheme + "://" + addr, host: host, addr: addr, tls: scheme == "ldaps"}
}
