package sync_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

const as = "folders@corp.example"

// moment is the clock of every test that does not let time pass.
var moment = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// stage is a small company, a Kiteworks and a ledger that work, and the list
// of what was asked of them, in order. A test takes one of them away.
type stage struct {
	directory directory
	tenant    tenant
	journal   journal
	rules     []rules.Rule
	mode      guard.Mode

	identities []string // that the rules may name

	snapshot access.Snapshot
	catalog  access.Catalog
	state    access.State

	mu       sync.Mutex
	events   []string
	requests int
	open     []plan.Change // intents without an outcome
	memory   plan.Memory
	sent     []plan.Change
	breaches []string // of the promise that an intent precedes its request

	known struct { // of Kiteworks, from before
		catalog *access.Catalog // nil: nothing
		state   access.State
	}
	due      []access.PersonID
	unlisted []access.Grant // are there, and lists lack them
}

// newStage has the folder /Dep, and one rule that gives everybody an account
// and the department's folder.
func newStage() *stage {
	s := &stage{
		mode: guard.CreateOnly,

		identities: []string{as},
		memory:     plan.NewMemory(),
		rules: []rules.Rule{{
			Name: "staff", When: rules.Condition{Everyone: true}, Account: &rules.Account{},
			Grants: []rules.Grant{{Folder: "/Dep/{{ .department }}", Role: "Viewer", Create: true}},
		}},
		catalog: access.Catalog{
			Roles:   []access.Role{{ID: "3", Name: "Collaborator", Rank: 5}, {ID: "6", Name: "Viewer", Rank: 1}},
			Folders: []access.Folder{{ID: "f-dep", As: as, Path: "/Dep"}},
		},
		state: access.State{Of: access.Scope{Accounts: true, Fresh: true}},
	}
	s.directory.touched = access.Touched{Everyone: true}
	s.directory.refresh = func(context.Context) (*access.Snapshot, error) { return &s.snapshot, s.note("refresh") }
	s.tenant = tenant{catalog: s.lookUp, observe: s.observe, members: s.readMembers, confirm: s.readMember, requests: s.count, apply: s.apply}
	s.journal = journal{
		begin:  func(context.Context, time.Time, string) (int64, error) { return 7, s.note("begin") },
		open:   s.openIntents,
		recall: func(context.Context, *plan.Scope) (plan.Memory, error) { return s.memory, s.note("recall") },
		learn:  func(context.Context, plan.Learned) error { return s.note("learn") },
		intend: s.intend,
		settle: s.settle,
		end: func(_ context.Context, _ int64, _ time.Time, result string, _ []byte) error {
			return s.note("end " + result)
		},
		catalog:  func(context.Context) (*access.Catalog, error) { return s.known.catalog, s.note("known catalog") },
		observed: s.observed,
		observe:  s.remember,
		due:      func(context.Context, time.Time) ([]access.PersonID, error) { return slices.Clone(s.due), s.note("due") },
		schedule: s.schedule,
	}
	return s
}

// note records what was asked; it never fails.
func (s *stage) note(event string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, event)
	return nil
}

// person adds somebody to the directory.
func (s *stage) person(name, department string) *stage {
	s.snapshot.People = append(s.snapshot.People, access.Person{
		ID: id(name), DN: "uid=" + name, Email: access.Email(name + "@corp.example"), Name: name, Standing: access.Active,
		Attrs: map[string][]string{"department": {department}},
	})
	return s
}

// account adds an account that existed before.
func (s *stage) account(name string) *stage {
	s.state.Accounts = append(s.state.Accounts, access.Account{
		ID: "u-" + name, Email: access.Email(name + "@corp.example"), Kind: access.User, Status: access.Live,
	})
	return s
}

// folder adds a folder that existed before.
func (s *stage) folder(fid string, path access.Path) *stage {
	s.catalog.Folders = append(s.catalog.Folders, access.Folder{ID: fid, As: as, Path: path})
	return s
}

func id(name string) access.PersonID { return access.PersonID{Source: "dir", ID: name} }

func (s *stage) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *stage) request(event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	s.events = append(s.events, event)
}

func (s *stage) lookUp(context.Context, []access.Place) (*access.Catalog, error) {
	s.request("catalog")
	return &s.catalog, nil
}

func (s *stage) observe(_ context.Context, folders []access.Folder) (access.State, error) {
	s.request("observe")
	st := s.state
	for _, f := range folders {
		st.Of.Folders = append(st.Of.Folders, f.ID)
	}
	return st, nil
}

func (s *stage) readMembers(_ context.Context, folders []access.Folder) (access.State, error) {
	s.request("members")
	var st access.State
	for _, f := range folders {
		st.Of.Folders = append(st.Of.Folders, f.ID)
		for _, g := range s.state.Grants {
			if g.Folder == f.ID {
				st.Grants = append(st.Grants, g)
			}
		}
	}
	return st, nil
}

// readMember finds what a list has left out.
func (s *stage) readMember(_ context.Context, f access.Folder, accounts []string) ([]access.Grant, error) {
	s.request("confirm")
	var found []access.Grant
	for _, g := range s.unlisted {
		if g.Folder == f.ID && slices.Contains(accounts, g.Account) {
			found = append(found, g)
		}
	}
	return found, nil
}

// observed is what is known of the folders, if they were read.
func (s *stage) observed(_ context.Context, _ *plan.Scope, folders []string) (access.State, error) {
	st := s.known.state
	st.Of.Fresh = false
	st.Of.Folders = slices.DeleteFunc(slices.Clone(folders), func(f string) bool { return !slices.Contains(s.known.state.Of.Folders, f) })
	return st, s.note("known state")
}

func (s *stage) remember(_ context.Context, _ time.Time, c *access.Catalog, st access.State) error {
	if st.Of.Accounts {
		s.known.catalog, s.known.state = c, st
	} else {
		s.known.catalog.Folders = append(s.known.catalog.Folders, c.Folders...)
		s.known.state.Grants = append(slices.Clone(s.known.state.Grants), st.Grants...)
		s.known.state.Of.Folders = append(s.known.state.Of.Folders, st.Of.Folders...)
	}
	return s.note("remember")
}

func (s *stage) schedule(_ context.Context, judged []access.PersonID, next map[access.PersonID]time.Time) error {
	s.due = slices.DeleteFunc(s.due, func(id access.PersonID) bool { return judged == nil || slices.Contains(judged, id) })
	for id, at := range next {
		if !at.After(moment) {
			s.due = append(s.due, id)
		}
	}
	return s.note("schedule")
}

func (s *stage) openIntents(context.Context) ([]plan.Change, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, "open")
	return slices.Clone(s.open), nil
}

func (s *stage) intend(_ context.Context, _ int64, changes []plan.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, fmt.Sprintf("intend %d", len(changes)))
	s.open = append(s.open, changes...)
	return nil
}

// settle closes intents as the ledger does: what is unknown stays open.
func (s *stage) settle(_ context.Context, outcomes []plan.Outcome) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, fmt.Sprintf("settle %d", len(outcomes)))
	for _, o := range outcomes {
		i := slices.IndexFunc(s.open, func(c plan.Change) bool { return c.Key == o.Key })
		if i < 0 {
			return fmt.Errorf("no intent of %s is open", o.Key)
		}
		if o.Result != plan.Unknown {
			s.open = slices.Delete(s.open, i, i+1)
		}
	}
	return nil
}

// apply does all that a step asks for, and notes a change that was not intended.
func (s *stage) apply(_ context.Context, step plan.Step) []plan.Outcome {
	s.request(fmt.Sprintf("%s %d", step.Op, len(step.Changes)))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, step.Changes...)
	for _, c := range step.Changes {
		if !slices.ContainsFunc(s.open, func(o plan.Change) bool { return o.Key == c.Key }) {
			s.breaches = append(s.breaches, string(c.Key))
		}
	}
	return done(step)
}

// done is the outcome of a step that succeeds.
func done(step plan.Step) []plan.Outcome {
	var out []plan.Outcome
	for _, c := range step.Changes {
		o := plan.Outcome{Key: c.Key, Result: plan.Done}
		switch c.Op {
		case plan.CreateAccount:
			o.Account = "new-" + c.Person.ID
		case plan.CreateFolder:
			o.Folder = "new-" + string(c.Path)
		}
		out = append(out, o)
	}
	return out
}

// failing is apply, but for the changes whose key has the given part.
func (s *stage) failing(part string, result plan.Result, why string) func(context.Context, plan.Step) []plan.Outcome {
	return func(ctx context.Context, step plan.Step) []plan.Outcome {
		out := s.apply(ctx, step)
		for i := range out {
			if strings.Contains(string(out[i].Key), part) {
				out[i] = plan.Outcome{Key: out[i].Key, Result: result, Why: why}
			}
		}
		return out
	}
}

// runner wires the stage.
func (s *stage) runner(t testing.TB) *kwsync.Runner {
	t.Helper()
	set, problems := rules.Compile(s.rules, rules.Options{
		Identities: s.identities, DefaultAs: as, Roots: []access.Path{"/Dep"},
	})
	if len(problems) > 0 {
		t.Fatalf("compile the rules: %v", problems)
	}
	r := &kwsync.Runner{
		Planner: kwsync.Planner{
			Directory: &s.directory, Reader: &s.tenant, Recall: &s.journal, Rules: set,
			Limits: guard.Limits{Mode: s.mode}, Now: func() time.Time { return moment },
		},
		Journal: &s.journal, Lease: lease{func() time.Time { return time.Time{} }},
	}
	if s.mode != guard.Observe {
		r.Tenant = &s.tenant
	}
	return r
}

// run is one run of the stage as it stands.
func (s *stage) run(t testing.TB) (kwsync.Report, error) {
	t.Helper()
	return s.runner(t).Run(t.Context(), kwsync.Trigger{Name: "test", Full: true})
}

// wrote says whether anything was sent to Kiteworks, or about to be.
func (s *stage) wrote() bool {
	return len(s.sent) > 0 || slices.ContainsFunc(s.events, func(e string) bool { return strings.HasPrefix(e, "intend") })
}

// results is how the changes of a run ended: "result key" or, with a reason, "result key: why".
func results(rep *kwsync.Report) []string {
	var out []string
	for _, o := range rep.Outcomes {
		line := fmt.Sprintf("%s %s", o.Result, o.Key)
		if o.Why != "" {
			line += ": " + o.Why
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

func notes(rep *kwsync.Report) []string {
	var out []string
	for _, n := range rep.Plan.Notes {
		out = append(out, fmt.Sprintf("%s %s %s: %s (%d)", n.Kind, n.Email, n.Rule, n.Why, n.People))
	}
	return out
}

var errDisk = errors.New("no space left on device")
