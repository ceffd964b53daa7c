package e2e_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
)

// pgFront stands before PostgreSQL, on loopback and without TLS, and strikes at a commit:
// before the server sees it, or when the server has answered, which nobody hears.
type pgFront struct {
	target   string
	listener net.Listener
	strikes  func() moment // asked at each commit; 0: not at this one
	kill     func()
}

func startPGFront(t testing.TB, target string, strikes func() moment, kill func()) *pgFront {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &pgFront{target: target, listener: l, strikes: strikes, kill: kill}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go f.serve(conn)
		}
	}()
	return f
}

// serve passes one connection on until either side ends it.
func (f *pgFront) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", f.target)
	if err != nil {
		return
	}
	defer server.Close()
	back := &muffler{to: client, heard: make(chan struct{})}
	go func() {
		_, _ = io.Copy(back, server) // ends with the connection
		_ = client.Close()
	}()
	_ = f.forward(server, client, back) // alike
}

// forward passes on what the client says, message by message (PostgreSQL's protocol 3.0,
// "Message Formats"): the first has no type, each has its length.
func (f *pgFront) forward(server io.Writer, client io.Reader, back *muffler) error {
	for first := true; ; first = false {
		message, err := readMessage(client, first)
		if err != nil {
			return err
		}
		when := moment(0)
		if !first && bytes.Equal(message[5:], []byte("commit\x00")) {
			when = f.strikes()
		}
		if when == beforeEffect {
			f.kill()
			return errors.New("killed")
		}
		if when == afterEffect {
			back.muffle()
		}
		if _, err := server.Write(message); err != nil {
			return err
		}
		if when == afterEffect {
			<-back.heard // the server has done it
			f.kill()
			return errors.New("killed")
		}
	}
}

func readMessage(r io.Reader, first bool) ([]byte, error) {
	head := make([]byte, 5)
	if first {
		head = head[:4]
	}
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	size := int(binary.BigEndian.Uint32(head[len(head)-4:])) - 4
	if size < 0 || size > 64<<20 {
		return nil, errors.New("this is no message of PostgreSQL's protocol")
	}
	message := append(head, make([]byte, size)...)
	_, err := io.ReadFull(r, message[len(head):])
	return message, err
}

// muffler passes on what the server says, until nobody may hear it any more.
type muffler struct {
	to    io.Writer
	heard chan struct{} // closed at the first thing that was not passed on

	mu      sync.Mutex
	muffled bool
	once    sync.Once
}

func (m *muffler) muffle() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.muffled = true
}

func (m *muffler) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.muffled {
		m.once.Do(func() { close(m.heard) })
		return len(b), nil
	}
	return m.to.Write(b)
}
