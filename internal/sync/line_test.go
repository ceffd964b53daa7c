package sync_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// crowd is a stage with many people who need accounts.
func crowd(people int) *stage {
	s := newStage()
	for i := range people {
		s.person(fmt.Sprintf("p%03d", i), "Fin")
	}
	return s
}

// tally counts the outcomes of account creations.
func tally(rep *kwsync.Report) map[plan.Result]int {
	n := map[plan.Result]int{}
	for _, o := range rep.Outcomes {
		if strings.HasPrefix(string(o.Key), "account|") {
			n[o.Result]++
		}
	}
	return n
}

func TestARunEndsWhenKiteworksCannotBeReached(t *testing.T) {
	t.Parallel()
	s := crowd(300)
	sent := 0
	s.tenant.apply = func(ctx context.Context, step plan.Step) []plan.Outcome {
		s.mu.Lock()
		sent++
		s.mu.Unlock()
		return []plan.Outcome{{Key: step.Changes[0].Key, Result: plan.Skipped, Why: "connection refused"}}
	}
	rep, err := s.run(t)
	if err == nil || !strings.Contains(err.Error(), "does not answer any more: connection refused") {
		t.Errorf("Run: %v, want it to say that Kiteworks does not answer", err)
	}
	if sent > 20 {
		t.Errorf("%d requests were tried on a line that is down", sent)
	}
	if got := tally(&rep)[plan.Skipped]; got != 300 {
		t.Errorf("%d creations are reported as not sent, want all 300", got)
	}
}

// TestP09_OneSilentObjectStopsNobody: a step whose answer is always lost does not
// look like a server that is gone.
func TestP09_OneSilentObjectStopsNobody(t *testing.T) {
	t.Parallel()
	s := crowd(50)
	s.tenant.apply = s.failing("account|dir:p000", plan.Unknown, "lost")
	rep, err := s.run(t)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if got := tally(&rep); got[plan.Done] != 49 || got[plan.Unknown] != 1 {
		t.Errorf("got %v, want 49 done and 1 unknown", got)
	}
}

func TestCreatingStopsWhenNoSeatIsLeft(t *testing.T) {
	t.Parallel()
	s := crowd(300)
	refused := 0
	ordinary := s.failing("none", plan.Refused, "")
	s.tenant.apply = func(ctx context.Context, step plan.Step) []plan.Outcome {
		if step.Op != plan.CreateAccount {
			return ordinary(ctx, step)
		}
		s.mu.Lock()
		refused++
		s.mu.Unlock()
		return []plan.Outcome{{Key: step.Changes[0].Key, Result: plan.Refused, NoSeat: true, Why: "no seat"}}
	}
	rep, err := s.run(t)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if refused > 20 {
		t.Errorf("%d creations were sent to a server without seats", refused)
	}
	if got := tally(&rep); got[plan.Refused]+got[plan.Skipped] != 300 || got[plan.Skipped] < 280 {
		t.Errorf("got %v, want a few refused and the rest waiting", got)
	}
	if rep.Result() != kwsync.Partial {
		t.Errorf("result %s, want %s", rep.Result(), kwsync.Partial)
	}
}
