package oracle

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// pipes is a listener whose connections never leave the process. Whoever waits for one of them
// does not hold up the clock of a bubble, as whoever waits for a socket would.
type pipes struct {
	address net.Addr
	arrived chan net.Conn
	once    sync.Once
	closed  chan struct{}
}

var (
	network sync.Map // address -> *pipes
	ports   atomic.Int64
)

// newAddress is one that no other listener has.
func newAddress() string { return fmt.Sprintf("127.0.0.1:%d", 10_000+ports.Add(1)%50_000) }

// listen opens an address, which nobody has open.
func listen(address string) *pipes {
	l := &pipes{address: pipeAddr(address), arrived: make(chan net.Conn), closed: make(chan struct{})}
	network.Store(address, l)
	return l
}

// dial connects to whoever listens.
func dial(ctx context.Context, _, address string) (net.Conn, error) {
	found, listening := network.Load(address)
	if !listening {
		return nil, &net.OpError{Op: "dial", Net: "pipe", Addr: pipeAddr(address), Err: net.ErrClosed}
	}
	l := found.(*pipes)
	near, far := net.Pipe()
	select {
	case l.arrived <- far:
		return near, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: "pipe", Addr: l.address, Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.arrived:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipes) Close() error {
	l.once.Do(func() {
		network.CompareAndDelete(string(l.address.(pipeAddr)), l)
		close(l.closed)
	})
	return nil
}

// Addr implements net.Listener.
func (l *pipes) Addr() net.Addr { return l.address }

type pipeAddr string

func (pipeAddr) Network() string  { return "pipe" }
func (a pipeAddr) String() string { return string(a) }

// turn is a mutex for which waiting does not hold up the clock of a bubble. It is made inside of it.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) Lock()   { t <- struct{}{} }
func (t turn) Unlock() { <-t }
