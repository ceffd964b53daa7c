package proctest

import (
	"errors"
	"net"
	"sync"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

// Spec says what kind of directory server to start.
type Spec struct {
	Program  string // for messages
	Admin    string // binds for Do
	Password string // of Admin
	TLS      bool   // a second address, for ldaps

	// Launch starts the server on the data that is there. Its addresses are host and port; addrTLS is "" without TLS.
	Launch func(addr, addrTLS string) (Running, error)
}

// Running is a server that runs: a Process, or more than one.
type Running interface {
	Await(ready func() error) error // Process.Await
	Kill()                          // returns when it has ended and its addresses are free
}

// Directory is a directory server of a test, which a room embeds.
type Directory struct {
	spec    Spec
	addr    string
	addrTLS string

	mu      sync.Mutex // a test may kill from one goroutine and restart from another
	running Running
	admin   *ldap.Conn // of Do, made when it is first needed
}

// StartDirectory starts a server on free ports; the test's end stops it. It tries again should somebody
// else take one of them before the server does: most cannot report a port that they chose.
func StartDirectory(t testing.TB, s Spec) *Directory {
	t.Helper()
	d := &Directory{spec: s}
	t.Cleanup(d.stop)
	var err error
	for range 5 {
		d.addr = FreeAddr(t)
		if s.TLS {
			d.addrTLS = FreeAddr(t)
		}
		if err = d.run(); err == nil {
			return d
		}
		d.kill()
	}
	t.Fatalf("start %s: %v", s.Program, err)
	return nil
}

// run starts the server and returns when it takes the administrator's bind.
func (d *Directory) run() error {
	running, err := d.spec.Launch(d.addr, d.addrTLS)
	if err != nil {
		return err
	}
	d.running = running
	return running.Await(func() error {
		conn, err := d.dial()
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

func (d *Directory) kill() {
	if d.admin != nil {
		_ = d.admin.Close() // its server ends now
		d.admin = nil
	}
	if d.running != nil {
		d.running.Kill()
	}
}

// stop needs no grace: the data goes with the test's folder.
func (d *Directory) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kill()
}

// URL is the plain address, which offers StartTLS if the server has TLS.
func (d *Directory) URL() string { return "ldap://" + d.addr }

// URLTLS is the address with TLS from the first byte.
func (d *Directory) URLTLS() string { return "ldaps://" + d.addrTLS }

// Addr is the host and port of URL, for a proxy in front.
func (d *Directory) Addr() string { return d.addr }

// Kill ends the process with SIGKILL and waits for its end.
func (d *Directory) Kill(t testing.TB) {
	t.Helper()
	d.stop()
}

// Restart kills the process if it runs and starts it again at the same address with the same data.
func (d *Directory) Restart(t testing.TB) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kill()
	if err := d.run(); err != nil {
		t.Fatalf("restart %s: %v", d.spec.Program, err)
	}
}

// connection is the administrator's: a bind costs Samba as much as ten changes.
func (d *Directory) connection() (*ldap.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.admin != nil && !d.admin.IsClosing() {
		return d.admin, nil
	}
	conn, err := d.dial()
	if err == nil {
		d.admin = conn
	}
	return conn, err
}

func (d *Directory) dial() (*ldap.Conn, error) {
	conn, err := ldap.DialURL(d.URL(), ldap.DialWithDialer(&net.Dialer{Timeout: Patience}))
	if err != nil {
		return nil, err
	}
	conn.SetTimeout(Patience)
	if err := conn.Bind(d.spec.Admin, d.spec.Password); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}
