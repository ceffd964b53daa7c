package ledger

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/pgtest"
)

// childVar makes the test binary a child that is to be killed: its value is
// the ledger's state.
const childVar = "KW_ONBOARDER_LEDGER_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVar); path != "" {
		fmt.Fprintln(os.Stderr, child(path))
		os.Exit(1)
	}
	os.Exit(pgtest.Main(m))
}

// child holds the lock and intends and settles batches until it is killed. It
// says what it has committed, and goes on when it is told to.
func child(path string) error {
	ctx := context.Background()
	l, err := Open(ctx, Options{State: path, Tenant: tenant, Directories: []string{"corp"}})
	if err != nil {
		return err
	}
	unlock, err := l.Lock(context.Background())
	if err != nil {
		return err
	}
	defer func() { _ = unlock.Release() }()
	run, err := l.Begin(ctx, time.Now(), "child")
	if err != nil {
		return err
	}
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() { // an order: intend, settle
		changes, outcomes := grants(int(run)*batchesPerRun, childBatch)
		switch orders.Text() {
		case "intend":
			err = l.Intend(ctx, run, changes)
		case "settle":
			err = l.Settle(ctx, outcomes)
		}
		if err != nil {
			return err
		}
		fmt.Println("done")
	}
	return orders.Err()
}

const (
	childBatch    = 100
	batchesPerRun = 1000 // so that the changes of two runs never share a key
)

// At whatever moment the process is killed, the ledger opens, and holds either
// all of a batch or nothing of it; what was committed before the kill is there.
func TestP08_KilledBetweenIntendAndSettle(t *testing.T) {
	t.Parallel()
	const (
		moments = 6
		apart   = 700 * time.Microsecond // so that six span the child's transaction
	)
	cases := []struct {
		name               string
		intended, settling bool // Intend has returned; Settle was called
	}{
		{"during Intend", false, false},
		{"between Intend and Settle", true, false},
		{"during Settle", true, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			owned := 0
			for moment := range moments {
				p := start(t, o.State)
				p.order("intend")
				if c.intended {
					p.answer()
				}
				if c.settling {
					p.order("settle")
				}
				<-time.After(time.Duration(moment) * apart) // not a wait for something: the moment is what is tested
				p.kill()
				owned = checkAfterCrash(t, o, moment+1, owned, c.intended, c.settling)
			}
		})
	}
}

// checkAfterCrash opens the ledger behind a run that was killed, compares, and
// settles what is open as the next run would. It returns how many grants are
// ours then; owned is how many were before.
func checkAfterCrash(t *testing.T, o Options, run, owned int, intended, settling bool) int {
	t.Helper()
	l := open(t, o)
	defer func() { _ = l.Close() }()
	unlock, err := l.Lock(context.Background())
	if err != nil {
		t.Fatalf("run %d: the lock outlived its holder: %v", run, err)
	}
	defer func() { _ = unlock.Release() }()
	got, err := l.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	changes, outcomes := grants(run*batchesPerRun, childBatch)
	if len(got) == 0 {
		if intended && !settling {
			t.Fatalf("run %d: its intents are forgotten", run)
		}
		if intended {
			owned += childBatch // settled before the kill
		}
	} else {
		if diff := cmp.Diff(changes, got); diff != "" {
			t.Fatalf("run %d: open intents (-intended +open):\n%s", run, diff)
		}
		checkOwned(t, l, run, owned)
		if err := l.Settle(t.Context(), outcomes); err != nil {
			t.Fatal(err)
		}
		owned += childBatch
	}
	checkOwned(t, l, run, owned)
	return owned
}

func checkOwned(t *testing.T, l *Ledger, run, want int) {
	t.Helper()
	if got := len(recall(t, l).Owned); got != want {
		t.Fatalf("run %d: %d grants are owned, want %d", run, got, want)
	}
}

// process is a child, driven by orders.
type process struct {
	t       *testing.T
	cmd     *exec.Cmd
	orders  *bufio.Writer
	answers *bufio.Scanner
	stderr  *strings.Builder
}

func start(t *testing.T, path string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0]), stderr: &strings.Builder{}}
	p.cmd.Env = append(os.Environ(), childVar+"="+path)
	p.cmd.Stderr = p.stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.orders, p.answers = bufio.NewWriter(in), bufio.NewScanner(out)
	t.Cleanup(p.kill)
	p.order("ready")
	p.answer()
	return p
}

func (p *process) order(what string) {
	p.t.Helper()
	if _, err := p.orders.WriteString(what + "\n"); err != nil {
		p.t.Fatal(err)
	}
	if err := p.orders.Flush(); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) answer() {
	p.t.Helper()
	if !p.answers.Scan() {
		p.kill()
		p.t.Fatalf("the child ended: %s", p.stderr)
	}
}

// kill sends SIGKILL and waits; a second kill does nothing.
func (p *process) kill() {
	if err := p.cmd.Process.Kill(); err == nil || errors.Is(err, os.ErrProcessDone) {
		_ = p.cmd.Wait()
	}
}

func TestLockNamesItsHolder(t *testing.T) {
	t.Parallel()
	o := options(t)
	p := start(t, o.State)
	l := open(t, o)
	_, err := l.Lock(context.Background())
	var locked *LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("got error %v, want a LockedError", err)
	}
	if locked.PID != p.cmd.Process.Pid || locked.Path != o.State+".lock" {
		t.Errorf("got process %d at %s, want %d at %s.lock", locked.PID, locked.Path, p.cmd.Process.Pid, o.State)
	}
	wantError(t, err, fmt.Sprintf("process %d holds it", locked.PID))
	p.kill()
	unlock, err := l.Lock(context.Background())
	if err != nil {
		t.Fatalf("the holder is dead: %v", err)
	}
	_ = unlock.Release()
}

func TestLockInOneProcess(t *testing.T) {
	t.Parallel()
	o := options(t)
	first, second := open(t, o), open(t, o)
	unlock, err := first.Lock(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var locked *LockedError
	if _, err := second.Lock(context.Background()); !errors.As(err, &locked) || locked.PID != os.Getpid() {
		t.Errorf("got error %v, want a LockedError with our own process id", err)
	}
	_ = unlock.Release()
	unlock, err = second.Lock(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	_ = unlock.Release()
}
