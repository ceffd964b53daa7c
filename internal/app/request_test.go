package app

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// asker is a command beside the daemon: filed has the number of its request once the
// daemon can see it.
func (s *site) asker(t *testing.T) (a *Actor, filed chan int64) {
	t.Helper()
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	if a, err = OpenActor(t.Context(), c, Settings{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	filed = make(chan int64, 1)
	a.Filed = func(id int64, holder error) {
		var locked *ledger.LockedError
		if !errors.As(holder, &locked) {
			t.Errorf("filed because of %v, want the holder of the lock", holder)
		}
		filed <- id
	}
	return a, filed
}

// What is asked of an idle daemon is done at once, and whoever asked gets its report.
func TestARequestOfAnIdleDaemon(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.start(t)
	d.next(t)
	a, filed := s.asker(t)
	for _, trigger := range []kwsync.Trigger{
		{Name: "apply", Full: true},
		{Name: "apply", Full: true, Named: []string{"ann@corp.example"}},
		{Name: "apply", Full: true, Approved: kwsync.Approval{"x": plan.Change{Key: "x", Op: plan.Grant, To: "Viewer"}}},
	} {
		rep, err := a.Run(t.Context(), trigger, "because")
		if err != nil {
			t.Fatalf("Run: %v", err)
		}
		<-filed
		there := d.next(t)
		if diff := cmp.Diff(there.Lapsed, rep.Lapsed); diff != "" || rep.Run == 0 || rep.Run != there.Run || rep.Result() != kwsync.Done {
			t.Errorf("answered run %d, %s; made run %d; lapsed (-there +here):\n%s", rep.Run, rep.Result(), there.Run, diff)
		}
		if diff := cmp.Diff(trigger.Named, there.Named); diff != "" {
			t.Errorf("named (-want +got):\n%s", diff)
		}
		if want := len(trigger.Approved); len(rep.Lapsed) != want {
			t.Errorf("%d changes lapsed, want %d: what was reviewed comes along", len(rep.Lapsed), want)
		}
	}
	if log := d.log.String(); strings.Count(log, `"msg":"request taken"`) != 3 || !strings.Contains(log, `"reason":"because"`) {
		t.Errorf("the log does not say who asked for what:\n%s", log)
	}
}

// Who is named is served between two steps of a run under way.
func TestP04_ARequestOvertakesTheRunUnderWay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	reached, release := s.holdUp(t, http.MethodPost, "/rest/admin/users")
	d := s.start(t)
	await(t, reached, "the first account")
	a, filed := s.asker(t)
	answer := make(chan kwsync.Report, 1)
	go func() {
		rep, err := a.Run(t.Context(), kwsync.Trigger{Name: "apply", Full: true, Named: []string{"dora@corp.example"}}, "")
		if err != nil {
			t.Errorf("Run: %v", err)
		}
		answer <- rep
	}()
	await(t, filed, "the request")
	release()
	asked, whole := await(t, answer, "the answer"), d.next(t)
	if len(asked.Outcomes) != 1 || asked.Result() != kwsync.Done || asked.Plan.Changes[0].Op != plan.Grant {
		t.Errorf("the request came to %+v, %s; want dora's grant", asked.Outcomes, asked.Result())
	}
	if len(whole.Overtaken) != 1 || len(whole.Outcomes) != len(whole.Plan.Changes) || whole.Result() != kwsync.Done {
		t.Errorf("the run: %d overtaken, %d outcomes, %s; want 1, all the others, and done", len(whole.Overtaken), len(whole.Outcomes), whole.Result())
	}
	if diff := cmp.Diff([]int64{asked.Run}, whole.Detours); diff != "" {
		t.Errorf("detours (-want +got):\n%s", diff)
	}
	if whole.Requests.Made != whole.Requests.Planned() {
		t.Errorf("%d requests made, %d planned", whole.Requests.Made, whole.Requests.Planned())
	}
}

// A request stays filed when whoever asked goes, and when the daemon ends before it
// comes to it.
func TestP08_ARequestOutlivesThoseConcerned(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	reached, release := s.holdUp(t, http.MethodPost, "/rest/admin/users")
	d := s.start(t)
	await(t, reached, "the first account")
	a, filed := s.asker(t)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		_, err := a.Run(ctx, kwsync.Trigger{Name: "apply", Full: true}, "")
		gone <- err
	}()
	id := await(t, filed, "the request")
	cancel()
	if err := await(t, gone, "the end of the command"); err == nil || !strings.Contains(err.Error(), "which stays filed") {
		t.Errorf("the command ended with %v, want that its request stays filed", err)
	}
	go release()
	d.stop()
	s.gate.Store(nil)
	d = s.start(t)
	for d.next(t).Trigger != VerbApply {
	}
	if r, err := a.book.Request(t.Context(), id); err != nil || r.Answered.IsZero() || r.Failed || r.Run == 0 {
		t.Errorf("the request: %+v, %v; want it answered", r, err)
	}
}

// What no version of the daemon can do, or nobody wants any more, is answered too.
func TestRequestsThatCannotBeServed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.start(t)
	d.next(t)
	a, _ := s.asker(t)
	old, err := request(d.current.config, kwsync.Trigger{Name: "apply"}, "")
	if err != nil {
		t.Fatal(err)
	}
	old.Filed = old.Filed.Add(-2 * keptFor)
	for _, tt := range []struct {
		name string
		r    ledger.Request
		want string
	}{
		{"a verb from the future", ledger.Request{Verb: "dance", Args: []byte("{}"), Filed: old.Filed.Add(2 * keptFor)}, `does not know the request \"dance\"`},
		{"no JSON", ledger.Request{Verb: "apply", Args: []byte("{"), Filed: old.Filed.Add(2 * keptFor)}, "read the request"},
		{"two days old", old, "nobody took it for 24h0m0s"},
	} {
		id, err := a.book.File(t.Context(), tt.r)
		if err != nil {
			t.Fatal(err)
		}
		d.again(t) // the daemon looks at its inbox before, or behind, any run
		r := await(t, a.answered(t, id), "the answer")
		if !r.Failed || !strings.Contains(r.Answer, tt.want) {
			t.Errorf("%s: answered %q, want %q", tt.name, r.Answer, tt.want)
		}
	}
}

// answered sends a request once it is answered.
func (a *Actor) answered(t *testing.T, id int64) <-chan ledger.Request {
	c := make(chan ledger.Request, 1)
	go func() {
		for range time.Tick(followEvery / 10) {
			if r, err := a.book.Request(t.Context(), id); err != nil || !r.Answered.IsZero() || t.Context().Err() != nil {
				c <- r
				return
			}
		}
	}()
	return c
}

// A command that sees another configuration than the daemon is told so: what it asks for
// would come to something else.
func TestARequestThatMeansAnotherConfiguration(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.start(t)
	d.next(t)
	s.configure(t, "ROLE", "Viewer")
	a, _ := s.asker(t)
	a.Filed = nil // twice is more than it has room for
	want := "the daemon works with another configuration (" + d.current.config.Hash + ")"
	if rep, err := a.Run(t.Context(), kwsync.Trigger{Name: "apply", Full: true}, ""); err == nil || !strings.Contains(err.Error(), want) || len(rep.Outcomes) > 0 {
		t.Errorf("Run: %v, %d outcomes; want an error with %q and none", err, len(rep.Outcomes), want)
	}
	d.reload(t)
	if rep, err := a.Run(t.Context(), kwsync.Trigger{Name: "apply", Full: true}, ""); err != nil || rep.Result() != kwsync.Done {
		t.Errorf("behind the reload: %v, %s; want it done", err, rep.Result())
	}
}
