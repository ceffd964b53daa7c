package plan

import (
	"cmp"
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// exit says how a person has left; "": they have not, or nobody knows. Who is not known to
// be gone is never a leaver.
func (d *differ) exit(v *access.Verdict) Exit {
	switch v.Standing {
	case access.Disabled:
		return ExitDisabled
	case access.Expired:
		return ExitExpired
	case access.Gone:
		return ExitGone
	}
	switch {
	case d.memory.Leaving[v.Person].Exit == ExitOffboarded:
		return ExitOffboarded
	case v.Standing == access.OutOfScope, d.unmatched(v):
		return ExitUnmatched
	}
	return ""
}

// unmatched says that no rule applies to a person, which is a way to leave only if there is
// a ladder for it. As long as one rule is not decided, or a date may bring one back, it is not said.
func (d *differ) unmatched(v *access.Verdict) bool {
	return len(d.policy.Leavers[ExitUnmatched]) > 0 && v.Standing == access.Active && v.Skipped == "" &&
		!v.Account && len(v.Wishes)+len(v.Held)+len(v.Lapsed) == 0 && v.Next.IsZero()
}

// comeBack forgets that somebody had left who has not. Of one to whom no rule applied that
// is known only once a rule does.
func (d *differ) comeBack(v *access.Verdict) {
	l, left := d.memory.Leaving[v.Person]
	if !left || v.Standing != access.Active || l.Exit == ExitUnmatched && (v.Skipped != "" || len(v.Held) > 0) {
		return
	}
	d.learned.Returned = append(d.learned.Returned, v.Person)
}

// leave takes the steps of the ladder that are due for somebody who has left.
func (d *differ) leave(v *access.Verdict, exit Exit) {
	d.stick(v, "") // what they have stays, unless a step takes it
	if d.memory.Links[v.Person].Deleted {
		return
	}
	account, why := d.leaver(v, exit)
	switch {
	case why != "" || v.Skipped != "" && account == nil:
		d.skip(v, cmp.Or(why, v.Skipped))
		return
	case account == nil:
		return
	}
	d.remember(v, account)
	since := d.since(v, exit)
	ladder := d.ladder(exit)
	if len(ladder) == 0 {
		d.skip(v, fmt.Sprintf("%s, and `leavers` says of those who are %s nothing: what they have stays", d.called(v, exit), exit))
		return
	}
	for _, r := range ladder {
		at := since.Add(r.After)
		if d.now.Before(at) {
			d.later(v, r, at)
			break
		}
		if !d.climb(v, account, exit, r) {
			break
		}
	}
}

// called is how somebody is said to have left.
func (d *differ) called(v *access.Verdict, exit Exit) string {
	switch {
	case exit == ExitOffboarded:
		return "offboarded by " + d.memory.Leaving[v.Person].Why
	case v.Skipped != "":
		return v.Skipped
	}
	return "no rule applies"
}

// ladder is what happens to those who have left in one way. Whoever is offboarded is
// suspended at once, and is then treated as if the account of the directory were disabled.
func (d *differ) ladder(exit Exit) Ladder {
	if exit != ExitOffboarded {
		return d.policy.Leavers[exit]
	}
	ladder := Ladder{{Do: Suspend}}
	for _, r := range d.policy.Leavers[ExitDisabled] {
		if r.Do != Suspend {
			ladder = append(ladder, r)
		}
	}
	return ladder
}

// since is when a person was first seen to have left. Who was only unmatched begins anew
// when they leave for good.
func (d *differ) since(v *access.Verdict, exit Exit) time.Time {
	l, known := d.memory.Leaving[v.Person]
	if known && l.Exit == exit {
		return l.Since
	}
	since := d.now
	if known && l.Exit != ExitUnmatched && exit != ExitUnmatched {
		since = l.Since
	}
	d.learned.Leaving = append(d.learned.Leaving, Leaving{Person: v.Person, Exit: exit, Since: since})
	return since
}

// leaver is the account of somebody who has left: the linked one; where accounts that
// existed are the people's, also one that their address finds. nil: there is none to act on, and why.
func (d *differ) leaver(v *access.Verdict, exit Exit) (*access.Account, string) {
	account, why := d.accountOf(v, exit)
	if account == nil {
		return nil, why
	}
	return account, cmp.Or(d.policy.Never[account.Email], d.policy.Never[v.Email], untouchable(account))
}

// accountOf finds the account of somebody who has left. Who is only unmatched was never
// linked by a rule, or is: a human's account is not looked for.
func (d *differ) accountOf(v *access.Verdict, exit Exit) (*access.Account, string) {
	if l, linked := d.memory.Links[v.Person]; linked {
		a := d.tenant.byID[l.Account]
		if a == nil {
			return nil, fmt.Sprintf("%s; the linked account %s is no longer on Kiteworks", v.Skipped, l.Account)
		}
		return a, ""
	}
	if !d.policy.Existing || v.Email == "" || exit == ExitUnmatched {
		return nil, ""
	}
	a, _ := d.tenant.byAddress(v.Email)
	if a == nil || a.Kind != access.User || a.Status == access.Deleted {
		return nil, ""
	}
	if other, taken := d.tenant.owner[a.ID]; taken && other != v.Person {
		return nil, fmt.Sprintf("%s; the account of %s belongs to another person of the directory, %s", v.Skipped, v.Email, other)
	}
	return a, ""
}

// later reports which step comes next, and has the person looked at again then. What deletes
// is left to a run that sees everything.
func (d *differ) later(v *access.Verdict, r Rung, at time.Time) {
	if r.Do != Delete {
		d.plan.Next[v.Person] = at
	}
	d.skip(v, fmt.Sprintf("%s; next: %s on %s", d.called(v, d.exit(v)), r.Do, at.UTC().Format(time.DateOnly)))
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

// mine says whether an account is treated as one that we made.
func (d *differ) mine(id access.PersonID) bool {
	return d.policy.Existing || d.memory.Links[id].Created
}

// suspend switches an account off that is on. One that we had switched off, and somebody has
// switched on again, stays as they want it.
func (d *differ) suspend(v *access.Verdict, a *access.Account, exit Exit) (on bool) {
	link := d.memory.Links[v.Person]
	switch {
	case !d.mine(v.Person):
		d.skip(v, d.called(v, exit)+"; the account existed before and is not ours (accounts.existing): it is not suspended")
		return true
	case a.Status != access.Live && a.Status != access.Unverified:
		return true
	case link.Suspended:
		d.skip(v, d.called(v, exit)+"; somebody has lifted our suspension: the account stays as it is")
		return false
	}
	d.plan.Changes = append(d.plan.Changes, Change{
		Key: Key("suspend|" + v.Person.String()), Op: Suspend, Person: v.Person, Email: a.Email, Account: a.ID,
		Exit: exit, Ordered: exit == ExitOffboarded,
	})
	return true
}
