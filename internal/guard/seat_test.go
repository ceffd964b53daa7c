package guard_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestSeatsAreTakenInTheOrderOfTheRules: who does not get one waits, with what needs their
// account, and the rest goes on.
func TestSeatsAreTakenInTheOrderOfTheRules(t *testing.T) {
	t.Parallel()
	joiner := func(person, rule string, turn int) []plan.Change {
		c := create(person, rule)
		c.Turn = turn
		g := on(plan.Grant, person, "plain", rule)
		g.Account, g.Needs = "", []plan.Key{c.Key}
		return []plan.Change{c, g}
	}
	joiners := append(append(joiner("ann", "late", 1), joiner("bob", "first", 0)...), joiner("eve", "late", 1)...)
	accounts := func(n int, change ...func(*access.Account)) guard.World {
		w := world("ann", "bob", "eve", "old")
		w.State.Of.Fresh = true
		for i := range n {
			a := access.Account{ID: fmt.Sprintf("u-%d", i), Kind: access.User, Status: access.Live}
			for _, f := range change {
				f(&a)
			}
			w.State.Accounts = append(w.State.Accounts, a)
		}
		return w
	}
	partly := func(of func(*access.Scope)) guard.World {
		w := accounts(10)
		of(&w.State.Of)
		return w
	}
	all := []plan.Key{"account|ann", "account|bob", "account|eve", "grant|ann|plain", "grant|bob|plain", "grant|eve|plain", "revoke|old|plain"}
	without := func(names ...string) []plan.Key {
		var rest []plan.Key
		for _, k := range all {
			out := false
			for _, n := range names {
				out = out || strings.Contains(string(k), n)
			}
			if !out {
				rest = append(rest, k)
			}
		}
		return rest
	}
	tests := []struct {
		name  string
		seats int
		world guard.World
		holds []guard.Hold
		want  []plan.Key
	}{
		{"nobody has said how many there are", 0, accounts(10), nil, all},
		{"enough", 13, accounts(10), nil, all},
		{"two", 12, accounts(10), nil, without("eve")},
		{"one, for the first rule", 11, accounts(10), nil, without("ann", "eve")},
		{"none", 10, accounts(10), nil, without("ann", "bob", "eve")},
		{"fewer than are taken", 5, accounts(10), nil, without("ann", "bob", "eve")},
		{"recipients take none", 10, accounts(10, func(a *access.Account) { a.Kind = access.Recipient }), nil, all},
		{"administrators take one", 10, accounts(10, func(a *access.Account) { a.Kind = access.Admin }), nil, without("ann", "bob", "eve")},
		{"deleted accounts take none", 10, accounts(10, func(a *access.Account) { a.Status = access.Deleted }), nil, all},
		{"suspended accounts take one", 10, accounts(10, func(a *access.Account) { a.Status = access.Suspended }), nil, without("ann", "bob", "eve")},
		{"who is on hold takes none", 12, accounts(10), []guard.Hold{{Scope: guard.HoldPerson, Key: id("bob").String(), Why: "test"}}, without("bob")},
		{"the accounts were not all read: one is known to be left", 8, partly(func(s *access.Scope) { s.Accounts = false }), nil, without("ann", "eve")},
		{"they are what was last known: one is left", 8, partly(func(s *access.Scope) { s.Fresh = false }), nil, without("ann", "eve")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := unlimited()
			l.Seats = tt.seats
			d := split(append([]plan.Change{on(plan.Revoke, "old", "plain", "late")}, joiners...), tt.world, l, guard.Usage{Seats: 7}, tt.holds...)
			if diff := cmp.Diff(tt.want, keys(d.Allowed.Changes)); diff != "" {
				t.Errorf("allowed (-want +got):\n%s", diff)
			}
			for _, w := range d.Withheld {
				if w.Brake == guard.BySeats && !strings.HasPrefix(w.Why, "no seat is left: ") {
					t.Errorf("%s waits because %q", w.Change.Key, w.Why)
				}
			}
		})
	}
}
