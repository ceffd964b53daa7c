package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/pgtest"
	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// shortTerm is the term of leases in tests: a busy machine renews them in time.
const shortTerm = 2 * time.Second

func shorten(l *Ledger) {
	if p, ok := l.engine.(*postgres); ok {
		p.term = shortTerm
	}
}

// expire ends the lease of one who is dead; what is tested is not how long that takes.
func expire(t *testing.T, l *Ledger) {
	t.Helper()
	if _, ok := l.engine.(*postgres); !ok {
		return
	}
	if _, err := l.db.ExecContext(t.Context(), `UPDATE leases SET expires = 0`); err != nil {
		t.Fatal(err)
	}
}

func lock(t *testing.T, l *Ledger) *Lock {
	t.Helper()
	lock, err := l.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

func release(t *testing.T, lock *Lock) {
	t.Helper()
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
}

func TestLockNamesItsHolder(t *testing.T) {
	t.Parallel()
	o := options(t)
	p := start(t, o.State)
	l := open(t, o)
	_, err := l.Lock(t.Context())
	var locked *LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("got error %v, want a LockedError", err)
	}
	pid := fmt.Sprint(p.cmd.Process.Pid)
	if !strings.HasSuffix(locked.Holder, pid) || !strings.HasPrefix(locked.Where, l.engine.String()) {
		t.Errorf("got holder %q at %s, want process %s at %s", locked.Holder, locked.Where, pid, l.engine)
	}
	wantError(t, err, pid+" holds it", "wait until it ends, or end it")
	p.kill()
	expire(t, l)
	release(t, lock(t, l))
}

func TestLockInOneProcess(t *testing.T) {
	t.Parallel()
	o := options(t)
	first, second := open(t, o), open(t, o)
	held := lock(t, first)
	var locked *LockedError
	if _, err := second.Lock(t.Context()); !errors.As(err, &locked) || !strings.HasSuffix(locked.Holder, fmt.Sprint(os.Getpid())) {
		t.Errorf("got error %v, want a LockedError with our own process id", err)
	}
	release(t, held)
	release(t, lock(t, second))
	release(t, lock(t, first))
}

func TestALockOfAFileHasNoEnd(t *testing.T) {
	t.Parallel()
	held := lock(t, open(t, fileOptions(t)))
	defer release(t, held)
	if until := held.Until(); !until.IsZero() {
		t.Errorf("got an end at %v, want none", until)
	}
}

// However a holder is lost, another has the lease within its term, and by then the old holder
// says of itself that it may not write any more, and cannot settle anything.
func TestP08_AStandbyTakesTheLeaseWithinItsTerm(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	cases := []struct {
		name   string
		lose   func(*process, *proctest.Proxy)
		regain func(*process, *proctest.Proxy) // nil: there is nobody to ask
	}{
		{"killed", func(p *process, _ *proctest.Proxy) { p.kill() }, nil},
		{
			"stopped and woken",
			func(p *process, _ *proctest.Proxy) { p.signal(syscall.SIGSTOP) },
			func(p *process, _ *proctest.Proxy) { p.signal(syscall.SIGCONT) },
		},
		{
			"cut off while it writes",
			func(p *process, proxy *proctest.Proxy) { proxy.Cut(); p.order("begin") },
			func(p *process, proxy *proctest.Proxy) {
				if got := p.answer(); got != "lost" {
					t.Errorf("the write that was cut off: got %q, want lost", got)
				}
				proxy.Restore()
			},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			proxy := proctest.StartProxy(t, server.Addr)
			o := Options{State: server.Schema(t), Tenant: tenant, Directories: []string{"corp"}}
			p := start(t, through(t, proxy, o.State))
			standby := open(t, o)
			shorten(standby)
			if got := p.ask("begin"); got != "done" {
				t.Fatalf("the holder cannot write: %s", got)
			}
			c.lose(p, proxy)
			lost := time.Now()
			held := lockAsSoonAsPossible(t, standby)
			defer release(t, held)
			if took := time.Since(lost); took > shortTerm+time.Second {
				t.Errorf("the standby had the lease after %v, want %v", took, shortTerm)
			}
			if c.regain == nil {
				return
			}
			c.regain(p, proxy)
			for _, want := range []struct{ order, answer string }{{"until", "past"}, {"begin", "lost"}, {"begin", "lost"}} {
				if got := p.ask(want.order); got != want.answer {
					t.Errorf("%s of the old holder: got %q, want %q", want.order, got, want.answer)
				}
			}
			begin(t, standby)
		})
	}
}

func lockAsSoonAsPossible(t *testing.T, l *Ledger) *Lock {
	t.Helper()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		held, err := l.Lock(t.Context())
		var locked *LockedError
		if err == nil {
			return held
		}
		if !errors.As(err, &locked) {
			t.Fatal(err)
		}
		<-poll.C
	}
}

// through is the URL of a database behind a proxy.
func through(t *testing.T, p *proctest.Proxy, state string) string {
	t.Helper()
	u, err := url.Parse(state)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = p.Addr
	return u.String()
}

// A lease that is renewed outlasts its term.
func TestALeaseIsRenewed(t *testing.T) {
	t.Parallel()
	l := open(t, postgresOptions(t))
	l.engine.(*postgres).term = time.Second
	held := lock(t, l)
	first := held.Until()
	for renewed := 0; renewed < 3; {
		if until := held.Until(); until.After(first) {
			first = until
			renewed++
		}
		if err := held.lost(); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Millisecond)
	}
	begin(t, l)
	release(t, held)
}

// The one who took the lease ends what the one before writes, without any clock.
func TestAWriteIsHeldToItsLease(t *testing.T) {
	t.Parallel()
	o := postgresOptions(t)
	old, next := open(t, o), open(t, o)
	held := lock(t, old)
	begin(t, old)
	expire(t, old) // as if by the database's clock
	taken := lock(t, next)
	defer release(t, taken)
	if held.lost() != nil {
		t.Fatal("the old holder knows already")
	}
	var lost *LostError
	if _, err := old.Begin(t.Context(), time.Now(), "test"); !errors.As(err, &lost) {
		t.Errorf("got error %v, want a LostError", err)
	}
	if held.lost() == nil {
		t.Error("the old holder does not know yet")
	}
	release(t, held)
	begin(t, next)
	begin(t, old) // which holds no lock now: a command that files something
}

// Who takes a lease waits for the old holder's transaction, which is whole or undone by
// then; the holder's own renewal does not wait.
func TestALeaseChangesHandsBetweenTransactions(t *testing.T) {
	t.Parallel()
	o := postgresOptions(t)
	old, next := open(t, o), open(t, o)
	shorten(next)
	held := lock(t, old)
	err := old.write(t.Context(), "test", func(*sql.Tx) error {
		if kept, err := held.hold.(*lease).renew(t.Context(), time.Second); err != nil || !kept {
			t.Errorf("the holder renews: got %v, %v", kept, err)
		}
		expire(t, next)
		soon, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if early, err := next.Lock(soon); err == nil {
			t.Error("the lease changed hands in the middle of a transaction")
			release(t, early)
		} else if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("in the middle of a transaction: got %v, want to wait", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// The server may have let in the one who gave up, so that his lease has to run out.
	release(t, lockAsSoonAsPossible(t, next))
	release(t, held)
}
