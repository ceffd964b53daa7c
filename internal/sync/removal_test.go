package sync_test

import (
	"slices"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// overdue is ann, who has left long ago and whose account is to be deleted; bob, who manages
// her, is to have her data.
func overdue() *stage {
	s := employed().standing("ann", access.Disabled)
	delete(s.memory.Owned, plan.GrantKey{Account: "u-ann", Folder: "f-fin"})
	s.state.Grants = slices.DeleteFunc(s.state.Grants, func(g access.Grant) bool { return g.Account == "u-ann" })
	for i := range s.state.Accounts {
		if s.state.Accounts[i].ID == "u-ann" {
			s.state.Accounts[i].Status = access.Suspended
		}
	}
	s.memory.Links[id("ann")] = plan.Link{
		Person: id("ann"), Account: "u-ann", Created: true, Suspended: true,
		Heirs: []access.Heir{{As: "manager", Person: id("bob"), Email: "bob@corp.example"}},
	}
	s.memory.Leaving[id("ann")] = plan.Leaving{Person: id("ann"), Exit: plan.ExitDisabled, Since: moment.Add(-100 * 24 * time.Hour)}
	return s
}

// TestP02_ADeletionIsConfirmedWithItsHeir: both are looked at afresh, and only a run about
// everybody deletes.
func TestP02_ADeletionIsConfirmedWithItsHeir(t *testing.T) {
	t.Parallel()
	deleted := []string{"delete|dir:ann"}
	for name, test := range map[string]struct {
		trigger kwsync.Trigger
		now     func(*prover)
		sent    []string
	}{
		"as it was":                    {trigger: full, sent: deleted},
		"the heir has left by now":     {trigger: full, now: found("bob", access.Disabled)},
		"of the heir nobody knows":     {trigger: full, now: failing("bob")},
		"she is back":                  {trigger: full, now: found("ann", access.Active)},
		"a run about her alone":        {trigger: kwsync.Trigger{Name: "apply", Full: true, Named: []string{"ann@corp.example"}}},
		"a run about her and her heir": {trigger: kwsync.Trigger{Name: "apply", Full: true, Named: []string{"ann@corp.example", "bob@corp.example"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := overdue()
			r, p := s.proving(t)
			ladder := append(slices.Clone(r.Policy.Leavers[plan.ExitDisabled]), plan.Rung{After: 90 * 24 * time.Hour, Do: plan.Delete, DataTo: "manager"})
			r.Policy.Leavers = map[plan.Exit]plan.Ladder{plan.ExitDisabled: ladder}
			if test.now != nil {
				test.now(p)
			}
			rep, err := r.Run(t.Context(), test.trigger)
			if err != nil {
				t.Fatal(err)
			}
			if got := keys(s.sent); !slices.Equal(got, test.sent) {
				t.Errorf("sent %v, want %v; withheld %q, notes %q", got, test.sent, withheld(&rep), notes(&rep))
			}
		})
	}
}
