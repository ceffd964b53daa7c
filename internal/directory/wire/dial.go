package wire

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Dial opens a connection to the first server that answers, bound and inspected.
// prefer is the Server of an earlier connection, to be tried first; "": none. A
// refused password ends the attempt: each further try would bring the account
// closer to being locked.
func Dial(ctx context.Context, o *Options, prefer string) (*Conn, error) {
	password, err := o.password()
	if err != nil {
		return nil, err
	}
	var tried attempts
	for _, written := range o.Servers {
		servers, err := o.find(ctx, written)
		if err != nil {
			tried = append(tried, err)
			continue
		}
		if i := slices.IndexFunc(servers, func(s server) bool { return s.url == prefer }); i > 0 {
			servers = slices.Concat(servers[i:i+1], servers[:i], servers[i+1:])
		}
		for _, s := range servers {
			connected, err := o.dial(ctx, s, password)
			if err == nil {
				return connected, nil
			}
			tried = append(tried, err)
			if ctx.Err() != nil || ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
				return nil, tried
			}
		}
	}
	return nil, tried
}

// password is read afresh, so that one that was changed needs no restart.
func (o *Options) password() (string, error) {
	if o.BindDN == "" {
		return "", nil
	}
	password, err := o.Password()
	if err != nil {
		return "", fmt.Errorf("read the bind password: %w", err)
	}
	if password == "" { // a server takes it for an anonymous bind and shows what strangers see (RFC 4513, 5.1.2)
		return "", fmt.Errorf("the bind password of %s is empty: check directory.bind", o.BindDN)
	}
	return password, nil
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

// dial opens a connection to one server.
func (o *Options) dial(ctx context.Context, s server, password string) (*Conn, error) {
	connect := o.Dial
	if connect == nil {
		connect = (&net.Dialer{Timeout: o.Timeout}).DialContext
	}
	socket, err := connect(ctx, "tcp", s.addr)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w: check directory.servers", s.url, err)
	}
	// go-ldap's calls know no context: what ends them is the end of the socket.
	abort := context.AfterFunc(ctx, func() { _ = socket.Close() })
	connected, err := o.greet(ctx, s, socket, password)
	if !abort() && err == nil {
		connected.Close()
		err = ctx.Err()
	}
	if err != nil {
		_ = socket.Close()
		return nil, err
	}
	return connected, nil
}

// greet does all that precedes the first search: TLS, bind, a look at the root DSE.
func (o *Options) greet(ctx context.Context, s server, socket net.Conn, password string) (*Conn, error) {
	patient := &impatient{Conn: socket, patience: o.Timeout}
	var certificate request
	secured, err := o.secure(ctx, s, patient, &certificate)
	if err != nil {
		return nil, err
	}
	isTLS := s.tls || o.StartTLS
	c := &Conn{options: o, server: s.url, socket: socket, patient: patient, ldap: ldap.NewConn(&framed{Conn: secured}, isTLS)}
	if over, is := secured.(*tls.Conn); is {
		c.certificate = over.ConnectionState().PeerCertificates[0] // a handshake without one fails
	}
	c.ldap.Start()
	if err := c.introduce(password, isTLS); err != nil {
		c.Close()
		return nil, certificate.advise(err)
	}
	return c, nil
}

// secure puts TLS on the socket, as the server's URL and the options have it.
func (o *Options) secure(ctx context.Context, s server, socket net.Conn, certificate *request) (net.Conn, error) {
	if !s.tls && !o.StartTLS {
		return socket, nil
	}
	config, err := o.security(s.host)
	if err != nil {
		return nil, err
	}
	config.GetClientCertificate = certificate.answer(config)
	if !s.tls {
		if err := askForTLS(socket); err != nil {
			return nil, fmt.Errorf("start TLS with %s: %w", s.url, err)
		}
	}
	secured := tls.Client(socket, config)
	switch err := secured.HandshakeContext(ctx); {
	case err != nil && s.tls:
		return nil, fmt.Errorf("connect to %s: %w", s.url, advise(err))
	case err != nil:
		return nil, fmt.Errorf("start TLS with %s: %w", s.url, advise(err))
	}
	return secured, nil
}

// introduce binds and looks at the root DSE.
func (c *Conn) introduce(password string, isTLS bool) error {
	o := c.options
	switch {
	case o.BindDN != "":
		if err := c.ldap.Bind(o.BindDN, password); err != nil {
			return bindError{c.server, o.BindDN, without(err, password)}
		}
	case o.Certificate != "" && isTLS:
		if err := c.ldap.ExternalBind(); err != nil {
			return bindError{c.server, "the owner of directory.tls.certificate", err}
		}
	}
	return c.inspect()
}
