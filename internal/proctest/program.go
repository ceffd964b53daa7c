package proctest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"testing"
)

// Missing ends a test that lacks something of the machine: it is skipped, or
// fails if the environment says CI=true.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip("SKIPPED, NOT TESTED: " + what)
}

// Program finds a server program; sbin is not on every user's path.
func Program(t testing.TB, name string) string {
	t.Helper()
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	Missing(t, name+" is not installed: run scripts/install-servers.sh")
	return ""
}

// FreeAddr asks the kernel for a free port. Somebody else may take it before it is used.
func FreeAddr(t testing.TB) string {
	t.Helper()
	addr, err := Free()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// The ports from which Free chooses lie below those that the system gives to connections:
// one of these could be taken between the choice and the server's start.
const firstPort, lastPort = 20_000, 32_000

// Free is FreeAddr for a server that no single test owns.
func Free() (addr string, err error) {
	const tries = 100
	for range tries {
		addr = fmt.Sprintf("127.0.0.1:%d", firstPort+rand.IntN(lastPort-firstPort))
		l, listening := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
		if listening == nil {
			return addr, l.Close()
		}
		err = listening
	}
	return "", fmt.Errorf("find a free port from %d to %d: %w", firstPort, lastPort, err)
}

// Write writes a file that its owner alone may read, as servers want their keys.
func Write(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
