package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// removed is why a grant is no longer ours that somebody else has taken away.
const removed = "removed by somebody else"

// drift finds what somebody else did to what is ours since: from then on it is
// theirs (promise P3). Only what was read anew, to the end, shows that.
func (d *differ) drift() {
	if !d.tenant.fresh {
		return
	}
	expected := 0
	for key, o := range d.memory.Owned {
		if d.shows(key, o) {
			expected++
		}
	}
	// In the order of the grants: to look for each of a million that are ours costs
	// several times as much, and is needed only if one is missing.
	d.tenant.grants.each(func(key GrantKey, have access.Grant) {
		if o, ours := d.memory.Owned[key]; ours && d.shows(key, o) {
			expected--
			d.lose(key, o, have, true)
		}
	})
	if expected > 0 {
		d.missed()
	}
	d.vanished()
}

// shows says whether a grant of ours had to be seen if it were there.
func (d *differ) shows(key GrantKey, o access.Owned) bool {
	return o.Lost == "" && d.tenant.observed[key.Folder] && d.tenant.shown(key.Account)
}

// missed finds what of ours is not there any more.
func (d *differ) missed() {
	for key, o := range d.memory.Owned {
		if !d.shows(key, o) {
			continue
		}
		if have, there := d.tenant.grants.find(key); !there {
			d.lose(key, o, have, false)
		}
	}
}

// lose takes note of what somebody else has done to a grant of ours, if they have.
func (d *differ) lose(key GrantKey, o access.Owned, have access.Grant, there bool) {
	if why := d.lost(o, have, there); why != "" {
		d.learned.Lost[key] = why
		d.tell(key, o, why)
	}
}

// lost says what somebody else has done to a grant of ours, by what is there
// now; "": nothing shows that it is not as we gave it. A role from above that is
// as strong may hide ours, which a weaker one cannot.
func (d *differ) lost(o access.Owned, have access.Grant, there bool) string {
	weaker, direct := there && d.atlas.weaker(have.Role, o.Role), have.Origin == ""
	switch {
	case !there, weaker && !direct && have.Origin != access.OriginUnknown:
		return removed
	case weaker, direct && !same(have.Role, o.Role):
		return "made " + have.Role + " by somebody else"
	case direct && o.SharedBy != "" && have.SharedBy != "" && have.SharedBy != o.SharedBy:
		return "given anew by somebody else"
	}
	return ""
}

// tell reports one grant that is no longer ours.
func (d *differ) tell(key GrantKey, o access.Owned, why string) {
	n := Note{Kind: NoteDrift, Person: o.Person, Email: d.tenant.byID[key.Account].Email}
	n.Rule = firstRule(o.Causes)
	n.Why = fmt.Sprintf("had %s on %s from us: %s", o.Role, d.atlas.byID[key.Folder].Path, why)
	d.plan.Notes = append(d.plan.Notes, n)
}

// vanished reports the folders that cannot be found any more and on which grants
// are ours. These stay ours: a folder that is only hidden comes back with them.
func (d *differ) vanished() {
	grants := map[string]int{}
	for key, o := range d.memory.Owned {
		if _, there := d.atlas.byID[key.Folder]; o.Lost == "" && !there && d.atlas.gone[key.Folder] != "" {
			grants[key.Folder]++
		}
	}
	for folder, n := range grants {
		d.plan.Notes = append(d.plan.Notes, Note{
			Kind: NoteDrift, People: n, Folder: d.memory.called(folder),
			Why: d.atlas.gone[folder] + "; what we gave on it cannot be seen",
		})
	}
}

// yielded says whether a person is given a role on a folder all the same where
// what we gave is no longer ours: only where somebody else has removed it, and
// the root says that such is repaired. What else is lacking is held.
func (d *differ) yielded(v *access.Verdict, t *target, o access.Owned, have access.Grant, there bool) bool {
	held, ranked := d.atlas.known(have.Role)
	gone := !there || have.Origin != "" && have.Origin != access.OriginUnknown
	switch {
	case there && ranked && held.Rank >= t.role.Rank:
		return false
	case gone && d.repairs(t, o):
		return true
	case gone:
		d.letBe(v, firstRule(t.causes), "had "+o.Role+" on "+string(t.path())+
			" from us, and somebody else has removed it since: it is not given again")
	case same(have.Role, o.Role):
		d.letBe(v, firstRule(t.causes), "has "+have.Role+" on "+string(t.path())+" from somebody else since: it stays so")
	default:
		d.letBe(v, firstRule(t.causes), "had "+o.Role+" on "+string(t.path())+
			" from us, and somebody else has made it "+have.Role+" since: it stays so")
	}
	return false
}

// repairs says whether what was removed on a folder is given again.
func (d *differ) repairs(t *target, o access.Owned) bool {
	seen := o.Lost == removed || o.Lost == "" && d.tenant.fresh
	return seen && slices.ContainsFunc(d.policy.Repair, t.path().Under)
}

// Doubt is accounts that a folder's list of members lacks although they have a
// role of ours there. Before that is taken for drift they are read singly: a
// list may lack a row.
type Doubt struct {
	Folder   access.Folder
	Accounts []string // sorted
}

// Doubts lists them, by folder. Of an account that cannot be used nothing is in
// doubt: lists may leave it out.
func Doubts(c *access.Catalog, st access.State, m Memory) []Doubt {
	a, t := newAtlas(c, m), newTenant(st, m)
	if !t.fresh {
		return nil
	}
	lacking := map[string][]string{}
	for key, o := range m.Owned {
		_, listed := t.grants.find(key)
		if o.Lost == "" && !listed && t.observed[key.Folder] && t.shown(key.Account) {
			lacking[key.Folder] = append(lacking[key.Folder], key.Account)
		}
	}
	doubts := make([]Doubt, 0, len(lacking))
	for folder, accounts := range lacking {
		slices.Sort(accounts)
		doubts = append(doubts, Doubt{Folder: a.byID[folder], Accounts: accounts})
	}
	slices.SortFunc(doubts, func(a, b Doubt) int {
		return cmp.Compare(a.Folder.ID, b.Folder.ID)
	})
	return doubts
}
