//go:build !linux

package sambatest

import (
	"errors"
	"net"
	"os/exec"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// needNamespace ends the test: only Linux has network namespaces.
func needNamespace(t testing.TB) {
	t.Helper()
	proctest.Missing(t, "samba needs a network namespace, which only Linux has")
}

type namespace struct{}

func isolated(c *exec.Cmd) *exec.Cmd { return c }

func namespaceOf(int) (*namespace, error) { return nil, errors.ErrUnsupported }

func (*namespace) dial(string) (net.Conn, error) { return nil, errors.ErrUnsupported }

func (*namespace) close() {}
