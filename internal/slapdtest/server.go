package slapdtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// The names that every server here shares. PeopleBase and GroupsBase exist and are
// empty unless the LDIF fills them; BindDN may read everything.
const (
	BaseDN     = "dc=example,dc=com"
	PeopleBase = "ou=people," + BaseDN
	GroupsBase = "ou=groups," + BaseDN
	BindDN     = "cn=sync," + BaseDN
	Password   = "sync-password"

	adminDN       = "cn=admin," + BaseDN
	adminPassword = "admin-password"
)

// patience bounds every wait for slapd, which is ready within 0.1 s on a quiet machine.
const patience = 20 * time.Second

// Options say how a server differs from the ordinary one.
type Options struct {
	LDIF      []byte // entries below the bases, loaded before the start
	TLS       bool   // listen for ldaps and allow StartTLS, with a certificate of an authority of its own
	SizeLimit int    // entries that BindDN may read in one search, paged or not; 0 = no limit
	PageLimit int    // largest page that BindDN may ask for; 0 = no limit
}

// Server is a running slapd.
type Server struct {
	CAFile string // PEM of the authority; "" without TLS

	dir     string
	addr    string // of ldap://
	addrTLS string // of ldaps://; "" without TLS

	mu       sync.Mutex // a test may kill from one goroutine and restart from another
	command  *exec.Cmd
	finished chan struct{} // closed when the process has ended
}

// Start loads the LDIF and starts slapd; the test's end stops it. Where slapd is
// missing the test is skipped, or fails if the environment says CI=true.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	slapd, slapadd := program(t, "slapd"), program(t, "slapadd")
	s := &Server{dir: t.TempDir()}
	if o.TLS {
		s.CAFile = NewAuthority(t).issue(t, s.dir)
	}
	s.configure(t, o)
	load := exec.CommandContext(t.Context(), slapadd, "-q", "-f", s.path("slapd.conf"), "-b", BaseDN, "-l", s.path("load.ldif"))
	if out, err := load.CombinedOutput(); err != nil {
		t.Fatalf("load the LDIF: %v\n%s", err, out)
	}
	t.Cleanup(s.stop)
	s.startOnFreePort(t, slapd)
	return s
}

// program finds a server program; sbin is not on every user's path.
func program(t testing.TB, name string) string {
	t.Helper()
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed: run scripts/install-servers.sh", name)
	}
	t.Skipf("SKIPPED, NOT TESTED: %s is not installed: run scripts/install-servers.sh", name)
	return ""
}

// startOnFreePort asks the kernel for free ports and tries again should somebody
// else take one before slapd does: slapd itself cannot report a port it chose.
func (s *Server) startOnFreePort(t testing.TB, slapd string) {
	t.Helper()
	var err error
	for range 5 {
		s.addr = freeAddr(t)
		if s.CAFile != "" {
			s.addrTLS = freeAddr(t)
		}
		if err = s.run(slapd); err == nil {
			return
		}
	}
	t.Fatalf("start slapd: %v", err)
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// run starts the process and returns when it answers.
func (s *Server) run(slapd string) error {
	urls := s.URL()
	if s.addrTLS != "" {
		urls += " " + s.URLTLS()
	}
	output, err := os.Create(s.path("slapd.log"))
	if err != nil {
		return err
	}
	defer func() { _ = output.Close() }() // the process has its own copy
	// The server outlives the test's context: what the test's clean-up does may need it.
	s.command = exec.CommandContext(context.Background(), slapd, "-d", "0", "-h", urls, "-f", s.path("slapd.conf"))
	s.command.Stdout, s.command.Stderr = output, output
	if err := s.command.Start(); err != nil {
		return err
	}
	finished := make(chan struct{})
	s.finished = finished
	go func(c *exec.Cmd) {
		defer close(finished)
		_ = c.Wait() // a killed server's status says nothing new
	}(s.command)
	return s.awaitReady()
}

// awaitReady polls until slapd takes a bind, ends, or patience does.
func (s *Server) awaitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for {
		conn, err := s.dial()
		if err == nil {
			return conn.Close()
		}
		select {
		case <-s.finished:
			said, _ := os.ReadFile(s.path("slapd.log"))
			return fmt.Errorf("slapd ended at once: %s", said)
		case <-ctx.Done():
			return fmt.Errorf("slapd is not ready after %v: %w", patience, err)
		case <-poll.C:
		}
	}
}

// URL is the plain address, which offers StartTLS if the server has TLS.
func (s *Server) URL() string { return "ldap://" + s.addr }

// URLTLS is the address with TLS from the first byte.
func (s *Server) URLTLS() string { return "ldaps://" + s.addrTLS }

// Addr is the host and port of URL, for a proxy in front.
func (s *Server) Addr() string { return s.addr }

// Kill ends the process with SIGKILL and waits for its end.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kill(t)
}

func (s *Server) kill(t testing.TB) {
	t.Helper()
	if err := s.command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatalf("kill slapd: %v", err)
	}
	<-s.finished
}

// Restart kills the process if it runs and starts it again at the same address with the same data.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kill(t)
	if err := s.run(program(t, "slapd")); err != nil {
		t.Fatalf("restart slapd: %v", err)
	}
}

// Do runs f on a connection of the directory's administrator, for whatever change a test needs.
func (s *Server) Do(t testing.TB, f func(c *ldap.Conn) error) {
	t.Helper()
	conn, err := s.dial()
	if err != nil {
		t.Fatalf("connect to slapd: %v", err)
	}
	defer func() { _ = conn.Close() }()
	if err := f(conn); err != nil {
		t.Fatalf("change the directory: %v", err)
	}
}

// Set replaces the values of one attribute; with no values it is deleted.
func (s *Server) Set(t testing.TB, dn, attribute string, values ...string) {
	t.Helper()
	s.Do(t, func(c *ldap.Conn) error {
		m := ldap.NewModifyRequest(dn, nil)
		m.Replace(attribute, values)
		return c.Modify(m)
	})
}

// Add adds an entry.
func (s *Server) Add(t testing.TB, dn string, attributes map[string][]string) {
	t.Helper()
	s.Do(t, func(c *ldap.Conn) error {
		a := ldap.NewAddRequest(dn, nil)
		for name, values := range attributes {
			a.Attribute(name, values)
		}
		return c.Add(a)
	})
}

// Delete deletes an entry.
func (s *Server) Delete(t testing.TB, dn string) {
	t.Helper()
	s.Do(t, func(c *ldap.Conn) error { return c.Del(ldap.NewDelRequest(dn, nil)) })
}

// HideEntryUUID restarts the server with a rule that lets nobody but the administrator read entryUUID.
func (s *Server) HideEntryUUID(t testing.TB) {
	t.Helper()
	text, err := os.ReadFile(s.path("slapd.conf"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, s.path("slapd.conf"), bytes.Replace(text, []byte("access to *"), []byte("access to attrs=entryUUID by * none\naccess to *"), 1))
	s.Restart(t)
}

func (s *Server) dial() (*ldap.Conn, error) {
	conn, err := ldap.DialURL(s.URL(), ldap.DialWithDialer(&net.Dialer{Timeout: patience}))
	if err != nil {
		return nil, err
	}
	conn.SetTimeout(patience)
	if err := conn.Bind(adminDN, adminPassword); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func (s *Server) stop() {
	if s.command != nil && s.command.Process != nil {
		_ = s.command.Process.Kill() // its data goes with the test's folder
		<-s.finished
	}
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }
