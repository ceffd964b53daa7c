package directory_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
)

// messageProxy stands between client and server and knows where LDAP messages begin. It passes
// so many of the server's on; before the next it calls then, and cuts the connection or passes on all the same.
type messageProxy struct {
	listener net.Listener
	backend  string

	mu     sync.Mutex
	limit  int // -1: none
	then   func()
	passes bool
	passed int // messages since arm
}

func startMessageProxy(t testing.TB, backend string) *messageProxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &messageProxy{listener: l, backend: backend, limit: -1}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	return p
}

func (p *messageProxy) url() string { return "ldap://" + p.listener.Addr().String() }

// cutAfter arms the proxy to cut after n messages.
func (p *messageProxy) cutAfter(n int) { p.arm(n, nil, false) }

// callAfter arms the proxy to call after n messages, and to pass on what comes then.
func (p *messageProxy) callAfter(n int, then func()) { p.arm(n, then, true) }

// disarm makes the proxy pass on everything.
func (p *messageProxy) disarm() { p.arm(-1, nil, false) }

func (p *messageProxy) arm(n int, then func(), passes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limit, p.then, p.passes, p.passed = n, then, passes, 0
}

// messages is how many the server has sent since the proxy was armed or disarmed.
func (p *messageProxy) messages() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.passed
}

// let says whether one more message may pass.
func (p *messageProxy) let() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.passed == p.limit {
		if p.then != nil {
			p.then()
		}
		if !p.passes {
			return false
		}
	}
	p.passed++
	return true
}

// serve returns when the connection has ended on both sides.
func (p *messageProxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.backend)
	if err != nil {
		return
	}
	var requests sync.WaitGroup
	requests.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	from := bufio.NewReader(server)
	for {
		m, err := readMessage(from)
		if err != nil || !p.let() {
			break
		}
		if _, err := client.Write(m); err != nil {
			break
		}
	}
	_ = client.Close()
	requests.Wait()
}

// readMessage reads one element of BER (ITU-T X.690, 8.1) as it is.
func readMessage(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(2)
	if err != nil {
		return nil, err
	}
	digits := 0
	length := int(head[1])
	if length >= 0x80 {
		digits, length = length-0x80, 0
	}
	if head, err = r.Peek(2 + digits); err != nil {
		return nil, err
	}
	for _, b := range head[2:] {
		length = length<<8 + int(b)
	}
	if length > 1<<26 {
		return nil, fmt.Errorf("a message of %d bytes", length)
	}
	m := make([]byte, 2+digits+length)
	_, err = io.ReadFull(r, m)
	return m, err
}
