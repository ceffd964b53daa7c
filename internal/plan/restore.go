package plan

import (
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// planMoves finds whose address has changed in the directory, and in which order the
// accounts can follow. Whoever nothing is done for keeps the address that they have.
func (d *differ) planMoves() {
	d.moves = newMover(d.tenant)
	for i := range d.verdicts {
		v := &d.verdicts[i]
		link, linked := d.memory.Links[v.Person]
		a := d.tenant.byID[link.Account]
		if !linked || a == nil || v.Email == "" || a.Email == v.Email || !v.Account && len(v.Wishes) == 0 {
			continue
		}
		if unknowable(v) != "" || d.exit(v) != "" || d.barred(v, a) != "" {
			continue
		}
		if found, why := d.tenant.account(v); found != a || why != "" {
			continue
		}
		m := &move{person: v.Person, account: a, to: v.Email, causes: v.Causes}
		if !d.mine(v.Person, a.ID) {
			m.why = "accounts.existing is ignore, so that it is not renamed"
		}
		d.moves.add(m)
	}
	d.moves.order()
}

// restore makes an account that exists usable and named as the directory has it. Grants
// wait for the changes that they need; ok is false if nothing may be given.
func (d *differ) restore(v *access.Verdict, a *access.Account) (needs []Key, ok bool) {
	m := d.moves.moves[a.ID]
	if m != nil && m.why != "" {
		d.skip(v, fmt.Sprintf("the linked account has the address %s on Kiteworks: nothing is given until both agree; %s", a.Email, m.why))
		return nil, false
	}
	if a.Status == access.Suspended {
		c := Change{Key: Key("unsuspend|" + v.Person.String()), Op: Unsuspend, Person: v.Person, Email: a.Email, Account: a.ID, Causes: v.Causes}
		d.plan.Changes = append(d.plan.Changes, c)
		needs = append(needs, c.Key)
	}
	if m != nil {
		d.plan.Changes = append(d.plan.Changes, m.changes()...)
		needs = append(needs, m.key())
	}
	d.rename(v, a)
	return needs, true
}

// rename shows an account by the name that the directory has now, if it is still shown by
// the one that we gave it.
func (d *differ) rename(v *access.Verdict, a *access.Account) {
	given := d.link(v.Person, a.ID).Name
	if !v.Account || v.Name == "" || given == "" || a.Name != given || v.Name == a.Name {
		return
	}
	d.plan.Changes = append(d.plan.Changes, Change{
		Key: Key("set name|" + v.Person.String()), Op: SetName, Person: v.Person, Email: v.Email, Account: a.ID, From: a.Name, To: v.Name, Causes: v.Causes,
	})
}
