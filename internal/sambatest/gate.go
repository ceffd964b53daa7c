package sambatest

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// domain is a Samba process and the gates to it.
type domain struct {
	*proctest.Process

	inside *namespace
	gates  []*gate
}

// open lets connections in to LDAP and to LDAP over TLS.
func (d *domain) open(addr, addrTLS string) error {
	inside, err := namespaceOf(d.PID())
	if err != nil {
		return err
	}
	d.inside = inside
	for from, to := range map[string]string{addr: "127.0.0.1:389", addrTLS: "127.0.0.1:636"} {
		listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", from)
		if err != nil {
			return err
		}
		g := &gate{listener: listener, dial: func() (net.Conn, error) { return inside.dial(to) }}
		d.gates = append(d.gates, g)
		g.work.Go(g.serve)
	}
	return nil
}

// Kill ends the process and closes the gates, so that its addresses refuse connections as a dead server's do.
func (d *domain) Kill() {
	d.Process.Kill()
	for _, g := range d.gates {
		_ = g.listener.Close()
		g.work.Wait()
	}
	d.inside.close()
}

// gate passes connections on from the test's network namespace to another one.
type gate struct {
	listener net.Listener
	dial     func() (net.Conn, error)
	work     sync.WaitGroup
}

func (g *gate) serve() {
	for {
		client, err := g.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			g.work.Go(func() { g.pass(client) })
		}
	}
}

// pass copies both ways until one side ends, which ends the other. A server
// that does not listen shows as a connection that ends at once.
func (g *gate) pass(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := g.dial()
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	ended := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{client, server}, {server, client}} {
		g.work.Go(func() {
			_, _ = io.Copy(way[0], way[1]) // a broken connection is what the other side is to see
			ended <- struct{}{}
		})
	}
	<-ended
}
