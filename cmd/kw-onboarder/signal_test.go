//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestSignalsEndTheProgram: a command that reads a file which does not end is ended by the
// first signal if it has nothing to finish, and by the second in any case.
func TestSignalsEndTheProgram(t *testing.T) {
	t.Parallel()
	const config = "../../config.example.yaml"
	for name, c := range map[string]struct {
		args []string
		once bool
	}{
		"check": {[]string{"check", "--config", config, "--snapshot"}, true},
		"why":   {[]string{"why", "anna@corp.example", "--config", config, "--snapshot"}, true},
		"diff":  {[]string{"diff", config, config, "--snapshot"}, true},
		"plan":  {[]string{"plan", "--config", config, "--snapshot"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, ended := reading(t, c.args...)
			var again <-chan time.Time
			if !c.once {
				tick := time.NewTicker(10 * time.Millisecond) // the first has to be noted before the second counts
				defer tick.Stop()
				again = tick.C
			}
			for running := true; running; {
				_ = p.Process.Signal(syscall.SIGTERM) // it may have ended
				select {
				case <-ended:
					running = false
				case <-again:
				}
			}
			if got := p.ProcessState.Sys().(syscall.WaitStatus).Signal(); got != syscall.SIGTERM {
				t.Errorf("it ended by %v (%v), want %v", got, p.ProcessState, syscall.SIGTERM)
			}
		})
	}
}

// reading starts a command whose last argument is a pipe, and returns once it reads from
// there; the channel is closed when the process has ended.
func reading(t *testing.T, args ...string) (*exec.Cmd, <-chan struct{}) {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	p := process(t, append(args, pipe)...)
	p.Stderr = os.Stderr
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	ended, opened := make(chan struct{}), make(chan *os.File, 1)
	go func() { _ = p.Wait(); close(ended) }() // how it ended is looked at there
	go func() {
		file, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits for the other end
		if err != nil {
			t.Error(err)
		}
		opened <- file
	}()
	select {
	case file := <-opened:
		t.Cleanup(func() { _ = file.Close() })
	case <-ended:
		t.Fatalf("%s: it ended before it read: %v", p, p.ProcessState)
	}
	return p, ended
}
