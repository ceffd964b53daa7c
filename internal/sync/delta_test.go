package sync_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

var (
	delta = kwsync.Trigger{Name: "delta"}
	full  = kwsync.Trigger{Name: "full", Full: true}
)

// settled is a stage where ann and bob have what they should, Kiteworks was observed
// before, and nothing is new in the directory.
func settled() *stage {
	s := newStage().person("ann", "Fin").person("bob", "Fin").folder("f-fin", "/Dep/Fin").account("ann").account("bob")
	s.state.Grants = []access.Grant{
		{Account: "u-ann", Folder: "f-fin", Role: "Viewer"},
		{Account: "u-bob", Folder: "f-fin", Role: "Viewer"},
	}
	s.known.catalog = &access.Catalog{Roles: s.catalog.Roles, Folders: slices.Clone(s.catalog.Folders)}
	s.known.state = s.state
	s.known.state.Of.Folders = []string{"f-fin"}
	s.directory.touched = access.Touched{How: []string{"dir: nothing changed"}}
	return s
}

// moved is settled, but that ann has come to another department, whose folder is there.
func moved() *stage {
	s := settled().folder("f-it", "/Dep/IT")
	s.snapshot.People[0].Attrs = map[string][]string{"department": {"IT"}}
	s.directory.touched.People = []access.PersonID{id("ann")}
	return s
}

func TestDeltaAsksKiteworksOnlyForWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	known := []string{"open", "refresh", "due", "begin", "recall", "known catalog"}
	tests := []struct {
		name  string
		stage *stage
		want  []string
	}{
		{"nobody is touched or due", settled(), []string{"open", "refresh", "due"}},
		{
			"somebody is touched and has what is right", settled().touched("ann"),
			slices.Concat(known, []string{"known state", "open", "learn", "schedule", "end done"}),
		},
		{
			"somebody is due", settled().dueNow("bob"),
			slices.Concat(known, []string{"known state", "open", "learn", "schedule", "end done"}),
		},
		{
			"a grant on a folder that was read", settled().person("cyd", "Fin").knownAccount("cyd").touched("cyd"),
			slices.Concat(known, []string{"known state", "open", "learn", "intend 1", "grant 1", "settle 1", "schedule", "end done"}),
		},
		{
			"a joiner", settled().person("cyd", "Fin").touched("cyd"),
			slices.Concat(known, []string{
				"known state", "open", "learn",
				"intend 1", "create account 1", "settle 1", "intend 1", "grant 1", "settle 1", "schedule", "end done",
			}),
		},
		{
			"a folder that no rule has named before", moved(),
			slices.Concat(known, []string{
				"catalog", "known state", "members", "open", "learn", "remember",
				"intend 1", "grant 1", "settle 1", "schedule", "end done",
			}),
		},
		{
			"Kiteworks was never observed", settled().unknown().touched("ann"),
			slices.Concat(known, []string{"catalog", "observe", "open", "learn", "known catalog", "remember", "schedule", "end done"}),
		},
		{
			"an intent is open: what came of it has to be read", settled().opened(grant("ann", "f-fin", "/Dep/Fin")),
			[]string{
				"open", "refresh", "due", "begin", "recall", "catalog", "observe", "settle 1", "recall", "open",
				"learn", "known catalog", "remember", "schedule", "end done",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rep, err := tt.stage.runner(t).Run(t.Context(), delta)
			if err != nil {
				t.Fatalf("Run: %v", err)
			}
			if diff := cmp.Diff(tt.want, tt.stage.events); diff != "" {
				t.Errorf("it did (-want +got):\n%s", diff)
			}
			if got := rep.Requests; got.Planned() != got.Made {
				t.Errorf("%d requests made, %d foretold", got.Made, got.Planned())
			}
		})
	}
}

// What a run had read as new and did not come through with is not new to the next
// one, which must see to it all the same.
func TestDeltaSeesToWhatAFailedRunLeft(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	s := moved()
	r := s.runner(t)
	good := s.tenant
	s.tenant.members = func(context.Context, []access.Folder) (access.State, error) { return access.State{}, broken }
	if _, err := r.Run(t.Context(), delta); !errors.Is(err, broken) {
		t.Fatalf("Run: %v, want the failure", err)
	}
	s.tenant, s.directory.touched.People = good, nil
	for _, want := range []bool{false, true} { // once it came through, nothing is left over
		rep, err := r.Run(t.Context(), delta)
		if err != nil || rep.Idle != want {
			t.Errorf("Run: %v, idle %v, want %v", err, rep.Idle, want)
		}
	}
	if diff := cmp.Diff([]string{"grant|dir:ann|f-it"}, keys(s.sent)); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// A change that Kiteworks refused is tried again by the next delta.
func TestDeltaTriesAgainWhatWasRefused(t *testing.T) {
	t.Parallel()
	s := moved()
	s.tenant.apply = s.failing("grant", plan.Refused, "not today")
	r := s.runner(t)
	if rep, err := r.Run(t.Context(), delta); err != nil || rep.Result() != kwsync.Partial {
		t.Fatalf("Run: %v, %s; want it partial", err, rep.Result())
	}
	s.tenant.apply, s.directory.touched.People = s.apply, nil
	rep, err := r.Run(t.Context(), delta)
	if err != nil || rep.Due != 1 || len(rep.Outcomes) != 1 || rep.Result() != kwsync.Done {
		t.Errorf("Run: %v, %d due, outcomes %v; want the grant done", err, rep.Due, rep.Outcomes)
	}
}

// A date that has passed changes what somebody should have although the directory
// says nothing new.
func TestDeltaRemembersWhenADateMayChangeSomething(t *testing.T) {
	t.Parallel()
	s := settled()
	s.snapshot.People[0].Attrs["startdate"] = []string{"20260401000000Z"}
	s.rules = append(s.rules, rules.Rule{
		Name: "later", When: rules.Condition{Everyone: true},
		Grants: []rules.Grant{{Folder: "/Dep", Role: "Viewer", From: &rules.Date{From: "startDate", IfEmpty: rules.Deny}}},
	})
	var next map[access.PersonID]time.Time
	s.journal.schedule = func(_ context.Context, judged []access.PersonID, n map[access.PersonID]time.Time) error {
		if judged != nil {
			t.Errorf("judged %v, want everybody", judged)
		}
		next = n
		return nil
	}
	if _, err := s.run(t); err != nil {
		t.Fatal(err)
	}
	want := map[access.PersonID]time.Time{id("ann"): time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}
	if diff := cmp.Diff(want, next); diff != "" {
		t.Errorf("dates (-want +got):\n%s", diff)
	}
}

func (s *stage) touched(name string) *stage {
	s.directory.touched.People = append(s.directory.touched.People, id(name))
	return s
}

func (s *stage) dueNow(name string) *stage {
	s.due = append(s.due, id(name))
	return s
}

func (s *stage) knownAccount(name string) *stage {
	s.account(name)
	s.known.state.Accounts = s.state.Accounts
	return s
}

func (s *stage) unknown() *stage {
	s.known.catalog = nil
	return s
}

// Rules that disagree on the identity for a folder give nothing there, also in a delta
// whose people know only one of them.
func TestDeltaKnowsWhichRulesDisagree(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").person("bob", "Fin").account("ann").account("bob").folder("f-fin", "/Dep/Fin")
	s.identities = []string{as, "legal@corp.example"}
	grants := []rules.Grant{{Folder: "/Dep/Fin", Role: "Viewer"}}
	other := []rules.Grant{{Folder: "/Dep/{{ .department }}", Role: "Viewer", As: "legal@corp.example"}}
	s.catalog.Folders = append(s.catalog.Folders, access.Folder{ID: "f-fin", As: "legal@corp.example", Path: "/Dep/Fin"})
	s.rules = []rules.Rule{
		{Name: "one", When: rules.Condition{Filter: "(cn=ann)"}, Grants: grants},
		{Name: "two", When: rules.Condition{Filter: "(cn=bob)"}, Grants: other},
	}
	s.snapshot.People[0].Attrs["cn"], s.snapshot.People[1].Attrs["cn"] = []string{"ann"}, []string{"bob"}
	r := s.runner(t)
	s.directory.touched = access.Touched{}
	for _, trigger := range []kwsync.Trigger{full, delta} {
		rep, err := r.Run(t.Context(), trigger)
		if err != nil || rep.Notes(plan.NoteBlocked) == 0 || s.wrote() {
			t.Errorf("%s: %v, notes %v, sent %v; want the rules blocked", trigger.Name, err, notes(&rep), keys(s.sent))
		}
		s.touched("ann")
	}
}

// What a human gave behind a wall since the last look is seen before a delta gives
// somebody the other side.
func TestDeltaLooksAtWallsBeforeItGives(t *testing.T) {
	t.Parallel()
	s := moved()
	s.known.catalog.Folders = slices.Clone(s.catalog.Folders)
	s.known.state.Of.Folders = []string{"f-fin", "f-it"}
	s.known.state.Grants = nil // it was given since
	r := s.runner(t)
	it, fin := guard.Area{Path: "/Dep/IT", Below: true}, guard.Area{Path: "/Dep/Fin", Below: true}
	r.Limits.Walls = []guard.Wall{{Name: "apart", NeverBoth: []guard.Area{it, fin}}}
	rep, err := r.Run(t.Context(), delta)
	if err != nil || s.wrote() || len(rep.Withheld) != 1 || rep.Withheld[0].Brake != guard.ByWall {
		t.Errorf("Run: %v, sent %v, withheld %+v; want ann's grant withheld by the wall", err, keys(s.sent), rep.Withheld)
	}
	if !slices.Contains(s.events, "members") || slices.Contains(s.events, "observe") {
		t.Errorf("it did %v, want the members of the walled folders read, and no more", s.events)
	}
}

// A run that was narrowed to a reviewed plan has come through with nobody else.
func TestDeltaSeesToWhatAReviewedPlanLeft(t *testing.T) {
	t.Parallel()
	s := moved()
	r := s.runner(t)
	if _, err := r.Run(t.Context(), kwsync.Trigger{Name: "apply", Full: true, Approved: kwsync.Approval{}}); err != nil || s.wrote() {
		t.Fatalf("Run: %v, sent %v; want nothing, for nothing was approved", err, keys(s.sent))
	}
	s.directory.touched.People = nil
	rep, err := r.Run(t.Context(), delta)
	if err != nil || rep.Full || rep.Idle {
		t.Errorf("Run: %v, full %v, idle %v; want a delta", err, rep.Full, rep.Idle)
	}
	if diff := cmp.Diff([]string{"grant|dir:ann|f-it"}, keys(s.sent)); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}
