package plan

import (
	"cmp"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// grants adds what is missing of a person's roles. The account exists, or is
// created by one of the changes that the grants need.
func (d *differ) grants(v *access.Verdict, account string, needs []Key) {
	targets := d.targets(v, account)
	lacking := targets[:0]
	for _, t := range targets {
		if d.missing(v, &t, account) {
			lacking = append(lacking, t)
		}
	}
	for _, t := range lacking {
		if d.covered(t, lacking) {
			continue
		}
		c := Change{
			Op: Grant, Person: v.Person, Email: v.Email, Account: account,
			As: t.place.As, Folder: t.folder.ID, Path: t.path(), From: t.from, To: t.role.Name, Causes: t.causes,
		}
		if t.from != "" {
			c.Op = Raise
		}
		c.Key = Key(c.Op.String() + "|" + v.Person.String() + "|" + t.key)
		c.Needs = slices.Clone(needs)
		if t.folder.ID == "" {
			c.Needs = append(c.Needs, d.createFolder(t.place, t.causes))
		}
		d.plan.Changes = append(d.plan.Changes, c)
	}
}

// missing says whether an account lacks the role on a folder, and notes in t which
// weaker one it was given there. One that is inherited is not changed here: a
// grant of its own stands beside it.
func (d *differ) missing(v *access.Verdict, t *target, account string) bool {
	if t.folder.ID != "" && !d.tenant.observed[t.folder.ID] {
		d.hold(v, firstRule(t.causes), "the members of "+string(t.path())+" were not read")
		return false
	}
	if t.folder.ID == "" || account == "" {
		return true
	}
	key := GrantKey{Account: account, Folder: t.folder.ID}
	have, there := d.tenant.grants.find(key)
	if owned, gave := d.memory.Owned[key]; gave {
		d.asked[key] = true
		if !there && owned.Lost == "" && !d.tenant.shown(account) {
			return false // of an account that is suspended, lists need not show what is there
		}
		if cmp.Or(owned.Lost, d.lost(owned, have, there)) != "" {
			return d.yielded(v, t, owned, have, there)
		}
		d.claim(v, key, owned, t)
	}
	if !there {
		return true
	}
	held, known := d.atlas.known(have.Role)
	if !known {
		d.hold(v, firstRule(t.causes), "holds "+have.Role+" on "+string(t.path())+", whose rank the server does not give")
	}
	if have.Origin == "" || have.Origin == access.OriginUnknown {
		t.from = held.Name
	} else if known && held.Rank >= t.role.Rank {
		d.lean(v, t, account, have.Origin)
	}
	return known && held.Rank < t.role.Rank
}

// createFolder adds the creation of a folder and of the missing ones above it,
// each once, and returns its key.
func (d *differ) createFolder(p access.Place, causes []access.Cause) Key {
	key := Key("folder|" + p.As + "|" + p.Path.Fold())
	if d.made[key] {
		return key
	}
	d.made[key] = true
	above := access.Place{As: p.As, Path: p.Path.Parent()}
	c := Change{Key: key, Op: CreateFolder, As: p.As, Path: p.Path, Causes: causes}
	if f, found, _ := d.atlas.find(above); found {
		c.Parent = f.ID
		d.pin(above)
	} else {
		c.Needs = []Key{d.createFolder(above, causes)}
	}
	d.plan.Changes = append(d.plan.Changes, c)
	return key
}

func firstRule(causes []access.Cause) string {
	if len(causes) == 0 {
		return ""
	}
	return causes[0].Rule
}
