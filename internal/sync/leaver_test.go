package sync_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// employed is ann and bob in Fin, each with an account and the role that we gave.
func employed() *stage {
	return newStage().person("ann", "Fin").person("bob", "Fin").folder("f-fin", "/Dep/Fin").holds("ann", "f-fin", "staff").holds("bob", "f-fin", "staff")
}

// without takes somebody out of the directory.
func (s *stage) without(name string) *stage {
	s.snapshot.People = slices.DeleteFunc(s.snapshot.People, func(p access.Person) bool { return p.ID == id(name) })
	return s
}

func (s *stage) standing(name string, st access.Standing) *stage {
	for i := range s.snapshot.People {
		if s.snapshot.People[i].ID == id(name) {
			s.snapshot.People[i].Standing = st
		}
	}
	return s
}

// TestP02_OnlyAProvenLeaverIsOne: whoever is missing from what was read is looked for, and is a
// leaver only if that says so; whoever is disabled is looked at again before the account is suspended.
func TestP02_OnlyAProvenLeaverIsOne(t *testing.T) {
	t.Parallel()
	suspended := []string{"suspend|dir:ann"}
	for name, test := range map[string]struct {
		stage *stage
		now   func(p *prover)
		sent  []string
		note  string // part of it
		exit  plan.Exit
	}{
		"disabled":                       {stage: employed().standing("ann", access.Disabled), sent: suspended, exit: plan.ExitDisabled},
		"missing, and gone":              {stage: employed().without("ann"), sent: suspended, exit: plan.ExitGone},
		"missing, and among the leavers": {stage: employed().without("ann"), now: found("ann", access.Disabled), sent: suspended, exit: plan.ExitDisabled},
		"missing, and out of scope":      {stage: employed().without("ann"), now: found("ann", access.OutOfScope), note: "is out of scope", exit: plan.ExitUnmatched},
		"missing, and there after all":   {stage: employed().without("ann"), now: found("ann", access.Active), note: "is in the directory by now"},
		"missing, and nobody knows":      {stage: employed().without("ann"), now: found("ann", access.Unknown), note: "does not say what has become of them"},
		"missing, and no answer":         {stage: employed().without("ann"), now: failing("ann"), note: "could not be looked for: the server is down"},
		"disabled, and by now not":       {stage: employed().standing("ann", access.Disabled), now: found("ann", access.Active), exit: plan.ExitDisabled},
		"disabled, and no answer":        {stage: employed().standing("ann", access.Disabled), now: failing("ann"), exit: plan.ExitDisabled},
		"disabled, and by now gone":      {stage: employed().standing("ann", access.Disabled), now: found("ann", access.Gone), sent: suspended, exit: plan.ExitDisabled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, p := test.stage.proving(t)
			if test.now != nil {
				test.now(p)
			}
			rep, err := r.Run(t.Context(), full)
			if err != nil {
				t.Fatal(err)
			}
			if got := keys(test.stage.sent); !slices.Equal(got, test.sent) {
				t.Errorf("sent %v, want %v; withheld %q, notes %q", got, test.sent, withheld(&rep), notes(&rep))
			}
			if !strings.Contains(strings.Join(notes(&rep), "\n"), test.note) {
				t.Errorf("notes %q, want one with %q", notes(&rep), test.note)
			}
			var exit plan.Exit
			for _, l := range rep.Plan.Learned.Leaving {
				exit = l.Exit
			}
			if exit != test.exit {
				t.Errorf("remembered as %q, want %q", exit, test.exit)
			}
		})
	}
}

func found(name string, st access.Standing) func(*prover) {
	return func(p *prover) { p.people = map[string]access.Proof{name: {Standing: st, Why: "as it was found"}} }
}

func failing(name string) func(*prover) {
	return func(p *prover) { p.fail = map[string]error{name: errors.New("the server is down")} }
}

// TestP02_ADirectoryThatLosesHalf: nobody of those who are missing loses anything as long as
// the directory has them, and what it is asked stays within bounds.
func TestP02_ADirectoryThatLosesHalf(t *testing.T) {
	t.Parallel()
	s := newStage().folder("f-fin", "/Dep/Fin")
	for i := range 1200 {
		s.holds(string(rune('a'+i%26))+strings.Repeat("x", i/26), "f-fin", "staff")
	}
	r, p := s.proving(t)
	p.people = map[string]access.Proof{}
	for id := range s.memory.Links {
		p.people[id.ID] = access.Proof{Standing: access.Active}
	}
	rep, err := r.Run(t.Context(), full)
	if err != nil || s.wrote() || len(p.asked) != 500 || rep.Notes(plan.NoteSkipped) != 1200 {
		t.Errorf("Run: %v, sent %d, %d looked for, %d told of; want none, 500, 1200", err, len(s.sent), len(p.asked), rep.Notes(plan.NoteSkipped))
	}
	p.fail, p.asked = map[string]error{}, nil
	for id := range s.memory.Links {
		p.fail[id.ID] = errors.New("the server is down")
	}
	if _, err := r.Run(t.Context(), full); err != nil || s.wrote() || len(p.asked) != 3 {
		t.Errorf("deaf: %v, sent %d, %d looked for; want none, and 3 tries", err, len(s.sent), len(p.asked))
	}
}

// TestP10_ARecycledAddressIsHeld: whoever is gone, and whose address another entry has by now,
// keeps the account until somebody decides whose it is. So it is when a directory is built anew.
func TestP10_ARecycledAddressIsHeld(t *testing.T) {
	t.Parallel()
	s := employed().without("ann").person("new", "Fin")
	s.snapshot.People[1].Email = "ann@corp.example"
	r, _ := s.proving(t)
	rep, err := r.Run(t.Context(), full)
	if err != nil || s.wrote() {
		t.Fatalf("Run: %v, sent %v; want nothing", err, keys(s.sent))
	}
	all := strings.Join(notes(&rep), "\n")
	for _, want := range []string{
		"skipped ann@corp.example : is gone: no entry has its id; uid=new (dir:new) has the address by now, the same person with a new id or another one: decide with `kw-onboarder link`",
		"dir:ann",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("notes:\n%s\nwant one with %q", all, want)
		}
	}
}

// Each run goes on with whom the one before did not look for.
func TestWhoIsMissingIsLookedForInTurn(t *testing.T) {
	t.Parallel()
	s := newStage().folder("f-fin", "/Dep/Fin")
	for i := range 700 {
		s.holds(string(rune('a'+i%26))+strings.Repeat("x", i/26), "f-fin", "staff")
	}
	r, p := s.proving(t)
	p.people = map[string]access.Proof{}
	for id := range s.memory.Links {
		p.people[id.ID] = access.Proof{Standing: access.OutOfScope}
	}
	asked := map[string]bool{}
	for run := range 2 {
		s.journal.begin = func(context.Context, time.Time, string) (int64, error) { return int64(run), nil }
		if _, err := r.Run(t.Context(), full); err != nil {
			t.Fatal(err)
		}
		for _, id := range p.asked {
			asked[id] = true
		}
	}
	if len(asked) != 700 {
		t.Errorf("%d people were looked for in two runs, want all 700", len(asked))
	}
}

// A delta is about whom the directory has told of, also if it has them no more; a date that
// comes for somebody who has left is one of theirs.
func TestADeltaSeesWhoIsGone(t *testing.T) {
	t.Parallel()
	s := employed()
	r, _ := s.proving(t)
	if _, err := r.Run(t.Context(), full); err != nil || s.wrote() {
		t.Fatalf("Run: %v, sent %v; want nothing to do", err, keys(s.sent))
	}
	s.without("ann")
	s.directory.touched = access.Touched{People: []access.PersonID{id("ann")}}
	s.requests = 0
	if _, err := r.Run(t.Context(), delta); err != nil || !slices.Equal(keys(s.sent), []string{"suspend|dir:ann"}) {
		t.Fatalf("delta: %v, sent %v; want the account suspended", err, keys(s.sent))
	}
	if s.requests != 1 {
		t.Errorf("%d requests, want the one: %v", s.requests, s.events)
	}
	week := moment.Add(7 * 24 * time.Hour)
	s.memory.Leaving[id("ann")] = plan.Leaving{Person: id("ann"), Exit: plan.ExitGone, Since: moment}
	s.memory.Links[id("ann")] = plan.Link{Person: id("ann"), Account: "u-ann", Created: true, Suspended: true}
	s.known.state.Accounts = slices.Clone(s.known.state.Accounts)
	for i := range s.known.state.Accounts {
		if a := &s.known.state.Accounts[i]; a.ID == "u-ann" {
			a.Status = access.Suspended
		}
	}
	s.directory.touched, s.due, s.sent = access.Touched{}, []access.PersonID{id("ann")}, nil
	r.Now = func() time.Time { return week }
	if _, err := r.Run(t.Context(), delta); err != nil || !slices.Equal(keys(s.sent), []string{"revoke|dir:ann|f-fin"}) {
		t.Errorf("a week later: %v, sent %v; want the role revoked", err, keys(s.sent))
	}
}

// TestP04_LeaversOvertakeARun: somebody who leaves while a run of many goes on is suspended
// behind the batch in hand, whoever else the directory tells of waits.
func TestP04_LeaversOvertakeARun(t *testing.T) {
	t.Parallel()
	s, box := crowded("")
	s.person("bob", "Fin").holds("bob", "f-fin", "staff")
	slices.SortFunc(s.snapshot.People, func(a, b access.Person) int { return a.ID.Compare(b.ID) })
	box.waiting = []kwsync.Trigger{{Name: "watch", Leavers: true}}
	r, _ := s.proving(t)
	r.Inbox = box
	s.directory.refresh = func(context.Context) (*access.Snapshot, error) {
		if s.directory.touched = (access.Touched{Everyone: true}); len(s.sent) > 0 {
			s.standing("bob", access.Disabled)
			s.directory.touched = access.Touched{People: []access.PersonID{id("a3"), id("bob")}}
		}
		return &s.snapshot, nil
	}
	rep, err := r.Run(t.Context(), full)
	if err != nil {
		t.Fatal(err)
	}
	if at := slices.Index(keys(s.sent), "suspend|dir:bob"); at < 0 || at > 26 {
		t.Errorf("bob was suspended as change number %d, want it behind the first batch of 25", at+1)
	}
	if len(rep.Detours) != 1 || len(box.answered) != 1 || box.answered[0].Trigger != "watch" || rep.Result() != kwsync.Done {
		t.Errorf("detours %v, %s; want one, done", rep.Detours, rep.Result())
	}
	s.sent, s.directory.touched = nil, access.Touched{}
	s.directory.refresh = func(context.Context) (*access.Snapshot, error) { return &s.snapshot, nil }
	next, err := r.Run(t.Context(), delta)
	if err != nil || next.Idle {
		t.Errorf("the next delta: %v, idle %v; want it about a3, whom the directory told of", err, next.Idle)
	}
}

// A pause of what narrows stops that in a run under way, and nothing else.
func TestAPauseOfWhatNarrowsStopsThatOnly(t *testing.T) {
	t.Parallel()
	s := transferred()
	r, p := s.proving(t)
	b := &brakes{paused: "paused: the audit"}
	r.Brakes, r.Parking = b, b
	rep, err := r.Run(t.Context(), full)
	if err != nil || !slices.Equal(keys(s.sent), []string{"grant|dir:ann|f-it"}) || len(p.asked) > 0 {
		t.Errorf("Run: %v, sent %v, looked at %v; want what widens, and nobody", err, keys(s.sent), p.asked)
	}
	want := []string{"done grant|dir:ann|f-it", "skipped revoke|dir:ann|f-fin: paused: the audit"}
	if diff := cmp.Diff(want, results(&rep)); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

// TestP12_UndoTakesBackWhatARunDid: past the mode and the budgets, for somebody has ordered it,
// and the next runs are kept from doing it again.
func TestP12_UndoTakesBackWhatARunDid(t *testing.T) {
	t.Parallel()
	s := employed()
	r, _ := s.proving(t)
	r.Limits.Mode = guard.CreateOnly
	b := &brakes{}
	r.Brakes, r.Parking = b, b
	s.journal.did = func(_ context.Context, run int64) ([]plan.Change, []plan.Outcome, error) {
		if run != 3 {
			return nil, nil, nil
		}
		c := plan.Change{Key: "grant|dir:ann|f-fin", Op: plan.Grant, Person: id("ann"), Email: "ann@corp.example", Account: "u-ann", As: as, Folder: "f-fin", Path: "/Dep/Fin", To: "Viewer"}
		return []plan.Change{c}, []plan.Outcome{{Key: c.Key, Result: plan.Done}}, nil
	}
	dry, err := r.PlanUndo(t.Context(), &s.journal, 3)
	if err != nil || !slices.Equal(keys(dry.Plan.Changes), []string{"revoke|dir:ann|f-fin"}) || s.wrote() {
		t.Fatalf("PlanUndo: %v, %v, sent %v; want the role taken back, and nothing sent", err, keys(dry.Plan.Changes), keys(s.sent))
	}
	rep, err := r.Run(t.Context(), kwsync.Trigger{Name: "undo", Undo: 3, Fresh: true, Approved: kwsync.Approve(dry.Plan)})
	if err != nil || !slices.Equal(keys(s.sent), []string{"revoke|dir:ann|f-fin"}) || rep.Result() != kwsync.Done {
		t.Errorf("Run: %v, sent %v, %s; want the role taken back", err, keys(s.sent), rep.Result())
	}
	if want := []plan.Key{"grant|dir:ann|f-fin", "raise|dir:ann|f-fin"}; !slices.Equal(b.undone, want) {
		t.Errorf("held %v, want %v", b.undone, want)
	}
	_, err = r.Run(t.Context(), kwsync.Trigger{Name: "undo", Undo: 4, Fresh: true})
	if want := "run 4 did nothing at Kiteworks, or was longer ago than the history is kept (`kw-onboarder runs` lists what there is)"; err == nil || err.Error() != want {
		t.Errorf("a run that did nothing: %v, want %q", err, want)
	}
}
