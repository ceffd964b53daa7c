package plan

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// removal is an account whose time to be deleted has come.
type removal struct {
	verdict *access.Verdict
	account *access.Account
	exit    Exit
	rung    Rung
}

// remove deletes accounts: last of all, when nothing else is to be done for the person, by
// a plan that sees everybody and everything, and with somebody to have the data.
func (d *differ) remove() {
	busy := d.busy()
	for _, r := range d.removals {
		why := ""
		switch {
		case r.account.Status == access.Deleted:
			continue
		case !d.mine(r.verdict.Person):
			why = "the account existed before and is not ours (accounts.existing): it is not deleted"
		case !d.tenant.fresh || d.policy.Rivals != nil:
			continue
		case busy[r.verdict.Person] || r.account.Status == access.Live && d.hasStep(r.exit, Suspend):
			why = "it is deleted when the steps before are done"
		}
		var heir *access.Account
		if why == "" {
			heir, why = d.heir(r)
		}
		if why != "" {
			d.skip(r.verdict, d.called(r.verdict, r.exit)+"; "+why)
			continue
		}
		d.plan.Changes = append(d.plan.Changes, Change{
			Key: Key("delete|" + r.verdict.Person.String()), Op: Delete, Person: r.verdict.Person, Email: r.account.Email,
			Account: r.account.ID, Exit: r.exit, Retain: &Retention{Heir: heir.ID}, From: r.account.Status.String(), To: string(heir.Email),
		})
	}
}

// busy are the people to be deleted for whom something is to be done before.
func (d *differ) busy() map[access.PersonID]bool {
	if len(d.removals) == 0 {
		return nil
	}
	busy, ladder := map[access.PersonID]bool{}, map[access.PersonID]bool{}
	for _, r := range d.removals {
		ladder[r.verdict.Person] = d.hasStep(r.exit, Revoke)
	}
	for _, c := range d.plan.Changes {
		busy[c.Person] = true
	}
	for _, o := range d.memory.Owned {
		if o.Lost == "" && ladder[o.Person] {
			busy[o.Person] = true
		}
	}
	return busy
}

func (d *differ) hasStep(exit Exit, do Op) bool {
	for _, r := range d.ladder(exit) {
		if r.Do == do {
			return true
		}
	}
	return false
}

// heir finds who gets the data of an account, or says why neither of those can have it who
// were to.
func (d *differ) heir(r removal) (*access.Account, string) {
	heir, first := d.inherits(r, r.rung.DataTo)
	if first == "" {
		return heir, ""
	}
	if r.rung.OrTo == "" {
		return nil, "it is not deleted, for nobody can have its data: " + first
	}
	heir, second := d.inherits(r, r.rung.OrTo)
	if second != "" {
		return nil, fmt.Sprintf("it is not deleted, for nobody can have its data: %s; %s", first, second)
	}
	return heir, ""
}

// inherits looks whether one of whom a ladder speaks can have the data.
func (d *differ) inherits(r removal, as string) (*access.Account, string) {
	kept, why := d.kept(r.verdict.Person, as)
	if why != "" {
		return nil, why
	}
	a, why := d.heirAccount(kept)
	switch {
	case why != "":
		return nil, why
	case a.ID == r.account.ID:
		return nil, fmt.Sprintf("%s is the account itself", a.Email)
	case a.Kind != access.User && a.Kind != access.Admin:
		return nil, fmt.Sprintf("%s is a %s", a.Email, a.Kind)
	case a.Status != access.Live:
		return nil, fmt.Sprintf("%s is %s on Kiteworks", a.Email, a.Status)
	case d.hasLeft(a):
		return nil, fmt.Sprintf("%s has left too", a.Email)
	}
	return a, ""
}

// kept is the heir as found while the person was employed; an address is its own.
func (d *differ) kept(id access.PersonID, as string) (access.Heir, string) {
	for _, h := range d.memory.Links[id].Heirs {
		if h.As == as {
			return h, ""
		}
	}
	if e, err := access.ParseEmail(as); err == nil && !strings.Contains(as, "{{") {
		return access.Heir{As: as, Email: e}, ""
	}
	return access.Heir{}, fmt.Sprintf("no %s was known while the person was employed", as)
}

// heirAccount finds the account of an heir: that of the person, as it is linked, else by address.
func (d *differ) heirAccount(h access.Heir) (*access.Account, string) {
	if l, linked := d.memory.Links[h.Person]; linked {
		if a := d.tenant.byID[l.Account]; a != nil {
			return a, ""
		}
	}
	a, why := d.tenant.byAddress(h.Email)
	if a == nil && why == "" {
		why = fmt.Sprintf("%s has no account", cmp.Or(string(h.Email), h.Person.String()))
	}
	return a, why
}

// hasLeft says whether an account is that of somebody who has left, as far as is known.
func (d *differ) hasLeft(a *access.Account) bool {
	owner, owned := d.tenant.owner[a.ID]
	if !owned {
		return false
	}
	v := d.verdict(owner)
	return v == nil || d.exit(v) != ""
}
