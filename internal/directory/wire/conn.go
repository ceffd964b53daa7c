package wire

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// Conn is a bound connection to one server. One call at a time uses it. A call
// whose context ends closes it, so that no answer to another call can be taken for cut.
type Conn struct {
	options *Options
	ldap    *ldap.Conn
	server  string
	socket  net.Conn
	patient *impatient
	root    *Entry

	certificate *x509.Certificate // nil: no TLS

	paging int // entries asked for at a time; 0: the server cannot page

	referred int // how often a referral was ignored
}

// Server is the URL of the server.
func (c *Conn) Server() string { return c.server }

// Root is the server's root DSE (RFC 4512, 5.1), as far as Dial asked for it.
func (c *Conn) Root() *Entry { return c.root }

// Certificate is the server's own; nil: the connection is not protected by TLS.
func (c *Conn) Certificate() *x509.Certificate { return c.certificate }

// Pages says whether the server hands out answers in pages.
func (c *Conn) Pages() bool { return c.Supports(ldap.ControlTypePaging) }

// Supports says whether the server announces a control, by its object identifier.
func (c *Conn) Supports(control string) bool { return c.root.Has("supportedcontrol", control) }

// Origin names the server beyond its URL, behind which a load balancer may stand:
// what Active Directory counts, each domain controller counts for itself.
func (c *Conn) Origin() string { return c.server + " " + c.root.One("dsservicename") }

// Closed says whether the connection has ended: a server closes one that is idle for long, and so does
// Options.Timeout. A call on it would fail.
func (c *Conn) Closed() bool { return c.ldap.IsClosing() }

// Referred is how many referrals were ignored so far: what they lead to was not searched.
func (c *Conn) Referred() int { return c.referred }

// Close says good-bye and ends the connection. It does not wait for a server that no longer listens.
func (c *Conn) Close() {
	_ = c.socket.SetDeadline(time.Now().Add(time.Second))
	_ = c.ldap.Unbind() // an error says that the connection is closed already
	_ = c.socket.Close()
}

// during runs one call and ends it with ctx. go-ldap's calls know no context: what
// ends them is the end of the socket.
func (c *Conn) during(ctx context.Context, call func() error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	abort := context.AfterFunc(ctx, func() { _ = c.socket.Close() })
	err := call()
	if !abort() {
		return ctx.Err()
	}
	return err
}

// inspect reads the root DSE: the kind must be right, and paging is used if offered.
func (c *Conn) inspect() error {
	found, err := c.ldap.Search(&ldap.SearchRequest{
		Scope: ldap.ScopeBaseObject, Filter: anything,
		Attributes: []string{
			"objectClass", "supportedControl", "supportedCapabilities", "vendorName", "namingContexts",
			"defaultNamingContext", "dsServiceName", "subschemaSubentry", "highestCommittedUSN", "firstChangeNumber", "lastChangeNumber",
			"currentTime",
		},
	})
	if err != nil {
		return fmt.Errorf("read the root DSE of %s: %w", c.server, plain(err))
	}
	if len(found.Entries) != 1 {
		return fmt.Errorf("read the root DSE of %s: %d entries, want 1: let the bind account read it", c.server, len(found.Entries))
	}
	c.root = NewEntry()
	c.root.Fill(found.Entries[0])
	if err := c.options.Check(c.root); err != nil {
		return fmt.Errorf("use %s: %w", c.server, err)
	}
	if c.Supports(ldap.ControlTypePaging) {
		c.paging = c.options.PageSize
	}
	return nil
}
