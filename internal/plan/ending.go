package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// claim notes of a grant of ours that a rule asks for: whether a weaker role is enough by
// now, and by which rules we give it from now on. A rule that gave it and is not decided
// may still ask for it.
func (d *differ) claim(v *access.Verdict, key GrantKey, o access.Owned, t *target) {
	if d.atlas.weaker(t.role.Name, o.Role) {
		d.weaker[key] = *t // why we gave the stronger one is remembered until it is gone
		return
	}
	if slices.EqualFunc(t.causes, o.Causes, access.Cause.Same) {
		return // of a million grants nearly all are so
	}
	causes := undated(t.causes)
	for _, c := range o.Causes {
		if d.undecided(v, c.Rule) && !slices.ContainsFunc(causes, c.Same) {
			causes = append(causes, c)
		}
	}
	if !slices.EqualFunc(causes, o.Causes, access.Cause.Same) {
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
		wanted, less := target{}, false
		if len(d.weaker) > 0 {
			wanted, less = d.weaker[key]
		}
		if o.Lost != "" || d.asked[key] && !less || d.learned.Lost[key] != "" {
			continue
		}
		v := d.verdict(o.Person)
		if v == nil || d.frozen(v, o) {
			continue
		}
		if c, ends := d.ending(v, key, o, wanted); ends {
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
// they should have: a rule that gave it is held or blocked, or the person is, or nobody says
// that they are employed. Of somebody who has left it is decided.
func (d *differ) frozen(v *access.Verdict, o access.Owned) bool {
	switch {
	case d.leaving[v.Person] != "":
		return false
	case v.Standing != access.Active:
		return true
	case len(o.Causes) == 0:
		return len(d.stuck[v.Person]) > 0 // nobody knows which rule gave it
	}
	return slices.ContainsFunc(o.Causes, func(c access.Cause) bool { return d.undecided(v, c.Rule) })
}

// undecided says whether it is not known what a rule asks for a person.
func (d *differ) undecided(v *access.Verdict, rule string) bool {
	stuck := d.stuck[v.Person]
	return slices.Contains(stuck, "") || slices.Contains(stuck, rule)
}

// ending is the change that takes a grant of ours down to what is wanted or to what was
// there before us, whichever is more. What was not looked at stays, and what is another
// person's account by now, or not ours any more.
func (d *differ) ending(v *access.Verdict, key GrantKey, o access.Owned, wanted target) (c Change, ends bool) {
	have, there := d.tenant.grants.find(key)
	account := d.tenant.byID[key.Account]
	switch {
	case !d.tenant.observed[key.Folder], account == nil, account.Status == access.Deleted, !d.theirs(o.Person, key.Account):
		return c, false
	case !there && d.tenant.shown(key.Account), there && d.lost(o, have, there) != "":
		return c, false
	}
	c = Change{
		Op: Revoke, Person: o.Person, Email: account.Email, Account: key.Account, As: o.As,
		SharedBy: o.SharedBy, Folder: key.Folder, Path: d.atlas.byID[key.Folder].Path, From: cmp.Or(have.Role, o.Role), To: d.stronger(wanted.role.Name, o.Floor),
		Causes: o.Causes, Expired: d.expired(v, o, wanted), Exit: d.leaving[v.Person], Ordered: d.leaving[v.Person] == ExitOffboarded,
	}
	if same(c.From, c.To) {
		return c, false
	}
	if why := cmp.Or(d.barred(v, account), untouchable(account), d.hidden(have), d.unranked(c, o)); why != "" {
		d.keep(v, o, c.Path, why)
		return c, false
	}
	if c.To != "" {
		c.Op = Lower
	}
	c.Key = Key(c.Op.String() + "|" + o.Person.String() + "|" + key.Folder)
	return c, true
}

// theirs says whether an account is a person's, or was and is nobody's now. Only a plan about
// everybody knows of whom an account is not.
func (d *differ) theirs(id access.PersonID, account string) bool {
	owner, owned := d.tenant.owner[account]
	return owner == id || !owned && d.policy.Rivals == nil
}

// keep reports a grant of ours that nothing asks for and that stays. It decides nothing
// about the rule: what else that gave ends.
func (d *differ) keep(v *access.Verdict, o access.Owned, on access.Path, why string) {
	d.plan.Notes = append(d.plan.Notes, Note{
		Kind: NoteHeld, Person: v.Person, DN: v.DN, Email: v.Email, Rule: firstRule(o.Causes),
		Why: fmt.Sprintf("what we gave on %s stays: %s", on, why),
	})
}

// hidden says that a role from above hides what we gave.
func (d *differ) hidden(have access.Grant) string {
	switch have.Origin {
	case "":
		return ""
	case access.OriginUnknown:
		return fmt.Sprintf("%s may come from a folder above, and Kiteworks does not say from which", have.Role)
	}
	return fmt.Sprintf("%s comes from a folder above, and has to end there first", have.Role)
}

// unranked says why it is not certain that a change takes a role down, and no further than
// to what was there before us.
func (d *differ) unranked(c Change, o access.Owned) string {
	_, known := d.atlas.known(o.Floor)
	switch {
	case c.To == "":
		return ""
	case o.Floor != "" && !known:
		return fmt.Sprintf("before us there was %s, whose rank the server does not give", o.Floor)
	case !d.atlas.weaker(c.To, c.From):
		return fmt.Sprintf("%s is not known to be less than %s", c.To, c.From)
	}
	return ""
}

// stronger is the stronger of two roles, of which "" is none.
func (d *differ) stronger(a, b string) string {
	if a == "" || d.atlas.weaker(a, b) {
		return b
	}
	return a
}

// expired says whether a grant ends because for each rule that gave it, and does not ask for
// something here still, a date has come that was written down before.
func (d *differ) expired(v *access.Verdict, o access.Owned, wanted target) bool {
	ended := 0
	for _, c := range o.Causes {
		switch asks := func(w access.Cause) bool { return w.Rule == c.Rule }; {
		case slices.ContainsFunc(v.Lapsed, func(w access.Wish) bool { return asks(w.Cause) && d.locate(w.Place).folder.ID == o.Folder }):
			ended++
		case !slices.ContainsFunc(wanted.causes, asks):
			return false
		}
	}
	return ended > 0
}
