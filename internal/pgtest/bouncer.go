package pgtest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// Bouncer starts a PgBouncer in transaction mode before the server, with fewer sessions than
// clients may have, and returns the URL of the server's database through it.
func (s *Server) Bouncer(t testing.TB) string {
	t.Helper()
	program := proctest.Program(t, "pgbouncer")
	addr := proctest.FreeAddr(t)
	text, err := bouncerConfiguration(addr, s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.dir, "pgbouncer.ini") // in a folder that nobody may enter
	proctest.Write(t, file, []byte(text))
	if err := give(file); err != nil {
		t.Fatal(err)
	}
	p, err := proctest.Run(command(program, file), filepath.Join(s.dir, "pgbouncer.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	u := url.URL{Scheme: "postgres", User: url.User(owner), Host: addr, Path: "/postgres", RawQuery: "default_query_exec_mode=exec"}
	if err := p.Await(func() error {
		conn, err := pgx.Connect(context.Background(), u.String())
		if err != nil {
			return err
		}
		return conn.Close(context.Background())
	}); err != nil {
		t.Fatal(err)
	}
	return u.String()
}

func bouncerConfiguration(listen, server string) (string, error) {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		return "", err
	}
	listenHost, listenPort, err := net.SplitHostPort(listen)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`[databases]
postgres = host=%s port=%s user=%s
[pgbouncer]
listen_addr = %s
listen_port = %s
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
`, host, port, owner, listenHost, listenPort), nil
}
