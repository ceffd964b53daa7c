package directory_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// proxy stands between client and server. After limit bytes from the server it
// calls then, and cuts the connection or falls silent.
type proxy struct {
	stalls   bool
	listener net.Listener
	backend  string
	limit    int64 // -1: none
	then     func()

	mu   sync.Mutex
	sent int64 // bytes from the server, so far
}

func startProxy(t testing.TB, backend string, limit int64, then func()) *proxy {
	t.Helper()
	return (&proxy{backend: backend, limit: limit, then: then}).start(t)
}

// startStallingProxy keeps the connection open after limit bytes and sends nothing more.
func startStallingProxy(t testing.TB, backend string, limit int64, then func()) *proxy {
	t.Helper()
	return (&proxy{stalls: true, backend: backend, limit: limit, then: then}).start(t)
}

func (p *proxy) start(t testing.TB) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.listener = l
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.serve(client)
		}
	}()
	return p
}

func (p *proxy) url() string { return "ldap://" + p.listener.Addr().String() }

func (p *proxy) fromServer() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent
}

// Write counts what the server sends before the client has it.
func (p *proxy) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent += int64(len(b))
	return len(b), nil
}

// serve returns when the connection has ended on both sides.
func (p *proxy) serve(client net.Conn) {
	server, err := net.Dial("tcp", p.backend)
	if err != nil {
		_ = client.Close()
		return
	}
	var both sync.WaitGroup
	gone := make(chan struct{})
	both.Go(func() {
		defer close(gone)
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	both.Go(func() {
		var from io.Reader = server
		if p.limit >= 0 {
			from = io.LimitReader(server, p.limit)
		}
		n, _ := io.Copy(io.MultiWriter(p, client), from)
		if p.then != nil && n == p.limit {
			p.then()
		}
		if p.stalls {
			<-gone
		}
		_ = client.Close()
	})
	both.Wait()
}
