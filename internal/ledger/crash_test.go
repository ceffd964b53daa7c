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
// says what came of each order, and goes on when it is told to.
func child(state string) error {
	ctx := context.Background()
	l, err := Open(ctx, Options{State: state, Tenant: tenant, Directories: []string{"corp"}})
	if err != nil {
		return err
	}
	shorten(l)
	lock, err := l.Lock(ctx)
	if err != nil {
		return err
	}
	run, err := l.Begin(ctx, time.Now(), "child")
	if err != nil {
		return err
	}
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		answer := "done"
		changes, outcomes := grants(int(run)*batchesPerRun, childBatch)
		switch orders.Text() {
		case "intend":
			err = l.Intend(ctx, run, changes)
		case "settle":
			err = l.Settle(ctx, outcomes)
		case "until":
			if until := lock.Until(); !until.IsZero() && !time.Now().Before(until) {
				answer = "past"
			}
		case "begin":
			_, err := l.Begin(ctx, time.Now(), "child")
			var lost *LostError
			if errors.As(err, &lost) {
				answer = "lost"
			} else if err != nil {
				answer = err.Error()
			}
		}
		if err != nil {
			return err
		}
		fmt.Println(answer)
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
	expire(t, l)
	lock, err := l.Lock(t.Context())
	if err != nil {
		t.Fatalf("run %d: the lock outlived its holder: %v", run, err)
	}
	defer lock.Release()
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
	p.ask("ready")
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

func (p *process) answer() string {
	p.t.Helper()
	if !p.answers.Scan() {
		p.kill()
		p.t.Fatalf("the child ended: %s", p.stderr)
	}
	return p.answers.Text()
}

// ask orders and returns the answer.
func (p *process) ask(what string) string {
	p.t.Helper()
	p.order(what)
	return p.answer()
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// kill sends SIGKILL and waits; a second kill does nothing.
func (p *process) kill() {
	if err := p.cmd.Process.Kill(); err == nil || errors.Is(err, os.ErrProcessDone) {
		_ = p.cmd.Wait()
	}
}
