package proctest

import (
	"os/exec"
	"syscall"
)

// endWithUs has the kernel kill the process when the thread that starts it ends.
func endWithUs(c *exec.Cmd) {
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Pdeathsig = syscall.SIGKILL
}
