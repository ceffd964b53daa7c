package sync_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// opened leaves an intent of an earlier run, without an outcome.
func (s *stage) opened(c plan.Change) *stage {
	s.open = append(s.open, c)
	return s
}

func account(name string) plan.Change {
	return plan.Change{
		Key: plan.Key("account|" + id(name).String()), Op: plan.CreateAccount, Person: id(name),
		Email: access.Email(name + "@corp.example"),
	}
}

func grant(name, folder string, path access.Path) plan.Change {
	return plan.Change{
		Key: plan.Key("grant|" + id(name).String() + "|" + folder), Op: plan.Grant, Person: id(name),
		Account: "u-" + name, As: as, Folder: folder, Path: path, To: "Viewer",
	}
}

func TestP08_OpenIntentsAreSettledByReading(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		stage   *stage
		settled []plan.Outcome
		sent    []string // of the key, afterwards
	}{
		{
			"the account came to be",
			newStage().person("ann", "Fin").folder("f-fin", "/Dep/Fin").account("ann").opened(account("ann")),
			[]plan.Outcome{{Key: "account|dir:ann", Result: plan.Done, Account: "u-ann"}},
			[]string{"grant|dir:ann|f-fin"},
		},
		{
			"the account did not come to be and is made",
			newStage().person("ann", "Fin").folder("f-fin", "/Dep/Fin").opened(account("ann")),
			[]plan.Outcome{{Key: "account|dir:ann", Result: plan.Refused, Why: "had no effect: it was read afterwards"}},
			[]string{"account|dir:ann", "grant|dir:ann|f-fin"},
		},
		{
			"the grant did not come to be and is made",
			newStage().person("ann", "Fin").folder("f-fin", "/Dep/Fin").account("ann").opened(grant("ann", "f-fin", "/Dep/Fin")),
			[]plan.Outcome{{Key: "grant|dir:ann|f-fin", Result: plan.Refused, Why: "had no effect: it was read afterwards"}},
			[]string{"grant|dir:ann|f-fin"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := tt.stage
			r := s.runner(t)
			var earlier []plan.Outcome // told of as acts of the run that was interrupted
			r.Settled = func(a kwsync.Act) {
				if a.Earlier {
					earlier = append(earlier, a.Outcome)
				}
			}
			rep, err := r.Run(t.Context(), kwsync.Trigger{Name: "test", Full: true})
			if err != nil {
				t.Fatalf("Run: %v", err)
			}
			if diff := cmp.Diff(tt.settled, earlier); diff != "" {
				t.Errorf("told of (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.settled, rep.Settled); diff != "" {
				t.Errorf("settled (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.sent, keys(s.sent)); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			want := []string{"open", "refresh", "begin", "recall", "catalog", "observe", "settle 1", "recall", "open"}
			if diff := cmp.Diff(want, s.events[:len(want)]); diff != "" {
				t.Errorf("order: what is open is settled, and remembered, before anything is planned (-want +got):\n%s", diff)
			}
		})
	}
}

func keys(changes []plan.Change) []string {
	var out []string
	for _, c := range changes {
		out = append(out, string(c.Key))
	}
	return out
}

func TestWhatIsSettledIsKnownToThePlan(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").folder("f-fin", "/Dep/Fin").account("ann").opened(account("ann"))
	var learned plan.Learned
	s.journal.learn = func(_ context.Context, l plan.Learned) error { learned = l; return nil }
	s.journal.settle = func(ctx context.Context, o []plan.Outcome) error {
		s.memory.Links[id("ann")] = plan.Link{Person: id("ann"), Account: "u-ann", Created: true}
		return s.settle(ctx, o)
	}
	if _, err := s.run(t); err != nil {
		t.Fatalf("Run: %v", err)
	}
	if diff := cmp.Diff([]string{"grant|dir:ann|f-fin"}, keys(s.sent)); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if len(learned.Links) > 0 {
		t.Errorf("the link that settling gave was not known: it was learned again as %+v", learned.Links)
	}
}

func TestP08_UndecidedIntentIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").person("bob", "Fin").folder("f-fin", "/Dep/Fin").opened(account("ann"))
	// Two accounts of one address: reading cannot tell which is the one.
	s.account("ann")
	s.state.Accounts = append(s.state.Accounts, access.Account{
		ID: "u-other", Email: "ann@corp.example", Kind: access.User, Status: access.Live,
	})
	rep, err := s.run(t)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if len(rep.Settled) != 1 || rep.Settled[0].Result != plan.Unknown {
		t.Errorf("settled %v, want one that stays unknown", rep.Settled)
	}
	if want := []string{"account|dir:bob", "grant|dir:bob|f-fin"}; !slices.Equal(keys(s.sent), want) {
		t.Errorf("sent %q, want %q", keys(s.sent), want)
	}
	if len(s.open) != 1 {
		t.Errorf("%d intents are open, want the undecided one", len(s.open))
	}
}

// The outcome of a grant is unknown where its folder's members cannot be read;
// it, and nothing else, waits.
func TestP08_UndecidedGrantIsHeldWithItsReason(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").person("bob", "IT").folder("f-fin", "/Dep/Fin").folder("f-it", "/Dep/IT").
		account("ann").account("bob").opened(grant("ann", "f-fin", "/Dep/Fin"))
	s.journal.settle = func(ctx context.Context, o []plan.Outcome) error {
		if o[0].Key == "grant|dir:ann|f-fin" {
			o[0].Result = plan.Unknown // as a reading that cannot tell would have it
		}
		return s.settle(ctx, o)
	}
	rep, err := s.run(t)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if want := []string{"grant|dir:bob|f-it"}; !slices.Equal(keys(s.sent), want) {
		t.Errorf("sent %q, want %q", keys(s.sent), want)
	}
	want := []string{"held ann@corp.example staff: an earlier attempt to grant is still undecided (0)"}
	if diff := cmp.Diff(want, notes(&rep)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if rep.Requests.Write != 1 {
		t.Errorf("%d writes foretold, want 1: what is held is not sent", rep.Requests.Write)
	}
}

func TestRunFailsWhenOpenIntentsCannotBeSettled(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").opened(account("ann"))
	s.journal.settle = func(context.Context, []plan.Outcome) error { return errDisk }
	rep, err := s.run(t)
	if want := "settle the open intents: " + errDisk.Error(); err == nil || err.Error() != want {
		t.Errorf("Run: %v, want %q", err, want)
	}
	if s.wrote() || rep.Result() != kwsync.Failed {
		t.Errorf("written: %v, result %s; want no and failed", s.wrote(), rep.Result())
	}
}
