package directory_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// shows makes the options show a client certificate, instead of a password or beside it.
func shows(t *testing.T, o *directory.Options, certificateFile, keyFile string) {
	t.Helper()
	o.Certificate = certificateFile
	o.Key = func() (string, error) {
		key, err := os.ReadFile(keyFile)
		return string(key), err
	}
}

func TestAClientCertificateLogsIn(t *testing.T) {
	t.Parallel()
	authority := proctest.NewAuthority(t)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF(), Clients: authority})
	certificateFile, keyFile := authority.IssueClient(t, "sync")
	for name, change := range map[string]func(o *directory.Options){
		"by SASL EXTERNAL, with LDAPS": func(o *directory.Options) { o.BindDN, o.Password = "", nil },
		"by SASL EXTERNAL, with StartTLS": func(o *directory.Options) {
			o.BindDN, o.Password, o.Servers, o.StartTLS = "", nil, []string{s.URL()}, true
		},
		"beside an account": func(*directory.Options) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(s.URLTLS())
			o.CA = s.CAFile
			shows(t, &o, certificateFile, keyFile)
			change(&o)
			if got := len(refresh(t, o).People); got != 20 {
				t.Errorf("got %d people, want 20", got)
			}
		})
	}
}

func TestP01_AClientCertificateThatIsNotAcceptedFailsTheRead(t *testing.T) {
	t.Parallel()
	authority := proctest.NewAuthority(t)
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF(), Clients: authority})
	good, goodKey := authority.IssueClient(t, "sync")
	_, otherKey := authority.IssueClient(t, "somebody else")
	foreign, foreignKey := proctest.NewAuthority(t).IssueClient(t, "sync")
	tests := map[string]struct {
		change func(o *directory.Options)
		want   []string
	}{
		"none": {func(*directory.Options) {}, []string{s.URLTLS(), "it asks for a certificate of an authority that it trusts: check directory.tls.certificate"}},
		"none, with StartTLS": {
			func(o *directory.Options) { o.Servers, o.StartTLS = []string{s.URL()}, true }, []string{s.URL(), "it asks for a certificate of an authority that it trusts: check directory.tls.certificate"},
		},
		"one of another authority": {
			func(o *directory.Options) { shows(t, o, foreign, foreignKey); o.BindDN = "" }, []string{s.URLTLS(), "directory.tls.certificate"},
		},
		"the key of another": {
			func(o *directory.Options) { shows(t, o, good, otherKey) }, []string{"use directory.tls.certificate " + good, "private key does not match public key"},
		},
		"a key that is none": {
			func(o *directory.Options) {
				shows(t, o, good, goodKey)
				o.Key = func() (string, error) { return slapdtest.Password, nil } // which must not show
			}, []string{"use directory.tls.certificate " + good},
		},
		"no such file": {
			func(o *directory.Options) { shows(t, o, good+".missing", goodKey) }, []string{"read directory.tls.certificate", "no such file"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(s.URLTLS())
			o.CA = s.CAFile
			test.change(&o)
			wantError(t, o, test.want...)
		})
	}
}

// TestP01_AServerWithoutModernTLSIsRefused: it is told what it must offer.
func TestP01_AServerWithoutModernTLSIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ca := proctest.NewAuthority(t).Issue(t, dir)
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key"))
	if err != nil {
		t.Fatal(err)
	}
	l := serveEach(t, func(c net.Conn) {
		_ = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}).Handshake()
	})
	o := options("ldaps://" + l)
	o.CA = ca
	wantError(t, o, "ldaps://"+l, "protocol version not supported", "the server must offer TLS 1.2 or newer")
}

func TestP01_AServerThatRefusesTLSFailsTheRead(t *testing.T) {
	t.Parallel()
	plain := slapdtest.Start(t, slapdtest.Options{})
	o := options(plain.URL())
	o.StartTLS = true
	wantError(t, o, "start TLS with "+plain.URL(), "the server refuses: ")
	o = options(strings.Replace(plain.URL(), "ldap:", "ldaps:", 1))
	wantError(t, o, o.Servers[0], "EOF")
	speaks := serveEach(t, func(c net.Conn) { _, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) })
	wantError(t, options("ldaps://"+speaks), "ldaps://"+speaks, "the server does not speak TLS there")
	wantError(t, options("ldap://"+speaks), "bind to ldap://"+speaks)
}

// TestP01_AServerThatNeverAnswersFailsTheRead: at whatever it is asked.
func TestP01_AServerThatNeverAnswersFailsTheRead(t *testing.T) {
	t.Parallel()
	s := slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF()})
	bound := bytesOfMessages(t, s, 1)
	rooted := bytesOfMessages(t, s, 3)
	silent := "ldap://" + serveEach(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1<<20)); _, _ = c.Read(make([]byte, 1)) })
	tests := map[string]struct {
		server string
		change func(o *directory.Options)
		want   string
	}{
		"a connection":    {"ldap://" + fullBacklog(t), nil, "connect to "},
		"a bind":          {silent, nil, "bind to " + silent},
		"a TLS handshake": {strings.Replace(silent, "ldap:", "ldaps:", 1), nil, strings.Replace(silent, "ldap:", "ldaps:", 1)},
		"StartTLS":        {silent, func(o *directory.Options) { o.StartTLS = true }, "start TLS with " + silent},
		"the root DSE":    {startStallingProxy(t, s.Addr(), bound, func() {}).url(), nil, "read the root DSE of "},
		"a search":        {startStallingProxy(t, s.Addr(), rooted, func() {}).url(), nil, "after 0 entries"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(test.server)
			if test.change != nil {
				test.change(&o)
			}
			o.Timeout = 200 * time.Millisecond
			wantError(t, o, test.want, "i/o timeout")
		})
	}
}

// bytesOfMessages is how many bytes the server's first n messages of a read have.
func bytesOfMessages(t *testing.T, s *slapdtest.Server, n int) int64 {
	t.Helper()
	p := startMessageProxy(t, s.Addr())
	p.cutAfter(n)
	counting := startProxy(t, p.listener.Addr().String(), -1, nil)
	if _, _, err := newClient(t, options(counting.url())).Refresh(t.Context(), true); err == nil {
		t.Fatal("the read was not cut")
	}
	return counting.fromServer()
}

// fullBacklog is the address of a server that takes no connection: its queue is full.
func fullBacklog(t *testing.T) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	unix.CloseOnExec(fd)
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr := fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port)
	for range 10 { // until it takes no more
		c, err := net.DialTimeout("tcp", addr, 50*time.Millisecond)
		if err != nil {
			return addr
		}
		t.Cleanup(func() { _ = c.Close() })
	}
	proctest.Missing(t, "this machine takes connections that no server has asked for")
	return ""
}

// serveEach serves each connection on its own, and returns the address; connections end with serve.
func serveEach(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(c)
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}
