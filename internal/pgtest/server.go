package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// owner is the superuser of every server here. Whoever connects from loopback is trusted.
const owner = "owner"

// Server is a running PostgreSQL.
type Server struct {
	Addr string // host and port

	dir     string // all of it
	program string
	process *proctest.Process
	schemas atomic.Int64 // made so far
}

// Start starts a server of the test's own, to be restarted or killed; the test's end stops it.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := start(programs(t))
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	t.Cleanup(s.remove)
	return s
}

// shared is the server of a test binary, started by the first test that needs it.
var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Main runs the tests of a package, in place of m.Run, and then stops what Schema started.
func Main(m *testing.M) int {
	defer func() {
		if shared.server != nil {
			shared.server.remove()
		}
	}()
	return m.Run()
}

// Schema is the URL of an empty schema, for this test alone, on the server that all tests of
// the package share. Its TestMain must use Main.
func Schema(t testing.TB) string {
	t.Helper()
	found := programs(t)
	shared.once.Do(func() { shared.server, shared.err = start(found) })
	if shared.err != nil {
		t.Fatalf("start PostgreSQL: %v", shared.err)
	}
	return shared.server.Schema(t)
}

// Schema makes an empty schema and returns the URL at which it is the only one.
func (s *Server) Schema(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", s.schemas.Add(1))
	s.Exec(t, "CREATE SCHEMA "+name)
	return s.URL(url.Values{"search_path": {name}})
}

// URL is the server's database with settings as pgx and libpq know them; nil: none.
func (s *Server) URL(settings url.Values) string {
	u := url.URL{Scheme: "postgres", User: url.User(owner), Host: s.Addr, Path: "/postgres", RawQuery: settings.Encode()}
	return u.String()
}

// Exec runs SQL as the superuser.
func (s *Server) Exec(t testing.TB, sql string) {
	t.Helper()
	conn := s.connect(t)
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (s *Server) connect(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL(nil))
	if err != nil {
		t.Fatalf("connect to PostgreSQL: %v", err)
	}
	return conn
}

// Restart ends the server at once, as a crash of it would, and starts it again at the same address.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.end()
	if err := s.run(); err != nil {
		t.Fatalf("restart PostgreSQL: %v", err)
	}
}

// Need skips the test where PostgreSQL is missing, or fails it if the environment says CI=true.
func Need(t testing.TB) {
	t.Helper()
	programs(t)
}

// Kill ends the server for good.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.end()
}

// programs are initdb and postgres, which Debian keeps off the path; the newest version of them.
func programs(t testing.TB) [2]string {
	t.Helper()
	if dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin"); err == nil && len(dirs) > 0 {
		newest := dirs[len(dirs)-1]
		return [2]string{filepath.Join(newest, "initdb"), filepath.Join(newest, "postgres")}
	}
	return [2]string{proctest.Program(t, "initdb"), proctest.Program(t, "postgres")}
}

func start(programs [2]string) (*Server, error) {
	dir, err := os.MkdirTemp("", "pgtest-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, program: programs[1]}
	if err := s.begin(programs[0]); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

// begin makes the database's files and starts the server on them. It tries again should
// somebody else take the free port before the server does.
func (s *Server) begin(initdb string) error {
	if err := give(s.dir); err != nil {
		return err
	}
	c := command(initdb, "-D", s.data(), "-U", owner, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	var err error
	for range 5 {
		if s.Addr, err = proctest.Free(); err != nil {
			return err
		}
		if err = s.run(); err == nil {
			return nil
		}
	}
	return err
}

// run starts the server and returns when it answers. fsync is off: no test pulls the plug.
func (s *Server) run() error {
	_, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return err
	}
	c := command(s.program, "-D", s.data(), "-p", port, "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=300")
	p, err := proctest.Run(c, s.data()+".log")
	if err != nil {
		return err
	}
	s.process = p
	return p.Await(func() error {
		conn, err := pgx.Connect(context.Background(), s.URL(nil))
		if err != nil {
			return err
		}
		return conn.Close(context.Background())
	})
}

// end has the server quit at once and take its shared memory with it, which SIGKILL would leave.
func (s *Server) end() {
	if s.process != nil {
		s.process.End(syscall.SIGQUIT)
	}
}

func (s *Server) remove() {
	s.end()
	if err := os.RemoveAll(s.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
	}
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// nobody is Debian's user and group of that name.
const nobody = 65534

// give lets nobody have what root made: PostgreSQL does not run as root.
func give(path string) error {
	if os.Getuid() != 0 {
		return nil
	}
	return os.Chown(path, nobody, nobody)
}

// command runs as nobody where we are root. It outlives the test's context: what the test's
// clean-up does may need the server.
func command(program string, args ...string) *exec.Cmd {
	c := exec.CommandContext(context.Background(), program, args...)
	c.Dir = "/"
	if os.Getuid() == 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return c
}
