package app

import (
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// listener is a supervisor that passes on what it is told. Whoever tells it waits until
// somebody has heard.
type listener chan string

func (l listener) Ready(status string) error { l <- "ready: " + status; return nil }
func (l listener) Reloading() error          { l <- "reloading"; return nil }
func (l listener) Alive() error              { l <- "alive"; return nil }
func (l listener) Stopping() error           { l <- "stopping"; return nil }

// next is what the supervisor is told next, but for being alive.
func (l listener) next(t *testing.T) string {
	t.Helper()
	for {
		if told := await(t, l, "what the supervisor is told"); told != "alive" {
			return told
		}
	}
}

func TestTheSupervisorIsToldHowThingsStand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, told := s.prepare(t), make(listener)
	r.options.Supervisor = told
	r.start(t)
	// Before the first run has ended: what waits for the service need not wait for that.
	if got := told.next(t); got != "ready: up" {
		t.Errorf("at the start: %q", got)
	}
	if got := await(t, told, "a sign of life"); got != "alive" {
		t.Errorf("afterwards: %q, want alive", got)
	}
	for _, tt := range []struct{ mode, want string }{
		{"yolo", "ready: up; the last reload failed, and the configuration before it is in force"},
		{"create-only", "ready: up"},
	} {
		s.configure(t, "MODE", tt.mode)
		go func() { r.reloads <- struct{}{} }()
		if got := told.next(t); got != "reloading" {
			t.Errorf("mode %s: %q, want reloading", tt.mode, got)
		}
		if got := told.next(t); got != tt.want {
			t.Errorf("mode %s: %q, want %q", tt.mode, got, tt.want)
		}
	}
	go r.stop()
	if got := told.next(t); got != "stopping" {
		t.Errorf("at the end: %q", got)
	}
	go func() { // a run may be under way
		for range told {
		}
	}()
	r.stop()
	close(told)
}

// slow is a supervisor that takes its time to hear a sign of life.
type slow struct {
	alone
	asked   chan struct{} // a sign of life is about to be heard
	release chan struct{} // closed: it is heard
}

func (s slow) Alive() error {
	select {
	case s.asked <- struct{}{}:
	case <-s.release:
	}
	<-s.release
	return nil
}

// A sign of life that came from anywhere else than the loop would go on while the loop is
// stuck: so while it is on its way, the loop takes up nothing.
func TestTheLoopItselfSaysThatItIsAlive(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, supervisor := s.prepare(t), slow{asked: make(chan struct{}), release: make(chan struct{})}
	r.options.Supervisor = supervisor
	r.start(t)
	await(t, supervisor.asked, "a sign of life")
	select {
	case r.reloads <- struct{}{}:
		t.Error("the loop took up a reload while its sign of life was on its way: that comes from elsewhere")
	default:
	}
	close(supervisor.release)
	r.reload(t)
}

// mute is a supervisor that cannot be told anything.
type mute struct{ alone }

func (mute) Alive() error { return errors.New("nobody listens") }

func TestASupervisorThatIsGoneIsLoggedOnce(t *testing.T) {
	t.Parallel()
	log := &lockedBuffer{}
	d := &Daemon{options: Options{Supervisor: mute{}, Log: zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), log, zap.DebugLevel))}}
	tick, ended := make(chan time.Time), make(chan bool)
	go func() {
		for range 3 {
			tick <- time.Time{}
		}
		ended <- true
	}()
	d.await(ended, tick)
	if got := strings.Count(log.String(), "nobody listens"); got != 1 {
		t.Errorf("it was logged %d times, want once:\n%s", got, log)
	}
}
