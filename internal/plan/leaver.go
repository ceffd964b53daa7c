package plan

import (
	"cmp"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// leave takes the steps of the ladder that are due for somebody who has left.
func (d *differ) leave(v *access.Verdict, exit Exit) {
	d.stick(v, "") // what they have stays, unless a step takes it
	account, why := d.leaver(v, exit)
	switch {
	case why != "":
		d.skip(v, d.called(v, exit)+"; "+why)
		return
	case account == nil:
		if v.Skipped != "" && !d.memory.Links[v.Person].Deleted {
			d.skip(v, v.Skipped)
		}
		return
	}
	d.remember(v, account)
	since, ladder := d.since(v, exit), d.ladder(v, exit)
	if len(ladder) == 0 {
		d.skip(v, fmt.Sprintf("%s, and `leavers` says of those who are %s nothing: what they have stays", d.called(v, exit), exit))
		return
	}
	for _, r := range ladder {
		at := since.Add(r.After)
		if d.now.Before(at) {
			d.later(v, exit, r, at)
			break
		}
		if !d.climb(v, account, exit, r) {
			break
		}
	}
}

// leaver is the account of somebody who has left: the linked one; where accounts that
// existed are the people's, also one that their address finds. nil: there is none to act on, and why.
func (d *differ) leaver(v *access.Verdict, exit Exit) (*access.Account, string) {
	account, why := d.accountOf(v, exit)
	if account == nil || why != "" {
		return nil, why
	}
	if why := cmp.Or(d.barred(v, account), untouchable(account)); why != "" {
		return nil, why
	}
	if d.memory.Links[v.Person].Deleted && d.lifted(v.Person) {
		return nil, "somebody has restored the account that we had deleted: it stays as it is"
	}
	return account, ""
}

// accountOf finds the account of somebody who has left. Who is only unmatched was never
// linked by a rule, or is: a human's account is not looked for.
func (d *differ) accountOf(v *access.Verdict, exit Exit) (*access.Account, string) {
	if l, linked := d.memory.Links[v.Person]; linked {
		a := d.tenant.byID[l.Account]
		switch {
		case d.tenant.removed(l):
			return nil, ""
		case a == nil:
			return nil, fmt.Sprintf("the linked account %s is no longer on Kiteworks", l.Account)
		}
		return a, ""
	}
	if !d.policy.Existing || v.Email == "" || exit == ExitUnmatched {
		return nil, ""
	}
	a, why := d.tenant.byAddress(v.Email)
	if a == nil || why != "" || a.Kind != access.User || a.Status == access.Deleted {
		return nil, why
	}
	if other, taken := d.tenant.owner[a.ID]; taken && other != v.Person {
		return nil, fmt.Sprintf("the account of %s belongs to another person of the directory, %s", v.Email, other)
	}
	return a, ""
}

// later reports which step comes next, and has the person looked at again then. What deletes
// is left to a run that sees everything.
func (d *differ) later(v *access.Verdict, exit Exit, r Rung, at time.Time) {
	if r.Do != Delete {
		d.plan.Next[v.Person] = at
	}
	d.skip(v, fmt.Sprintf("%s; next: %s on %s", d.called(v, exit), r.Do, at.UTC().Format(time.DateOnly)))
}

// climb takes one step, and says whether the next may be looked at.
func (d *differ) climb(v *access.Verdict, a *access.Account, exit Exit, r Rung) bool {
	switch r.Do {
	case Suspend:
		return d.suspend(v, a, exit)
	case Revoke:
		d.leaving[v.Person] = exit
	case Delete:
		d.removals = append(d.removals, removal{v, a, exit, r})
	}
	return true
}

// suspend switches an account off that is on. One that we had switched off, and somebody has
// switched on again, stays as they want it.
func (d *differ) suspend(v *access.Verdict, a *access.Account, exit Exit) (on bool) {
	switch {
	case !d.mine(v.Person, a.ID):
		d.skip(v, d.called(v, exit)+"; the account existed before and is not ours (accounts.existing): it is not suspended")
		return true
	case !live(a):
		return true
	case d.lifted(v.Person), d.memory.Leaving[v.Person].Lifted:
		if d.lifted(v.Person) && d.tenant.fresh {
			d.learned.Lifted = append(d.learned.Lifted, v.Person) // whoever switches it off again is not us
		}
		d.skip(v, d.called(v, exit)+"; somebody has lifted our suspension: the account stays as it is")
		return false
	}
	d.plan.Changes = append(d.plan.Changes, Change{
		Key: Key("suspend|" + v.Person.String()), Op: Suspend, Person: v.Person, Email: a.Email, Account: a.ID,
		Exit: exit, Ordered: exit == ExitOffboarded,
	})
	return true
}
