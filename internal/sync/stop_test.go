package sync_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// P8: whoever stops a run gets the steps in hand finished and recorded, and
// learns what was not sent.
func TestP08_StopFinishesTheBatchInHand(t *testing.T) {
	t.Parallel()
	s := newStage().folder("f-fin", "/Dep/Fin")
	for i := range 150 {
		s.person(fmt.Sprintf("p%03d", i), "Fin")
	}
	stop := errors.New("SIGTERM")
	ctx, cancel := context.WithCancelCause(t.Context())
	s.tenant.apply = func(ctx context.Context, step plan.Step) []plan.Outcome {
		cancel(stop)
		if ctx.Err() != nil {
			t.Error("a step in hand was cut off")
		}
		return s.apply(ctx, step)
	}
	rep, err := s.runner(t).Run(ctx, kwsync.Trigger{Name: "test", Full: true})
	if !errors.Is(err, stop) {
		t.Errorf("Run: %v, want one that says what stopped it", err)
	}
	results := map[plan.Result]int{}
	for _, o := range rep.Outcomes {
		results[o.Result]++
		if o.Result == plan.Skipped && o.Why != "the run was stopped before" {
			t.Errorf("%s was skipped because %q", o.Key, o.Why)
		}
	}
	if n := len(s.sent); n < 1 || n > 8 || results[plan.Done] != n || results[plan.Skipped] != 300-n {
		t.Errorf("%d sent, outcomes %v; want at most 8 requests in hand, those done, and all others skipped", n, results)
	}
	if len(s.open) > 0 {
		t.Errorf("%d intents are left open", len(s.open))
	}
	if s.events[len(s.events)-1] != "end failed" {
		t.Errorf("the end was not recorded: %v", s.events[max(0, len(s.events)-3):])
	}
}

func TestStopBehindTheLastStepIsNoFailure(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin")
	ctx, cancel := context.WithCancel(t.Context())
	s.tenant.apply = func(c context.Context, step plan.Step) []plan.Outcome {
		if step.Op == plan.Grant {
			cancel()
		}
		return s.apply(c, step)
	}
	rep, err := s.runner(t).Run(ctx, kwsync.Trigger{Name: "test", Full: true})
	if err != nil || rep.Result() != kwsync.Done {
		t.Errorf("Run: %v, %s; want done: nothing was left out", err, rep.Result())
	}
}

func TestStopBeforeTheFirstStepSendsNothing(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin")
	ctx, cancel := context.WithCancel(t.Context())
	r := s.runner(t)
	s.journal.learn = func(context.Context, plan.Learned) error {
		cancel() // the last thing before the first step
		return nil
	}
	rep, err := r.Run(ctx, kwsync.Trigger{Name: "test", Full: true})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v, want %v", err, context.Canceled)
	}
	if s.wrote() || len(rep.Unfinished()) != 3 {
		t.Errorf("written: %v, %d reported as not done, want no and 3", s.wrote(), len(rep.Unfinished()))
	}
}

func TestHangingStepEndsAfterTwoMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage().person("ann", "Fin").folder("f-fin", "/Dep/Fin").account("ann")
		ctx, cancel := context.WithCancel(t.Context())
		s.tenant.apply = func(ctx context.Context, step plan.Step) []plan.Outcome {
			cancel()
			<-ctx.Done()
			return []plan.Outcome{{Key: step.Changes[0].Key, Result: plan.Unknown, Why: ctx.Err().Error()}}
		}
		began := time.Now()
		rep, err := s.runner(t).Run(ctx, kwsync.Trigger{Name: "test", Full: true})
		if took := time.Since(began); took != 2*time.Minute {
			t.Errorf("it took %s, want 2m0s", took)
		}
		if err != nil || rep.Result() != kwsync.Partial {
			t.Errorf("Run: %v, %s; want partial", err, rep.Result())
		}
		if len(s.open) != 1 {
			t.Errorf("%d intents are open, want 1: nobody knows how it ended", len(s.open))
		}
	})
}

// A bug that panics under one request must not take the process down, nor lose
// what the other requests of its batch came to.
func TestPanicInAStepFailsTheRun(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").person("bob", "Fin").folder("f-fin", "/Dep/Fin")
	s.tenant.apply = func(ctx context.Context, step plan.Step) []plan.Outcome {
		if step.Changes[0].Key == "account|dir:ann" {
			panic("index out of range")
		}
		return s.apply(ctx, step)
	}
	rep, err := s.run(t)
	if err == nil || !strings.Contains(err.Error(), "internal error: index out of range") {
		t.Errorf("Run: %v, want one that names the panic", err)
	}
	want := []string{"done account|dir:bob", "unknown account|dir:ann: internal error: index out of range"}
	if got := results(&rep); !slices.Equal(got, want) {
		t.Errorf("outcomes %q, want %q", got, want)
	}
	if len(s.open) != 1 || s.open[0].Key != "account|dir:ann" {
		t.Errorf("open intents %v, want the one whose end nobody knows", s.open)
	}
	if !slices.Contains(s.events, "end failed") {
		t.Error("the end of the run was not recorded")
	}
}
