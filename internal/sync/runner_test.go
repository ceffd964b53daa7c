package sync_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// before is what every run does until it knows its plan.
var before = []string{"open", "refresh", "begin", "recall", "catalog", "observe", "open", "learn", "remember"}

func TestRunOrder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		stage *stage
		want  []string // behind before
	}{
		{"nothing to do", newStage(), []string{"schedule", "end done"}},
		{
			"folder, account, grant: each waits for the one before",
			newStage().person("ann", "Fin"),
			[]string{
				"intend 1", "create folder 1", "settle 1",
				"intend 1", "create account 1", "settle 1",
				"intend 1", "grant 1", "settle 1",
				"schedule", "end done",
			},
		},
		{
			"people of one folder share a request",
			newStage().person("ann", "Fin").person("bob", "Fin").folder("f-fin", "/Dep/Fin").account("ann").account("bob"),
			[]string{"intend 2", "grant 2", "settle 2", "schedule", "end done"},
		},
		{
			"a folder inside a new folder waits for it",
			newStage().person("ann", "Fin").deep(),
			[]string{
				"intend 1", "create folder 1", "settle 1",
				"intend 1", "create folder 1", "settle 1",
				"intend 1", "create account 1", "settle 1",
				"intend 1", "grant 1", "settle 1",
				"schedule", "end done",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := tt.stage.run(t); err != nil {
				t.Fatalf("Run: %v", err)
			}
			if diff := cmp.Diff(slices.Concat(before, tt.want), tt.stage.events); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
			if len(tt.stage.breaches) > 0 {
				t.Errorf("sent without an intent: %v", tt.stage.breaches)
			}
		})
	}
}

// deep lets the rule name a folder two levels below what is there.
func (s *stage) deep() *stage {
	s.rules[0].Grants[0].Folder = "/Dep/{{ .department }}/Team"
	return s
}

func TestIntentsComeByTheHundred(t *testing.T) {
	t.Parallel()
	s := newStage().folder("f-fin", "/Dep/Fin").folder("f-it", "/Dep/IT")
	for i := range 260 {
		s.person(fmt.Sprintf("p%03d", i), []string{"Fin", "IT"}[i%2])
	}
	rep, err := s.run(t)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if got, want := len(rep.Outcomes), 520; got != want {
		t.Errorf("%d outcomes, want %d", got, want)
	}
	for _, e := range s.events {
		var n int
		if _, err := fmt.Sscanf(e, "intend %d", &n); err == nil && n > 100 {
			t.Errorf("one commit of %d intents, want at most 100", n)
		}
	}
	if len(s.breaches) > 0 {
		t.Errorf("%d changes were sent without an intent", len(s.breaches))
	}
	// 260 creations, then 130 people for each of two folders: 100 and 30.
	if got, want := rep.Requests, (kwsync.Requests{Read: 2, Write: 264, Made: 266}); got != want {
		t.Errorf("requests: %+v, want %+v", got, want)
	}
}

func TestCreatedIDsReachTheGrants(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").deep()
	if _, err := s.run(t); err != nil {
		t.Fatalf("Run: %v", err)
	}
	type ids struct{ Op, Account, Folder, Parent string }
	var got []ids
	for _, c := range s.sent {
		got = append(got, ids{c.Op.String(), c.Account, c.Folder, c.Parent})
	}
	want := []ids{
		{"create folder", "", "", "f-dep"},
		{"create folder", "", "", "new-/Dep/Fin"},
		{"create account", "", "", ""},
		{"grant", "new-ann", "new-/Dep/Fin/Team", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestStepBearsTheFolderThatWasCreated(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").account("ann")
	var folder string
	s.tenant.apply = func(ctx context.Context, step plan.Step) []plan.Outcome {
		if step.Op == plan.Grant {
			folder = step.Folder
		}
		return s.apply(ctx, step)
	}
	if _, err := s.run(t); err != nil {
		t.Fatalf("Run: %v", err)
	}
	if want := "new-/Dep/Fin"; folder != want {
		t.Errorf("the grant's step is for folder %q, want %q", folder, want)
	}
}

func TestFailedCreationSkipsWhatNeedsItAndNothingElse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		part string // of the key that fails
		with plan.Result
		want []string
	}{
		{
			"an account is refused", "account|dir:ann", plan.Refused,
			[]string{
				"done account|dir:bob", "done folder|" + as + "|/dep/it", "done grant|dir:bob|" + as + "|/dep/it",
				"done folder|" + as + "|/dep/fin", "refused account|dir:ann: no seat is free",
				"skipped grant|dir:ann|" + as + "|/dep/fin: needs what was not done: no seat is free",
			},
		},
		{
			"nobody knows what became of an account", "account|dir:ann", plan.Unknown,
			[]string{
				"done account|dir:bob", "done folder|" + as + "|/dep/it", "done grant|dir:bob|" + as + "|/dep/it",
				"done folder|" + as + "|/dep/fin", "unknown account|dir:ann: no seat is free",
				"skipped grant|dir:ann|" + as + "|/dep/fin: needs what was not done: no seat is free",
			},
		},
		{
			"a folder is refused", "folder|" + as + "|/dep/it", plan.Refused,
			[]string{
				"done account|dir:ann", "done account|dir:bob",
				"done folder|" + as + "|/dep/fin", "done grant|dir:ann|" + as + "|/dep/fin",
				"refused folder|" + as + "|/dep/it: no seat is free",
				"skipped grant|dir:bob|" + as + "|/dep/it: needs what was not done: no seat is free",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage().person("ann", "Fin").person("bob", "IT")
			s.tenant.apply = s.failing(tt.part, tt.with, "no seat is free")
			rep, err := s.run(t)
			if err != nil {
				t.Fatalf("Run: %v", err)
			}
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, results(&rep)); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			if rep.Result() != kwsync.Partial {
				t.Errorf("result %s, want %s", rep.Result(), kwsync.Partial)
			}
		})
	}
}

func TestFailedFolderSkipsTheFoldersInsideIt(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").deep()
	s.tenant.apply = s.failing("folder|"+as+"|/dep/fin", plan.Refused, "no rights")
	rep, err := s.run(t)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	want := []string{
		"done account|dir:ann",
		"refused folder|" + as + "|/dep/fin: no rights",
		"skipped folder|" + as + "|/dep/fin/team: needs what was not done: no rights",
		"skipped grant|dir:ann|" + as + "|/dep/fin/team: needs what was not done: needs what was not done: no rights",
	}
	if diff := cmp.Diff(want, results(&rep)); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

func TestPersonNarrows(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, person string }{
		{"by e-mail", "Ann@Corp.example"},
		{"by id", "ann"},
		{"by source and id", "dir:ann"},
		{"by DN", "UID=ann"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage().person("ann", "Fin").person("bob", "Fin")
			r := s.runner(t)
			rep, err := r.Run(t.Context(), kwsync.Trigger{Name: "test", Full: true, Named: []string{tt.person}})
			if err != nil {
				t.Fatalf("Run: %v", err)
			}
			want := []string{"done account|dir:ann", "done folder|" + as + "|/dep/fin", "done grant|dir:ann|" + as + "|/dep/fin"}
			if diff := cmp.Diff(want, results(&rep)); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBlockedRuleIsReportedOnce(t *testing.T) {
	t.Parallel()
	s := newStage().folder("f-fin", "/Dep/Fin")
	for i := range 30 {
		s.person(fmt.Sprintf("p%02d", i), "Fin")
	}
	s.rules = append(s.rules, rules.Rule{
		Name: "project", When: rules.Condition{Group: "proj-aurora"},
		Grants: []rules.Grant{{Folder: "/Dep/Fin", Role: "Collaborator"}},
	})
	rep, err := s.run(t)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if got := notes(&rep); len(got) != 1 || !strings.HasPrefix(got[0], "blocked  project: ") || !strings.HasSuffix(got[0], "(30)") {
		t.Errorf("notes: %q, want one for rule project and 30 people", got)
	}
	if rep.Result() != kwsync.Partial {
		t.Errorf("result %s, want %s", rep.Result(), kwsync.Partial)
	}
}

// TestP07_ObserveHasNoTenant: the daemon in mode observe plans, reports and
// remembers, and holds nothing that could write.
func TestP07_ObserveHasNoTenant(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin")
	s.mode = guard.Observe
	rep, err := s.run(t)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if s.wrote() || len(rep.Withheld) != 3 || len(rep.Plan.Changes) != 0 {
		t.Errorf("%d changes, %d withheld, events %v; want 0, 3 and no write", len(rep.Plan.Changes), len(rep.Withheld), s.events)
	}
}

func TestSettledIsToldOfEachChangeOnce(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").person("bob", "IT")
	s.tenant.apply = s.failing("account|dir:ann", plan.Refused, "no")
	r := s.runner(t)
	told := map[plan.Key]plan.Result{}
	r.Settled = func(a kwsync.Act) {
		c, o := a.Change, a.Outcome
		if a.Run == 0 || a.Trigger.Name != "test" || a.Earlier {
			t.Errorf("told of an act of run %d by %q, earlier %t; want one of this run", a.Run, a.Trigger.Name, a.Earlier)
		}
		if _, twice := told[c.Key]; twice || c.Key != o.Key {
			t.Errorf("told of %s and %s", c.Key, o.Key)
		}
		told[c.Key] = o.Result
	}
	rep, err := r.Run(t.Context(), kwsync.Trigger{Name: "test", Full: true})
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	want := map[plan.Key]plan.Result{}
	for _, o := range rep.Outcomes {
		want[o.Key] = o.Result
	}
	if diff := cmp.Diff(want, told); diff != "" || len(told) != 6 {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
