package app

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// changedRules are those that the next run takes for changed.
func (s *site) changedRules(t *testing.T) []string {
	t.Helper()
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	p, closePlanner, err := OpenPlanner(t.Context(), c, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = closePlanner() }()
	u, _, _, err := p.Brakes.Load(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(u.Changed))
}

// act makes one run by the configuration as it stands.
func (s *site) act(t *testing.T, trigger kwsync.Trigger) {
	t.Helper()
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := OpenActor(t.Context(), c, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if _, err := a.Run(t.Context(), trigger, ""); err != nil {
		t.Fatal(err)
	}
}

// disownAll gives up all that is ours.
func (s *site) disownAll(t *testing.T) {
	t.Helper()
	c, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	err = write(t.Context(), c, func(book *ledger.Ledger) error {
		m, err := book.Recall(t.Context(), nil)
		if err != nil {
			return err
		}
		return book.Disown(t.Context(), ledger.Actor{}, slices.Collect(maps.Keys(m.Owned)), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAChangedRuleIsKnownAsSuchUntilARunHasJudgedEverybodyByIt, and one that is gone for as
// long as something is ours because of it.
func TestAChangedRuleIsKnownAsSuchUntilARunHasJudgedEverybodyByIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	everybody := kwsync.Trigger{Name: "full", Full: true}
	configure := func(pairs ...string) func() { return func() { s.configure(t, pairs...) } }
	act := func(trigger kwsync.Trigger) func() { return func() { s.act(t, trigger) } }
	steps := []struct {
		name string
		do   func()
		want []string
	}{
		{"nothing was given yet", func() {}, nil},
		{"a run about one person", act(kwsync.Trigger{Name: "apply", Full: true, Named: []string{"ann@corp.example"}}), []string{"staff"}},
		{"one about everybody", act(everybody), nil},
		{"the rule gives another role", configure("ROLE", "Manager"), []string{"staff"}},
		{"a run about one person again", act(kwsync.Trigger{Name: "apply", Full: true, Named: []string{"ann@corp.example"}}), []string{"staff"}},
		{"a run that was reviewed", act(kwsync.Trigger{Name: "apply", Full: true, Approved: kwsync.Approve(plan.Plan{})}), []string{"staff"}},
		{"one about everybody again", act(everybody), nil},
		{"it stands behind a comment", configure("rules:", "rules: # who gets what"), nil},
		{"one of another name gives less", configure("name: staff", "name: workers", "ROLE", "Viewer"), []string{"staff"}},
		{"and what the old one gave is there", act(everybody), []string{"staff"}},
		{"it gives as much", configure("name: staff", "name: workers", "ROLE", "Collaborator"), []string{"staff", "workers"}},
		{"and a run has seen to it", act(everybody), nil},
		{"nothing is ours any more", func() { s.disownAll(t); s.act(t, everybody) }, nil},
	}
	for _, step := range steps {
		step.do()
		if diff := cmp.Diff(step.want, s.changedRules(t)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}
