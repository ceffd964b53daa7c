package proctest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// Patience bounds every wait for a server; the slowest is ready within 4 s on a quiet machine.
const Patience = 30 * time.Second

// Process is a server process. On Linux the kernel ends it with the test's own
// process, so that no panic and no timeout leaves one behind.
type Process struct {
	command *exec.Cmd
	output  string
	ended   chan struct{}
}

// Run starts the command with its output in a file.
func Run(c *exec.Cmd, output string) (*Process, error) {
	file, err := os.Create(output)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // the process has its own copy
	c.Stdout, c.Stderr = file, file
	endWithUs(c)
	p := &Process{command: c, output: output, ended: make(chan struct{})}
	started := make(chan error)
	go p.live(started)
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// live starts the command and waits for its end on one thread: the kernel ends
// the child with the thread that started it.
func (p *Process) live(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.ended)
	err := p.command.Start()
	started <- err
	if err == nil {
		_ = p.command.Wait() // a killed server's status says nothing new
	}
}

// PID is the process's id.
func (p *Process) PID() int { return p.command.Process.Pid }

// Kill ends the process with SIGKILL, if it runs, and waits for its end.
func (p *Process) Kill() {
	_ = p.command.Process.Kill() // one that has ended is as good
	<-p.ended
}

// End asks the process to end by a signal, and ends it by SIGKILL if it has not within Patience.
func (p *Process) End(ask os.Signal) {
	_ = p.command.Process.Signal(ask) // one that has ended is as good
	select {
	case <-p.ended:
	case <-time.After(Patience):
		p.Kill()
	}
}

// Await polls until ready succeeds, the process ends, or Patience does.
func (p *Process) Await(ready func() error) error {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			said, _ := os.ReadFile(p.output)
			return fmt.Errorf("%s ended at once: %s", p.command.Path, said)
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready after %v: %w", p.command.Path, Patience, err)
		case <-poll.C:
		}
	}
}
