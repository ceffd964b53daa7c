package sambatest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// isolated makes the command run in a network namespace of its own that has a loopback interface and nothing else.
func isolated(c *exec.Cmd) *exec.Cmd {
	c.Args = append([]string{"sh", "-c", `ip link set lo up && exec "$@"`, "sh", c.Path}, c.Args[1:]...)
	c.Path = "/bin/sh"
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	return c
}

// needNamespace ends the test where a process cannot have a network namespace.
func needNamespace(t testing.TB) {
	t.Helper()
	proctest.Program(t, "ip")
	nothing := isolated(exec.CommandContext(t.Context(), "true"))
	if out, err := nothing.CombinedOutput(); err != nil {
		proctest.Missing(t, fmt.Sprintf("samba needs a network namespace, which takes root: %v %s", err, out))
	}
}

// namespace is the network namespace of a process.
type namespace struct{ file *os.File }

func namespaceOf(pid int) (*namespace, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	return &namespace{file}, err
}

func (n *namespace) close() { _ = n.file.Close() }

// dial connects from inside. A socket stays in the namespace of the thread that made it.
func (n *namespace) dial(addr string) (conn net.Conn, err error) {
	runtime.LockOSThread()
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	defer func() { _ = home.Close() }()
	if err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	conn, err = (&net.Dialer{Timeout: proctest.Patience}).Dial("tcp", addr)
	// A thread that cannot come home stays locked and ends with its goroutine.
	if lost := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); lost != nil {
		return conn, errors.Join(err, lost)
	}
	runtime.UnlockOSThread()
	return conn, err
}
