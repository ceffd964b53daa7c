//go:build linux

package systemd

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// environment looks variables up in a map.
func environment(of map[string]string) func(string) string {
	return func(name string) string { return of[name] }
}

// listen is a service manager that hears on a socket; it returns what it hears next.
func listen(t *testing.T, socket string) func() string {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return func() string {
		t.Helper()
		message := make([]byte, 4096)
		n, err := conn.Read(message)
		if err != nil {
			t.Fatalf("hear a message: %v", err)
		}
		return string(message[:n])
	}
}

func TestMessagesAreThoseOfSdNotify(t *testing.T) {
	t.Parallel()
	for name, socket := range map[string]string{
		"a path":           filepath.Join(t.TempDir(), "notify"),
		"an abstract name": fmt.Sprintf("@kw-onboarder-notify-%d", os.Getpid()),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			heard := listen(t, socket)
			n, err := New(environment(map[string]string{"NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "120000000"}))
			if err != nil {
				t.Fatal(err)
			}
			for _, tt := range []struct {
				say  func() error
				want string
			}{
				{func() error { return n.Ready("two\nlines") }, "READY=1\nSTATUS=two lines"},
				{n.Alive, "WATCHDOG=1"},
				{n.Stopping, "STOPPING=1"},
			} {
				if err := tt.say(); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, heard()); diff != "" {
					t.Errorf("message (-want +got):\n%s", diff)
				}
			}
			if got := n.Watchdog(); got != 2*time.Minute {
				t.Errorf("the watchdog waits %v, want 2m", got)
			}
		})
	}
}

// systemd drops a RELOADING that is older than its signal.
func TestReloadingBearsTheTimeOfTheMonotonicClock(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "notify")
	heard := listen(t, socket)
	n, err := New(environment(map[string]string{"NOTIFY_SOCKET": socket}))
	if err != nil {
		t.Fatal(err)
	}
	before, err := monotonic()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Reloading(); err != nil {
		t.Fatal(err)
	}
	after, err := monotonic()
	if err != nil {
		t.Fatal(err)
	}
	message := heard()
	text, found := strings.CutPrefix(message, "RELOADING=1\nMONOTONIC_USEC=")
	micros, err := strconv.ParseInt(text, 10, 64)
	if !found || err != nil || micros < before.Microseconds() || micros > after.Microseconds() {
		t.Errorf("got %q, want RELOADING with a time from %d to %d", message, before.Microseconds(), after.Microseconds())
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	n, err := New(environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	for name, say := range map[string]func() error{
		"ready": func() error { return n.Ready("") }, "reloading": n.Reloading, "stopping": n.Stopping, "alive": n.Alive,
	} {
		if err := say(); err != nil {
			t.Errorf("%s: %v, want silence", name, err)
		}
	}
}

func TestTheWatchdogIsOursOrNot(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		pid  string
		want time.Duration
	}{
		"ours":               {strconv.Itoa(os.Getpid()), time.Second},
		"nobody's":           {"", time.Second},
		"of another process": {"1", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, err := New(environment(map[string]string{"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": tt.pid}))
			if err != nil || n.Watchdog() != tt.want {
				t.Errorf("got %v, %v; want %v", n.Watchdog(), err, tt.want)
			}
		})
	}
}

func TestWhatSystemdWouldNotSayIsAMistake(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]map[string]string{
		"a socket that is no path": {"NOTIFY_SOCKET": "vsock:2:1"},
		"a time that is no number": {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "2min"},
		"no time at all":           {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if n, err := New(environment(set)); err == nil {
				t.Errorf("got %+v, want an error", n)
			}
		})
	}
}

func TestAManagerThatIsGoneIsAnError(t *testing.T) {
	t.Parallel()
	n, err := New(environment(map[string]string{"NOTIFY_SOCKET": filepath.Join(t.TempDir(), "gone")}))
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Ready(""); err == nil || !strings.HasPrefix(err.Error(), "notify systemd: ") {
		t.Errorf("got %v, want an error that says who was to be told", err)
	}
}
