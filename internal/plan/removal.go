package plan

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// removal is an account whose time to be deleted has come.
type removal struct {
	verdict *access.Verdict
	account *access.Account
	exit    Exit
	rung    Rung
}

// patience is how long ago the last run about everybody may have been. After more than
// that the program was off or the clock has jumped: what cannot be undone waits for the next.
const patience = 8 * 24 * time.Hour

// remove deletes accounts: last of all, when nothing else is to be done for the person, by
// a plan that sees everybody and everything, and with somebody to have the data.
func (d *differ) remove() {
	busy := d.busy()
	for _, r := range d.removals {
		if r.account.Status == access.Deleted {
			continue
		}
		why := d.spared(r, busy)
		if why == "" && (!d.tenant.fresh || d.policy.Rivals != nil) {
			continue // the next run about everybody sees to it
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

// spared says why an account whose time has come is not deleted yet, or never; "": it is.
func (d *differ) spared(r removal, busy map[access.PersonID]bool) string {
	switch {
	case !d.mine(r.verdict.Person, r.account.ID):
		return "the account existed before and is not ours (accounts.existing): it is not deleted"
	case busy[r.verdict.Person], live(r.account) && d.ladder(r.verdict, r.exit).has(Suspend):
		return "it is deleted when the steps before are done"
	case !d.memory.Full.IsZero() && d.now.Sub(d.memory.Full) > patience:
		return fmt.Sprintf("there was no full run since %s: look at the clock; it is deleted by the next one", d.memory.Full.UTC().Format(time.DateOnly))
	}
	return ""
}

// busy are the people to be deleted for whom something is to be done before: it is planned,
// or the folder where something of ours ends was not looked at.
func (d *differ) busy() map[access.PersonID]bool {
	if len(d.removals) == 0 {
		return nil
	}
	busy := map[access.PersonID]bool{}
	for _, c := range d.plan.Changes {
		busy[c.Person] = true
	}
	for key, o := range d.memory.Owned {
		_, there := d.atlas.byID[key.Folder]
		if o.Lost == "" && d.leaving[o.Person] != "" && there && !d.tenant.observed[key.Folder] {
			busy[o.Person] = true
		}
	}
	return busy
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
	}
	if owner, owned := d.tenant.owner[a.ID]; owned {
		if why := d.unemployed(d.verdict(owner), string(a.Email)); why != "" {
			return nil, why
		}
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

// heirAccount finds the account of an heir. A person's is the linked one, else the one of the
// address that they have now, and only as long as they are known to be employed.
func (d *differ) heirAccount(h access.Heir) (*access.Account, string) {
	if h.Person == (access.PersonID{}) {
		return d.accountAt(h.Email)
	}
	v := d.verdict(h.Person)
	if why := d.unemployed(v, cmp.Or(string(h.Email), h.Person.String())); why != "" {
		return nil, why
	}
	if l, linked := d.memory.Links[h.Person]; linked {
		if a := d.tenant.byID[l.Account]; a != nil {
			return a, ""
		}
		return nil, fmt.Sprintf("the account of %s is no longer on Kiteworks", v.Email)
	}
	a, why := d.accountAt(v.Email)
	if a != nil && d.tenant.owner[a.ID] != h.Person && d.tenant.owner[a.ID] != (access.PersonID{}) {
		return nil, fmt.Sprintf("%s is the address of somebody else's account", v.Email)
	}
	return a, why
}

func (d *differ) accountAt(e access.Email) (*access.Account, string) {
	a, why := d.tenant.byAddress(e)
	if a == nil && why == "" {
		why = fmt.Sprintf("%s has no account", cmp.Or(string(e), "who has no address"))
	}
	return a, why
}

// unemployed says why somebody cannot have data: they have left, or may have.
func (d *differ) unemployed(v *access.Verdict, name string) string {
	switch {
	case v != nil && d.exit(v) != "":
		return name + " has left too"
	case v == nil || v.Standing != access.Active:
		return name + " is not known to be employed"
	}
	return ""
}
