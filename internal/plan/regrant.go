package plan

import "github.com/kw-onboarder/kw-onboarder/internal/access"

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
	for begin, end := 0, 0; begin < len(d.leaning); begin = end {
		for end < len(d.leaning) && d.leaning[end].verdict == d.leaning[begin].verdict {
			end++
		}
		d.regrantOne(d.leaning[begin:end])
	}
}

// regrantOne does it for one person. What reaches down from a folder where the role stays, or
// is given anew, is not given again.
func (d *differ) regrantOne(all []leaning) {
	var kept []target
	var lost []leaning
	for _, l := range all {
		switch {
		case d.keepsOwn(l):
			kept = append(kept, l.target)
		case d.loses(l):
			kept, lost = append(kept, l.target), append(lost, l)
		}
	}
	for _, l := range lost {
		if d.covered(l.target, kept) {
			continue
		}
		d.plan.Changes = append(d.plan.Changes, d.anew(l))
	}
}

// anew gives a role on the folder itself, or makes the weaker one stronger that we gave there.
func (d *differ) anew(l leaning) Change {
	c := Change{
		Op: Grant, Person: l.verdict.Person, Email: l.verdict.Email, Account: l.on.Account, As: l.target.place.As,
		Folder: l.target.folder.ID, Path: l.target.path(), To: l.target.role.Name,
		Causes: l.target.causes, Needs: []Key{d.ended[l.on].Key}, Late: true,
	}
	if o, ours := d.memory.Owned[GrantKey{Account: c.Account, Folder: c.Folder}]; ours && o.Lost == "" {
		c.Op, c.From = Raise, o.Role
	}
	c.Key = Key(c.Op.String() + "|" + c.Person.String() + "|" + l.target.key)
	return c
}

// loses says whether what a role is had through ends, or is too little then.
func (d *differ) loses(l leaning) bool {
	ends := d.ended[l.on]
	return ends != nil && (ends.To == "" || d.atlas.weaker(ends.To, l.target.role.Name))
}

// keepsOwn says whether a grant of ours on the folder itself, as strong, comes to light when
// the one above it ends.
func (d *differ) keepsOwn(l leaning) bool {
	key := GrantKey{Account: l.on.Account, Folder: l.target.folder.ID}
	o, ours := d.memory.Owned[key]
	return ours && o.Lost == "" && d.ended[key] == nil && !d.atlas.weaker(o.Role, l.target.role.Name)
}
