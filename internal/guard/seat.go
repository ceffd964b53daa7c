package guard

import (
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// seat stops the accounts for which no licence is left. A plan has them in the order in
// which they wait.
func (s *splitter) seat(w World) {
	if s.limits.Seats == 0 {
		return
	}
	taken := s.taken(w.State)
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

// taken counts the accounts that take a seat: those that were read just now, if that were
// all, else those that are known of.
func (s *splitter) taken(st access.State) (n int) {
	if !st.Of.Accounts || !st.Of.Fresh {
		return s.usage.Seats
	}
	for i := range st.Accounts {
		if a := &st.Accounts[i]; (a.Kind == access.User || a.Kind == access.Admin) && a.Status != access.Deleted {
			n++ // an administrator is a user like others to a licence
		}
	}
	return n
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
