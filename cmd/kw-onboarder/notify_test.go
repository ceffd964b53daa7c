//go:build linux

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// manager is a service manager: it hears what the service tells it.
type manager struct{ *net.UnixConn }

func newManager(t *testing.T) (m manager, socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(longest)); err != nil {
		t.Fatal(err)
	}
	return manager{conn}, socket
}

// awaits hears messages until one begins with want.
func (m manager) awaits(t *testing.T, want string) {
	t.Helper()
	message := make([]byte, 4096)
	for {
		n, err := m.Read(message)
		if err != nil {
			t.Fatalf("waited in vain for %q: %v", want, err)
		}
		if strings.HasPrefix(string(message[:n]), want) {
			return
		}
	}
}

// The daemon as a unit of Type=notify-reload starts it: also where neither the directory
// nor Kiteworks answers.
func TestRunTellsSystemdHowItStands(t *testing.T) {
	t.Parallel()
	s, kwsim := simulate(t)
	end(t, kwsim)
	amend(t, s.Config, "127.0.0.1:9854", "127.0.0.1:0")
	systemd, socket := newManager(t)
	c := process(t, "run", "--config", s.Config)
	c.Env = append(os.Environ(), "NOTIFY_SOCKET="+socket, "WATCHDOG_USEC=120000000")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	systemd.awaits(t, "READY=1\nSTATUS=up")
	systemd.awaits(t, "WATCHDOG=1")
	systemd.awaits(t, "WATCHDOG=1")
	if err := c.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	systemd.awaits(t, "RELOADING=1\nMONOTONIC_USEC=")
	systemd.awaits(t, "READY=1")
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	systemd.awaits(t, "STOPPING=1")
	if err := c.Wait(); err != nil {
		t.Errorf("run: %v, want exit code 0", err)
	}
}
