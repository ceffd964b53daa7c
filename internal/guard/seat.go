package guard

import (
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// seat stops the accounts for which no licence is left. A plan has them in the order in
// which they wait. Where the accounts were not all read, and just now, it is the server that
// says so.
func (s *splitter) seat(w World) {
	if s.limits.Seats == 0 || !w.State.Of.Accounts || !w.State.Of.Fresh {
		return
	}
	taken := 0
	for i := range w.State.Accounts {
		if a := &w.State.Accounts[i]; (a.Kind == access.User || a.Kind == access.Admin) && a.Status != access.Deleted {
			taken++ // an administrator is a user like others to a licence
		}
	}
	why := fmt.Sprintf("no seat is left: %d of %d are taken (accounts.seats)", taken, s.limits.Seats)
	for i := range s.changes {
		if s.changes[i].Op != plan.CreateAccount || s.stopped(i) {
			continue
		}
		if taken >= s.limits.Seats {
			s.stop(i, BySeats, why)
			continue
		}
		taken++
	}
}

// opened says why what a rule gives waits: the groups that it shuts people out by have lost
// too many of them at once (promise P2); "": they have not.
func (s *splitter) opened(kind Kind, rule string) string {
	before, now := s.usage.Excluded[rule], s.excluded[rule]
	if kind != Grant && kind != Create || before == 0 || now >= before {
		return ""
	}
	per := s.limits.perRule()
	if before-now <= max(per.Floor, share(per.Shrink, before)) {
		return ""
	}
	return fmt.Sprintf("the groups that rule %s shuts out had %d people, and have %d: look at them, then approve", rule, before, now)
}
