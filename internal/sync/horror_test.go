package sync_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// The tests of this file bear the names of what went wrong elsewhere; docs/horror.md tells the
// stories, and what holds each of them here.

// everyone is so many people in Fin with an account and a role of ours, and a prover to whom all are
// in place. The budgets allow everything: it is not they that hold.
func everyone(t *testing.T, n int) (*stage, *kwsync.Runner, *prover) {
	t.Helper()
	s := newStage().folder("f-fin", "/Dep/Fin")
	for i := range n {
		name := fmt.Sprintf("p%04d", i)
		s.person(name, "Fin").holds(name, "f-fin", "staff")
	}
	r, p := s.proving(t)
	r.Limits.Budgets = map[guard.Kind]guard.Budget{}
	for _, k := range guard.Kinds() {
		r.Limits.Budgets[k] = guard.Budget{Unlimited: true}
	}
	r.Limits.PerRule = &guard.PerRule{Shrink: 100}
	p.people = map[string]access.Proof{}
	for _, q := range s.snapshot.People {
		p.people[q.ID.ID] = access.Proof{Standing: access.Active, Person: &q}
	}
	return s, r, p
}

// TestHorror_OnlyTheFirst500WereRead (Grafana; Gitea at a size limit): all others were disabled.
// Here each of them is looked for, and is there.
func TestHorror_OnlyTheFirst500WereRead(t *testing.T) {
	t.Parallel()
	s, r, p := everyone(t, 800)
	s.snapshot.People = s.snapshot.People[:500]
	rep, err := r.Run(t.Context(), full)
	if err != nil || s.wrote() || rep.Notes(plan.NoteSkipped) != 300 || len(p.asked) != 300 {
		t.Errorf("Run: %v, sent %d, %d looked for, %d told of; want none, 300, 300", err, len(s.sent), len(p.asked), rep.Notes(plan.NoteSkipped))
	}
}

// TestHorror_A503OnOnePersonIsADeletion (ssosync): whoever could not be read was deleted. Here they
// are held, and the next run that can look does what is right.
func TestHorror_A503OnOnePersonIsADeletion(t *testing.T) {
	t.Parallel()
	s, r, p := everyone(t, 3)
	s.without("p0000").without("p0001")
	p.people["p0001"] = access.Proof{Standing: access.Gone}
	p.fail = map[string]error{"p0000": errors.New("503 service unavailable")}
	if _, err := r.Run(t.Context(), full); err != nil || !slices.Equal(keys(s.sent), []string{"suspend|dir:p0001"}) {
		t.Errorf("Run: %v, sent %v; want who is gone for certain, alone", err, keys(s.sent))
	}
}

// TestHorror_ARateLimitBlocksThePeople (GitLab, as it is documented there): the directory has had
// enough in the middle of the run. Here who was not looked at by then keeps everything.
func TestHorror_ARateLimitBlocksThePeople(t *testing.T) {
	t.Parallel()
	s, r, p := everyone(t, 60)
	for i := range s.snapshot.People {
		s.snapshot.People[i].Standing = access.Disabled
		p.people[s.snapshot.People[i].ID.ID] = access.Proof{Standing: access.Disabled}
	}
	r.Prove = func() kwsync.Prover { return &weary{prover: p, patience: 40} }
	rep, err := r.Run(t.Context(), full)
	if err != nil || len(s.sent) > 40 || len(s.sent)+len(rep.Withheld) != 60 || len(s.sent) == 0 {
		t.Errorf("Run: %v, %d sent, %d withheld; want 60 in all, and none that was not proved", err, len(s.sent), len(rep.Withheld))
	}
}

// weary is a prover that answers so often, and then is busy.
type weary struct {
	*prover
	patience int
}

func (w *weary) Person(ctx context.Context, id access.PersonID) (access.Proof, error) {
	if w.patience--; w.patience < 0 {
		return access.Proof{}, errors.New("LDAP result 51: busy")
	}
	return w.prover.Person(ctx, id)
}
