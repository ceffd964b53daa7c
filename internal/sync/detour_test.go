package sync_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// inbox holds requests until it is time for them.
type inbox struct {
	due      func() bool
	waiting  []kwsync.Trigger
	answered []kwsync.Report
}

func (b *inbox) Take(context.Context) (kwsync.Trigger, bool, error) {
	if len(b.waiting) == 0 || !b.due() {
		return kwsync.Trigger{}, false, nil
	}
	t := b.waiting[0]
	b.waiting = b.waiting[1:]
	return t, true, nil
}

func (b *inbox) Answer(_ context.Context, _ kwsync.Trigger, rep *kwsync.Report) {
	b.answered = append(b.answered, *rep)
}

// crowded is a first onboarding of 60 people who need an account and a role; the
// inbox asks for one of them once the first account is made.
func crowded(name string) (*stage, *inbox) {
	s := newStage().folder("f-fin", "/Dep/Fin")
	for _, p := range []string{"a", "b", "c", "d", "e", "f"} {
		for _, q := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
			s.person(p+q, "Fin")
		}
	}
	box := &inbox{waiting: []kwsync.Trigger{{Name: "apply", Named: []string{name}, Request: 1}}}
	box.due = func() bool { return len(s.sent) > 0 }
	return s, box
}

// TestP04_WhoIsNamedOvertakesARun: a joiner who is named while a run of many goes on
// has everything within a step, and what the run had planned for them is planned anew.
func TestP04_WhoIsNamedOvertakesARun(t *testing.T) {
	t.Parallel()
	s, box := crowded("f9@corp.example")
	r := s.runner(t)
	r.Inbox = box
	rep, err := r.Run(t.Context(), full)
	if err != nil {
		t.Fatal(err)
	}
	sent := keys(s.sent)
	if at := slices.Index(sent, "grant|dir:f9|f-fin"); at < 0 || at > 27 {
		t.Errorf("the named person's grant was change number %d, want it behind the first batch of 25 at once", at+1)
	}
	slices.Sort(sent)
	if twice := len(sent) - len(slices.Compact(slices.Clone(sent))); twice > 0 {
		t.Errorf("%d changes were sent twice", twice)
	}
	if diff := cmp.Diff([]string{"account|dir:f9", "grant|dir:f9|f-fin"}, keys(rep.Overtaken)); diff != "" {
		t.Errorf("planned again (-want +got):\n%s", diff)
	}
	if len(rep.Outcomes) != len(rep.Plan.Changes) || len(rep.Outcomes) != 118 || rep.Result() != kwsync.Done {
		t.Errorf("%d outcomes of %d changes, %s; want 118, done", len(rep.Outcomes), len(rep.Plan.Changes), rep.Result())
	}
	if got := rep.Requests; got.Made != got.Planned() {
		t.Errorf("%d requests made, %d foretold: those of the detour are not the run's", got.Made, got.Planned())
	}
	if len(box.answered) != 1 || box.answered[0].Result() != kwsync.Done || len(box.answered[0].Outcomes) != 2 {
		t.Errorf("answered %+v, want the account and the grant", box.answered)
	}
}

// A detour that fails is the answer to whoever asked, and the run goes on.
func TestADetourThatFailsEndsNothing(t *testing.T) {
	t.Parallel()
	s, box := crowded("nobody@corp.example")
	r := s.runner(t)
	r.Inbox = box
	rep, err := r.Run(t.Context(), full)
	if err != nil || len(rep.Outcomes) != 120 || len(rep.Overtaken) > 0 {
		t.Errorf("Run: %v, %d outcomes, %d overtaken; want 120 and none", err, len(rep.Outcomes), len(rep.Overtaken))
	}
	want := `nobody in the directory has the e-mail, id or DN "nobody@corp.example"`
	if len(box.answered) != 1 || box.answered[0].Err != want {
		t.Errorf("answered %+v, want %q", box.answered, want)
	}
}

// Without the lease nothing is sent: another process may be writing.
func TestP08_NothingIsSentWithoutTheLease(t *testing.T) {
	t.Parallel()
	s, _ := crowded("a0")
	r := s.runner(t)
	r.Lease = lease{func() time.Time {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.sent) >= 25 {
			return time.Now().Add(-time.Nanosecond)
		}
		return time.Now().Add(time.Minute)
	}}
	rep, err := r.Run(t.Context(), full)
	if want := "stopped before the end: the right to write to Kiteworks was lost to another process, or could not be renewed in time"; err == nil || err.Error() != want {
		t.Errorf("Run: %v, want %q", err, want)
	}
	if len(s.sent) != 25 {
		t.Errorf("%d changes were sent, want the 25 before the lease was lost", len(s.sent))
	}
	for _, o := range rep.Outcomes[25:] {
		if o.Result != plan.Skipped {
			t.Errorf("%s is %s, want it skipped", o.Key, o.Result)
		}
	}
}

// A request in flight ends with the lease.
func TestP08_AStepEndsWithTheLease(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin")
	r := s.runner(t)
	until := time.Now().Add(time.Minute)
	r.Lease = lease{func() time.Time { return until }}
	s.tenant.apply = func(ctx context.Context, step plan.Step) []plan.Outcome {
		if deadline, bounded := ctx.Deadline(); !bounded || deadline.After(until) {
			t.Errorf("the step may last until %v, want no longer than the lease, %v", deadline, until)
		}
		return s.apply(ctx, step)
	}
	if _, err := r.Run(t.Context(), full); err != nil {
		t.Fatal(err)
	}
}

// What the directory tells of while a run is under way, and a detour reads, is new to the
// next run: the run itself has not judged it.
func TestWhatADetourReadsIsNewToTheNextRun(t *testing.T) {
	t.Parallel()
	s, box := crowded("a0@corp.example")
	r := s.runner(t)
	r.Inbox = box
	read := 0
	s.directory.refresh = func(context.Context) (*access.Snapshot, error) {
		if read++; read == 2 { // by the detour
			s.directory.touched = access.Touched{People: []access.PersonID{id("f9")}}
		}
		return &s.snapshot, nil
	}
	if _, err := r.Run(t.Context(), full); err != nil {
		t.Fatal(err)
	}
	s.directory.touched = access.Touched{}
	rep, err := r.Run(t.Context(), delta)
	if err != nil || rep.Idle {
		t.Errorf("Run: %v, idle %v; want f9 looked at", err, rep.Idle)
	}
}
