package plan

import (
	"cmp"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Adoption is what is taken into ownership, or given up.
type Adoption struct {
	Grants   []access.Owned // by folder, then account
	Accounts []Link         // by account
}

// Ours is what is ours already.
func Ours(m Memory) Adoption {
	var a Adoption
	for _, o := range m.Owned {
		if o.Lost == "" {
			a.Grants = append(a.Grants, o)
		}
	}
	for _, l := range m.Links {
		if l.Created {
			a.Accounts = append(a.Accounts, l)
		}
	}
	a.sort()
	return a
}

// Adoptable finds what the rules explain already: grants that somebody else gave
// to a person, on the very folder and of the very role that the rules ask for, and
// accounts that existed before us and that a rule asks for. What was ours and somebody
// else has changed is theirs, and stays so: that was told as drift. A person's account
// is found as Diff finds it. Of a grant that is adopted nothing was there before
// us: whoever ends it takes it away.
func Adoptable(verdicts []access.Verdict, c *access.Catalog, st access.State, m Memory, p Policy) Adoption {
	verdicts = byPerson(verdicts)
	d := newDiffer(verdicts, c, st, m, p)
	var found Adoption
	for i := range verdicts {
		d.adopt(&verdicts[i], &found)
	}
	found.sort()
	return found
}

func (a *Adoption) sort() {
	slices.SortFunc(a.Grants, func(x, y access.Owned) int {
		return cmp.Or(cmp.Compare(x.Folder, y.Folder), cmp.Compare(x.Account, y.Account))
	})
	slices.SortFunc(a.Accounts, func(x, y Link) int { return cmp.Compare(x.Account, y.Account) })
}

// adopt adds what may be adopted of one person.
func (d *differ) adopt(v *access.Verdict, to *Adoption) {
	if _, never := d.policy.Never[v.Email]; never || v.Skipped != "" {
		return
	}
	account, why := d.tenant.account(v)
	if account == nil || why != "" {
		return
	}
	d.remember(v, account)
	if l, linked := d.memory.Links[v.Person]; linked && !l.Created && v.Account {
		to.Accounts = append(to.Accounts, l)
	}
	for _, t := range d.targets(v, account.ID) {
		key := GrantKey{Account: account.ID, Folder: t.folder.ID}
		have, there := d.tenant.grants.find(key)
		_, gave := d.memory.Owned[key]
		if !there || have.Origin != "" || !same(have.Role, t.role.Name) || gave {
			continue
		}
		to.Grants = append(to.Grants, access.Owned{
			Person: v.Person, Account: account.ID, Folder: t.folder.ID, As: t.place.As, Role: have.Role,
			SharedBy: have.SharedBy, Created: have.Created, Causes: undated(t.causes),
		})
	}
}

// same says whether two names mean one role.
func same(a, b string) bool { return a == b || access.FoldName(a) == access.FoldName(b) }
