package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// claim notes of a grant of ours that a rule asks for: whether a weaker role is enough by
// now, and by which rules we give it from now on.
func (d *differ) claim(key GrantKey, o access.Owned, t *target) {
	if d.atlas.weaker(t.role.Name, o.Role) {
		d.weaker[key] = t.role // why we gave the stronger one is remembered until it is gone
		return
	}
	if causes := undated(t.causes); !slices.EqualFunc(causes, o.Causes, access.Cause.Same) {
		d.learned.Causes[key] = causes
	}
}

// verdict is what was decided of a person; nil: nothing was.
func (d *differ) verdict(id access.PersonID) *access.Verdict {
	i, found := slices.BinarySearchFunc(d.verdicts, id, func(v access.Verdict, id access.PersonID) int { return v.Person.Compare(id) })
	if !found {
		return nil
	}
	return &d.verdicts[i]
}

// end takes away what is ours and what nothing asks for any more, down to what was there
// before us, where that is certain (promises P2 and P3).
func (d *differ) end() {
	for key, o := range d.memory.Owned {
		wanted, less := d.weaker[key]
		if o.Lost != "" || d.learned.Lost[key] != "" || d.asked[key] && !less {
			continue
		}
		v := d.verdict(o.Person)
		if v == nil || d.frozen(v, o) {
			continue
		}
		if c, ends := d.ending(v, key, o, wanted.Name); ends {
			d.ended[key] = &c
		}
	}
	keys := make([]GrantKey, 0, len(d.ended))
	for key := range d.ended {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b GrantKey) int {
		return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Account, b.Account))
	})
	for _, key := range keys {
		delete(d.learned.Causes, key)
		d.plan.Changes = append(d.plan.Changes, *d.ended[key])
	}
}

// frozen says whether what a person has from us stays, because it is not decided what
// they should have: a rule that gave it is held or blocked, or the person is. Of somebody who
// has left it is decided.
func (d *differ) frozen(v *access.Verdict, o access.Owned) bool {
	if d.leaving[v.Person] != "" {
		return false
	}
	stuck := d.stuck[v.Person]
	return slices.Contains(stuck, "") || slices.ContainsFunc(o.Causes, func(c access.Cause) bool { return slices.Contains(stuck, c.Rule) })
}

// ending is the change that takes a grant of ours down to the wanted role or to what was
// there before us, whichever is more. What was not looked at, and what a role from above
// hides, stays.
func (d *differ) ending(v *access.Verdict, key GrantKey, o access.Owned, wanted string) (c Change, ends bool) {
	have, there := d.tenant.grants.find(key)
	account := d.tenant.byID[key.Account]
	switch {
	case !d.tenant.observed[key.Folder], account == nil:
		return c, false
	case there && have.Origin != "":
		d.hold(v, firstRule(o.Causes), fmt.Sprintf("has %s on %s from a folder above: what we gave there ends after that", have.Role, d.atlas.byID[key.Folder].Path))
		return c, false
	case !there && d.tenant.shown(key.Account):
		return c, false // of an account that is in use, lists show all there is
	}
	c = Change{
		Op: Revoke, Person: o.Person, Email: account.Email, Account: key.Account, As: o.As,
		Folder: key.Folder, Path: d.atlas.byID[key.Folder].Path, From: cmp.Or(have.Role, o.Role), To: d.stronger(wanted, o.Floor),
		Causes: o.Causes, Expired: d.expired(v, o), Exit: d.leaving[v.Person], Ordered: d.leaving[v.Person] == ExitOffboarded,
	}
	if c.To != "" {
		c.Op = Lower
	}
	c.Key = Key(c.Op.String() + "|" + o.Person.String() + "|" + key.Folder)
	return c, !same(c.From, c.To)
}

// stronger is the stronger of two roles, of which "" is none.
func (d *differ) stronger(a, b string) string {
	if a == "" || d.atlas.weaker(a, b) {
		return b
	}
	return a
}

// expired says whether a grant ends because for each rule that gave it a date has come
// that was written down before.
func (d *differ) expired(v *access.Verdict, o access.Owned) bool {
	return len(o.Causes) > 0 && !slices.ContainsFunc(o.Causes, func(c access.Cause) bool { return !slices.Contains(v.Lapsed, c.Rule) })
}

// leaning is a role that a person should have on a folder, and has through one of ours on a
// folder above.
type leaning struct {
	verdict *access.Verdict
	target  target
	on      GrantKey
}

func (d *differ) lean(v *access.Verdict, t *target, account, origin string) {
	on := GrantKey{Account: account, Folder: origin}
	if o, ours := d.memory.Owned[on]; ours && o.Lost == "" {
		d.leaning = append(d.leaning, leaning{v, *t, on})
	}
}

// regrant gives anew, on folders below, what a role gives that ends in the same plan. It
// comes after that: as long as the stronger role reaches down, Kiteworks refuses a weaker one.
func (d *differ) regrant() {
	for _, l := range d.leaning {
		ends := d.ended[l.on]
		if ends == nil || l.target.folder.ID == "" || ends.To != "" && !d.atlas.weaker(ends.To, l.target.role.Name) {
			continue
		}
		if o, ours := d.memory.Owned[GrantKey{Account: l.on.Account, Folder: l.target.folder.ID}]; ours && o.Lost == "" && !d.atlas.weaker(o.Role, l.target.role.Name) {
			continue
		}
		d.plan.Changes = append(d.plan.Changes, Change{
			Key: Key("grant|" + l.verdict.Person.String() + "|" + l.target.key), Op: Grant, Person: l.verdict.Person, Email: l.verdict.Email,
			Account: l.on.Account, As: l.target.place.As, Folder: l.target.folder.ID, Path: l.target.path(), To: l.target.role.Name,
			Causes: l.target.causes, Needs: []Key{ends.Key}, Late: true,
		})
	}
}
