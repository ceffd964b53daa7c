package directory

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// conn is a bound connection to the server that serves one read.
type conn struct {
	*ldap.Conn
	server string // its URL
	socket net.Conn
	paging int // entries asked for at a time; 0: the server cannot page
	kind   traits
}

// connect tries the servers in order. A refused password ends the attempt: each
// further try would bring the account closer to being locked.
func (c *Client) connect(ctx context.Context) (*conn, error) {
	password := ""
	if c.o.BindDN != "" {
		var err error
		if password, err = c.o.Password(); err != nil {
			return nil, fmt.Errorf("read the bind password: %w", err)
		}
		if password == "" { // a server takes it for an anonymous bind and shows what strangers see (RFC 4513, 5.1.2)
			return nil, fmt.Errorf("the bind password of %s is empty: check directory.bind", c.o.BindDN)
		}
	}
	var tried attempts
	for _, server := range c.o.Servers {
		connected, err := c.connectTo(ctx, server, password)
		if err == nil {
			return connected, nil
		}
		tried = append(tried, err)
		if ctx.Err() != nil || ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
			break
		}
	}
	return nil, tried
}

// attempts are the reasons for which each server was not used, in one line.
type attempts []error

func (a attempts) Error() string {
	texts := make([]string, len(a))
	for i, err := range a {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func (a attempts) Unwrap() []error { return a }

func (c *Client) connectTo(ctx context.Context, server, password string) (*conn, error) {
	u, err := parseServer(server)
	if err != nil {
		return nil, err
	}
	socket, err := (&net.Dialer{Timeout: c.o.Timeout}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w: check directory.servers", server, err)
	}
	// go-ldap's calls know no context: what ends them is the end of the socket.
	abort := context.AfterFunc(ctx, func() { _ = socket.Close() })
	connected, err := c.greet(ctx, u, impatient{socket, c.o.Timeout}, password)
	if !abort() && err == nil {
		connected.close()
		err = ctx.Err()
	}
	if err != nil {
		_ = socket.Close()
		return nil, err
	}
	return connected, nil
}

// greet does all that precedes the first search: TLS, bind, a look at the root DSE.
func (c *Client) greet(ctx context.Context, u *url.URL, socket net.Conn, password string) (*conn, error) {
	security, err := c.security(u)
	if err != nil {
		return nil, err
	}
	implicit := u.Scheme == "ldaps"
	wire := socket
	if implicit {
		secured := tls.Client(socket, security)
		if err := secured.HandshakeContext(ctx); err != nil {
			return nil, fmt.Errorf("connect to %s: %w", u, advise(err))
		}
		wire = secured
	}
	connected := &conn{Conn: ldap.NewConn(wire, implicit), server: u.String(), socket: socket, kind: c.o.Kind.traits()}
	connected.Start()
	if err := c.introduce(connected, security, !implicit && c.o.StartTLS, password); err != nil {
		connected.close()
		return nil, err
	}
	return connected, nil
}

func (c *Client) introduce(connected *conn, security *tls.Config, startTLS bool, password string) error {
	if startTLS {
		if err := connected.StartTLS(security); err != nil {
			return fmt.Errorf("start TLS with %s: %w", connected.server, advise(plain(err)))
		}
	}
	if c.o.BindDN != "" {
		if err := connected.Bind(c.o.BindDN, password); err != nil {
			return bindError{connected.server, c.o.BindDN, err}
		}
	}
	return c.inspect(connected)
}

// bindError says who could not bind where. It unwraps to go-ldap's error.
type bindError struct {
	server, dn string
	err        error
}

func (e bindError) Error() string {
	text := fmt.Sprintf("bind to %s as %s: %v", e.server, e.dn, plain(e.err))
	if ldap.IsErrorWithCode(e.err, ldap.LDAPResultInvalidCredentials) {
		text += ": check directory.bind"
	}
	return text
}

func (e bindError) Unwrap() error { return e.err }

func (c *Client) security(u *url.URL) (*tls.Config, error) {
	roots, err := c.o.roots()
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: u.Hostname()}, nil
}

// advise adds what to do about a certificate that was not accepted. The text is
// compared because go-ldap's StartTLS hands on nothing else.
func advise(err error) error {
	switch text := err.Error(); {
	case strings.Contains(text, x509.UnknownAuthorityError{}.Error()):
		return fmt.Errorf("%w: check directory.tls.ca", err)
	case strings.Contains(text, "x509: "):
		return fmt.Errorf("%w: check directory.servers against the names in the server's certificate", err)
	default:
		return err
	}
}

// inspect reads the root DSE (RFC 4512, 5.1): the kind must be right, and paging is used if offered.
func (c *Client) inspect(connected *conn) error {
	found, err := connected.Search(&ldap.SearchRequest{
		Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)",
		Attributes: []string{"objectClass", "supportedControl", "supportedCapabilities", "vendorName"},
	})
	if err != nil {
		return fmt.Errorf("read the root DSE of %s: %w", connected.server, plain(err))
	}
	if len(found.Entries) != 1 {
		return fmt.Errorf("read the root DSE of %s: %d entries, want 1: let the bind account read it", connected.server, len(found.Entries))
	}
	root := newEntry()
	root.fill(found.Entries[0])
	if err := c.o.Kind.check(root); err != nil {
		return fmt.Errorf("use %s: %w", connected.server, err)
	}
	if root.has("supportedcontrol", ldap.ControlTypePaging) {
		connected.paging = c.o.PageSize
	}
	return nil
}

// close says good-bye and ends the connection. It does not wait for a server that no longer listens.
func (c *conn) close() {
	_ = c.socket.SetDeadline(time.Now().Add(time.Second))
	_ = c.Unbind() // an error says that the connection is closed already
	_ = c.socket.Close()
}

// impatient gives up on a server that is silent for longer than patience. It
// replaces Conn.SetTimeout, which also drops an entry, without an error,
// that the program was too slow to take.
type impatient struct {
	net.Conn
	patience time.Duration
}

func (i impatient) Read(b []byte) (int, error) {
	if err := i.SetReadDeadline(time.Now().Add(i.patience)); err != nil {
		return 0, err
	}
	return i.Conn.Read(b)
}

func (i impatient) Write(b []byte) (int, error) {
	if err := i.SetWriteDeadline(time.Now().Add(i.patience)); err != nil {
		return 0, err
	}
	return i.Conn.Write(b)
}
