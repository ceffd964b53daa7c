package e2e_test

import (
	"io"
	"net"
	"testing"
)

// cutAfter stands before a directory server. When limit bytes have come from the
// server it calls then, and cuts both connections. It returns its own URL.
func cutAfter(t testing.TB, backend string, limit int64, then func()) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		client, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = client.Close() }()
		server, err := net.Dial("tcp", backend)
		if err != nil {
			return
		}
		defer func() { _ = server.Close() }()
		go func() { _, _ = io.Copy(server, client) }() // ends with the connections
		if n, _ := io.CopyN(client, server, limit); n == limit {
			then()
		}
	}()
	return "ldap://" + l.Addr().String()
}
