package plan_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

const us, human = "u-us", "u-human" // who gave a role

// carryOut is what a faultless Kiteworks does with a plan, and what the ledger
// then remembers; and what the journal has of it.
func (w *world) carryOut(p plan.Plan) (d did) {
	w.learn(p.Learned)
	made := map[plan.Key]plan.Outcome{}
	for _, c := range p.Changes {
		if why := c.Complete(made); why != "" {
			panic(why) // a plan puts what is needed first
		}
		o := plan.Outcome{Key: c.Key, Result: plan.Done}
		switch c.Op {
		case plan.CreateAccount:
			o.Account = "u-" + c.Name
			o.Account += w.again(o.Account)
			w.account(c.Name, func(a *access.Account) { a.ID, a.Email, a.Name = o.Account, c.Email, c.Name })
			w.memory.Links[c.Person] = plan.Link{Person: c.Person, Account: o.Account, Created: true, Name: c.Name}
		case plan.CreateFolder:
			o.Folder = "new " + string(c.Path)
			w.catalog.Folders = append(w.catalog.Folders, access.Folder{ID: o.Folder, Parent: c.Parent, As: c.As, Path: c.Path})
			w.state.Of.Folders = append(w.state.Of.Folders, o.Folder)
		case plan.Grant, plan.Raise:
			w.give(plan.GrantKey{Account: c.Account, Folder: c.Folder}, c.To, us)
			w.own(c)
		case plan.Lower, plan.Revoke:
			w.give(plan.GrantKey{Account: c.Account, Folder: c.Folder}, c.To, us)
			w.ownLess(c)
		default:
			w.change(c)
		}
		made[c.Key] = o
		d.changes, d.ended = append(d.changes, c), append(d.ended, o)
	}
	return d
}

// did is what a run did, with the ids that it came to, and how each change ended.
type did struct {
	changes []plan.Change
	ended   []plan.Outcome
}

func (w *world) learn(l plan.Learned) {
	for _, k := range l.Links {
		w.memory.Links[k.Person] = k
	}
	for place, folder := range l.Folders {
		w.memory.Folders[place] = folder
	}
	for key, why := range l.Lost {
		o := w.memory.Owned[key]
		o.Lost = why
		w.memory.Owned[key] = o
	}
	for key, causes := range l.Causes {
		o := w.memory.Owned[key]
		o.Causes = causes
		w.memory.Owned[key] = o
	}
	for person, heirs := range l.Heirs {
		w.relink(person, func(l *plan.Link) { l.Heirs = heirs })
	}
	for _, left := range l.Leaving {
		w.memory.Leaving[left.Person] = left
	}
	for _, person := range l.Returned {
		delete(w.memory.Leaving, person)
	}
	for _, person := range l.Lifted {
		w.relink(person, func(l *plan.Link) { l.Suspended, l.Deleted = false, false })
		if left, has := w.memory.Leaving[person]; has {
			left.Lifted = true
			w.memory.Leaving[person] = left
		}
	}
}

func (w *world) relink(person access.PersonID, change func(*plan.Link)) {
	l := w.memory.Links[person]
	change(&l)
	w.memory.Links[person] = l
}

// again tells the accounts apart that one person has had in turn.
func (w *world) again(id string) (suffix string) {
	for slices.ContainsFunc(w.state.Accounts, func(a access.Account) bool { return a.ID == id+suffix }) {
		suffix += "+"
	}
	return suffix
}

// change is what becomes of an account.
func (w *world) change(c plan.Change) {
	for i := range w.state.Accounts {
		a := &w.state.Accounts[i]
		if a.ID != c.Account {
			if c.Op == plan.Rename && string(a.Email) == c.To {
				panic(fmt.Sprintf("%s gets the address %s, which %s has", c.Account, c.To, a.ID))
			}
			continue
		}
		switch c.Op {
		case plan.Suspend, plan.Unsuspend:
			a.Status = access.Live
			if c.Op == plan.Suspend {
				a.Status = access.Suspended
			}
			w.relink(c.Person, func(l *plan.Link) { l.Suspended = c.Op == plan.Suspend })
		case plan.Rename:
			a.Email = access.Email(c.To)
		case plan.SetName:
			a.Name = c.To
			w.relink(c.Person, func(l *plan.Link) { l.Name = c.To })
		case plan.Delete:
			a.Status = access.Deleted
			w.relink(c.Person, func(l *plan.Link) { l.Deleted = true })
			maps.DeleteFunc(w.memory.Owned, func(k plan.GrantKey, _ access.Owned) bool { return k.Account == c.Account })
			w.state.Grants = slices.DeleteFunc(w.state.Grants, func(g access.Grant) bool { return g.Account == c.Account })
		}
	}
}

// ownLess remembers of a grant of ours what is left of it: nothing once it is down to what
// was there before us.
func (w *world) ownLess(c plan.Change) {
	key := plan.GrantKey{Account: c.Account, Folder: c.Folder}
	o := w.memory.Owned[key]
	if o.Role = c.To; rank[o.Role] > rank[o.Floor] {
		o.SharedBy = us
		w.memory.Owned[key] = o
		return
	}
	delete(w.memory.Owned, key)
}

// own remembers a grant as ours. Raised again, its floor stays what it was before us.
func (w *world) own(c plan.Change) {
	key := plan.GrantKey{Account: c.Account, Folder: c.Folder}
	floor := c.From
	if before, ours := w.memory.Owned[key]; ours && before.Lost == "" && before.Role == c.From {
		floor = before.Floor
	}
	w.memory.Owned[key] = access.Owned{
		Person: c.Person, Account: c.Account, Folder: c.Folder, As: c.As, Role: c.To, Floor: floor, SharedBy: us, Causes: c.Why(),
	}
}

// give makes somebody give a role in place of another; "" takes it away.
func (w *world) give(key plan.GrantKey, role, by string) {
	w.state.Grants = slices.DeleteFunc(w.state.Grants, func(g access.Grant) bool { return g.Account == key.Account && g.Folder == key.Folder })
	if role != "" {
		w.state.Grants = append(w.state.Grants, access.Grant{Account: key.Account, Folder: key.Folder, Role: role, SharedBy: by})
	}
}

// held is what is there; the zero grant: nothing.
func (w *world) held(key plan.GrantKey) (found access.Grant) {
	for _, g := range w.state.Grants {
		if g.Account == key.Account && g.Folder == key.Folder {
			found = g
		}
	}
	return found
}

// has says whether a person has, on the folder of a wish, its role or a stronger one.
func (w *world) has(person access.PersonID, wish access.Wish) bool {
	for _, f := range w.catalog.Folders {
		if f.Path == wish.Place.Path {
			return rank[w.held(plan.GrantKey{Account: "u-" + person.ID, Folder: f.ID}).Role] >= rank[wish.Role]
		}
	}
	return false
}
