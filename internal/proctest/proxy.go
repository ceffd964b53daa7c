package proctest

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
)

// Proxy stands between a client and a server, and can be cut as a firewall cuts: connections
// stay and new ones are taken, but nothing comes through.
type Proxy struct {
	Addr string // host and port, for the client

	backend  string
	listener net.Listener
	ended    chan struct{} // by the end of the test
	passing  sync.WaitGroup

	mu   sync.Mutex
	gate chan struct{} // closed: bytes pass
}

// StartProxy stands before a server at host and port until the test ends.
func StartProxy(t testing.TB, backend string) *Proxy {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String(), backend: backend, listener: l, ended: make(chan struct{}), gate: make(chan struct{})}
	close(p.gate)
	p.passing.Go(p.accept)
	t.Cleanup(func() {
		close(p.ended)
		_ = l.Close()
		p.passing.Wait()
	})
	return p
}

// Cut lets nothing through until Restore.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gate = make(chan struct{})
}

// Restore lets through what was held back, and all that comes.
func (p *Proxy) Restore() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.gate)
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.passing.Go(func() { p.serve(client) })
	}
}

// serve returns when either side has closed, or the test ends.
func (p *Proxy) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.backend)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	over := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{client, server}, {server, client}} {
		p.passing.Go(func() {
			p.pass(way[0], way[1])
			over <- struct{}{}
		})
	}
	select {
	case <-over:
	case <-p.ended:
	}
}

func (p *Proxy) pass(from io.Reader, to io.Writer) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if !p.open() {
			return
		}
		if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

// open waits until bytes pass; false: the test has ended.
func (p *Proxy) open() bool {
	p.mu.Lock()
	gate := p.gate
	p.mu.Unlock()
	select {
	case <-gate:
		return true
	case <-p.ended:
		return false
	}
}
