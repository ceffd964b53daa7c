package directory_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
)

// daemonOf is the environment variable that makes of this test binary a daemon, which reads the server of that URL.
const daemonOf = "DIRECTORY_BENCH_DAEMON_OF"

func TestMain(m *testing.M) {
	if url := os.Getenv(daemonOf); url != "" {
		if err := serve(url, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	m.Run()
}

// serve keeps a directory as the daemon does. For each line it reads it refreshes, and says how
// large its process has been at most (kB), or for "live" what is left after a collection.
func serve(url string, in io.Reader, out io.Writer) error {
	o := options(url)
	o.Follow = true
	later := time.Duration(0)
	o.Now = func() time.Time { return time.Now().Add(later) }
	d, err := directory.New(o)
	if err != nil {
		return err
	}
	var sn *access.Snapshot
	for lines := bufio.NewScanner(in); lines.Scan(); {
		kB := 0
		if lines.Text() == "live" {
			var now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&now)
			kB = int(now.HeapAlloc / 1024)
		} else {
			later += 3 * time.Minute
			if sn, _, err = d.Refresh(context.Background(), lines.Text() == "full"); err != nil {
				return err
			}
			if kB, err = peak(); err != nil {
				return err
			}
		}
		fmt.Fprintln(out, kB, len(sn.People))
	}
	runtime.KeepAlive(sn)
	return nil
}

// peak is the largest resident set that this process has had, in kB.
func peak() (kB int, err error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	_, err = fmt.Sscan(after, &kB)
	return kB, err
}

// memory measures the process of a daemon.
func (n *numbers) memory(b *testing.B) {
	if _, err := peak(); err != nil {
		b.Skip(err)
	}
	var first, changed, second, live float64
	for b.Loop() {
		d := startDaemon(b, n.URL())
		first = d.tell("full")
		for range deltas {
			n.change(b)
			changed = d.tell("delta")
		}
		second = d.tell("full")
		live = d.tell("live")
		d.end()
	}
	for _, r := range []struct {
		unit, what string
		got        float64
		target     string
	}{
		{"MB-first", "peak memory of the process, first full read", first, "< 250 MB"},
		{"MB-deltas", fmt.Sprintf("  and %d deltas with 100 changes each", deltas), changed, "< 250 MB"},
		{"MB-second", "  and a second full read", second, "< 250 MB"},
		{"MB-live", "  of which is in use in the end", live, ""},
	} {
		b.ReportMetric(r.got, r.unit)
		share := ""
		if r.target != "" {
			share = fmt.Sprintf("%.2f of target", r.got/250)
		}
		n.row(r.what, fmt.Sprintf("%.0f MB", r.got), r.target, share)
	}
}

// daemon is a process that keeps a directory.
type daemon struct {
	b   *testing.B
	c   *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startDaemon(b *testing.B, url string) *daemon {
	d := &daemon{b: b, c: exec.CommandContext(b.Context(), os.Args[0])}
	d.c.Env = append(os.Environ(), daemonOf+"="+url, "GOGC=40") // as the daemon sets it
	d.c.Stderr = os.Stderr
	in, err := d.c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := d.c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	d.in, d.out = in, bufio.NewReader(out)
	if err := d.c.Start(); err != nil {
		b.Fatal(err)
	}
	return d
}

// tell lets it do something, and returns how many MB (of 1,000,000 bytes) it names.
func (d *daemon) tell(what string) float64 {
	var kB, people int
	if _, err := fmt.Fprintln(d.in, what); err != nil {
		d.b.Fatal(err)
	}
	if _, err := fmt.Fscanln(d.out, &kB, &people); err != nil {
		d.b.Fatalf("the daemon: %v", err)
	}
	return float64(kB) * 1024 / 1e6
}

func (d *daemon) end() {
	_ = d.in.Close()
	if err := d.c.Wait(); err != nil {
		d.b.Fatal(err)
	}
}
