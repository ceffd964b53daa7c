package plan

import (
	"cmp"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// exit says how a person has left; "": they have not, or nobody knows. An administrator's
// order holds whatever the directory says, until the directory says as much.
func (d *differ) exit(v *access.Verdict) Exit {
	if d.memory.Leaving[v.Person].Exit == ExitOffboarded && !d.agreed(v) {
		return ExitOffboarded
	}
	if exit := departure(v.Standing); exit != "" {
		return exit
	}
	if v.Standing == access.OutOfScope || d.unmatched(v) {
		return ExitUnmatched
	}
	return ""
}

// agreed says whether the directory has caught up with an order to offboard somebody: they
// have left for good there, there is a ladder for that, and what was ordered at once is done.
func (d *differ) agreed(v *access.Verdict) bool {
	a := d.tenant.byID[d.memory.Links[v.Person].Account]
	return len(d.policy.Leavers[departure(v.Standing)]) > 0 && (a == nil || !live(a))
}

// departure is how somebody has left for good, by what the directory says; "": they have not.
func departure(s access.Standing) Exit {
	switch s {
	case access.Disabled:
		return ExitDisabled
	case access.Expired:
		return ExitExpired
	case access.Gone:
		return ExitGone
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
	if v.Standing != access.Active || l.Exit == ExitUnmatched && (v.Skipped != "" || len(v.Held) > 0) {
		return
	}
	if left {
		d.learned.Returned = append(d.learned.Returned, v.Person)
	}
	if d.lifted(v.Person) && d.tenant.fresh {
		d.learned.Lifted = append(d.learned.Lifted, v.Person)
	}
}

// lifted says whether somebody else has switched an account on again that we had suspended,
// or restored one that we had deleted.
func (d *differ) lifted(id access.PersonID) bool {
	l := d.memory.Links[id]
	a := d.tenant.byID[l.Account]
	return a != nil && (l.Suspended && live(a) || l.Deleted && a.Status != access.Deleted)
}

// ladder is what happens to a person who has left.
func (d *differ) ladder(v *access.Verdict, exit Exit) Ladder {
	return d.policy.Ladder(exit, v.Standing)
}

// Ladder is what happens to those who have left in one way, and of whom the directory says
// this. Whoever is offboarded is suspended at once; what comes after that is as the directory
// says that they have left, or else as if it had disabled them.
func (p Policy) Ladder(exit Exit, s access.Standing) Ladder {
	if exit != ExitOffboarded {
		return p.Leavers[exit]
	}
	further := p.Leavers[departure(s)]
	if len(further) == 0 {
		further = p.Leavers[ExitDisabled]
	}
	ladder := Ladder{{Do: Suspend}}
	for _, r := range further {
		if r.Do != Suspend {
			ladder = append(ladder, r)
		}
	}
	return ladder
}

// has says whether a ladder has a step of this kind.
func (l Ladder) has(do Op) bool {
	for _, r := range l {
		if r.Do == do {
			return true
		}
	}
	return false
}

// since is when a person was first seen to have left. Who was only unmatched begins anew
// when they leave for good. A moment that is not known, or still to come because a clock was
// wrong, is now: nothing is sooner by that, and nothing waits for years.
func (d *differ) since(v *access.Verdict, exit Exit) time.Time {
	l, known := d.memory.Leaving[v.Person]
	since := d.now
	on := known && (l.Exit == exit || l.Exit != ExitUnmatched && exit != ExitUnmatched)
	if on && !l.Since.IsZero() && l.Since.Before(d.now) {
		since = l.Since
	}
	if !known || l.Exit != exit || !l.Since.Equal(since) {
		d.learned.Leaving = append(d.learned.Leaving, Leaving{Person: v.Person, Exit: exit, Since: since, Why: l.Why})
	}
	return since
}

// called is how somebody is said to have left.
func (d *differ) called(v *access.Verdict, exit Exit) string {
	if exit == ExitOffboarded {
		return "offboarded by " + d.memory.Leaving[v.Person].Why
	}
	return cmp.Or(v.Skipped, "no rule applies")
}
