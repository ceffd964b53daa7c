package ds389test

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// The names that every server here shares. PeopleBase and GroupsBase exist and are
// empty unless the LDIF fills them; BindDN may read everything but passwords.
const (
	BaseDN     = "dc=example,dc=com"
	PeopleBase = "ou=people," + BaseDN
	GroupsBase = "ou=groups," + BaseDN
	BindDN     = "cn=sync," + BaseDN
	Password   = "sync-password"

	adminDN       = "cn=Directory Manager"
	adminPassword = "admin-password"
)

// Options say how a server differs from the ordinary one.
type Options struct {
	LDIF []byte // entries below the bases, added as a client would; some 800 a second
}

// Server is a running ns-slapd.
type Server struct {
	*proctest.Directory

	dir    string
	config string // below dir; its last element names the instance
}

// Start starts ns-slapd and loads the LDIF; the test's end stops it. Where ns-slapd is
// missing the test is skipped, or fails if the environment says CI=true.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	slapd := proctest.Program(t, "ns-slapd")
	s := &Server{dir: t.TempDir()}
	s.configure(t)
	t.Cleanup(s.removeSemaphore)
	s.Directory = proctest.StartDirectory(t, proctest.Spec{
		Program: "ns-slapd", Admin: adminDN, Password: adminPassword,
		Launch: func(addr, _ string) (proctest.Running, error) { return s.launch(slapd, addr) },
	})
	s.load(t, o.LDIF)
	return s
}

func (s *Server) launch(slapd, addr string) (proctest.Running, error) {
	if err := s.listenOn(addr); err != nil {
		return nil, err
	}
	// A server that was killed leaves its lock, which holds if another process has got its id.
	if err := os.RemoveAll(s.path("lock/server")); err != nil {
		return nil, err
	}
	// The server outlives the test's context: what the test's clean-up does may need it.
	c := exec.CommandContext(context.Background(), slapd, "-D", s.config, "-i", s.path("run/pid"), "-d", "0")
	return proctest.Run(c, s.path("ns-slapd.log"))
}

// listenOn writes the port into the configuration, which the server writes too, and sorts as it likes.
func (s *Server) listenOn(addr string) error {
	_, number, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	file := filepath.Join(s.config, "dse.ldif")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, port.ReplaceAll(text, []byte("nsslapd-port: "+number)), 0o600)
}

// load adds the entries by ldapadd, as a client does: what ldif2db imports has no entryUUID and no memberOf.
func (s *Server) load(t testing.TB, ldif []byte) {
	t.Helper()
	c := exec.CommandContext(t.Context(), proctest.Program(t, "ldapadd"), "-x", "-H", s.URL(), "-D", adminDN, "-w", adminPassword)
	c.Stdin = bytes.NewReader(append([]byte(baseEntries), ldif...))
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("load the LDIF: %v\n%s", err, out)
	}
}

// removeSemaphore removes the one thing of a killed instance that lies outside the test's folder.
func (s *Server) removeSemaphore() {
	_ = os.Remove("/dev/shm/sem." + filepath.Base(s.config) + ".stats") // it is there if the server was
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }
