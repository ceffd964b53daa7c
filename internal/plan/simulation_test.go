package plan_test

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

const us, human = "u-us", "u-human" // who gave a role

// carryOut is what a faultless Kiteworks does with a plan, and what the ledger
// then remembers.
func (w *world) carryOut(p plan.Plan) {
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
			w.account(c.Name)
			w.memory.Links[c.Person] = plan.Link{Person: c.Person, Account: o.Account, Created: true}
		case plan.CreateFolder:
			o.Folder = "new " + string(c.Path)
			w.catalog.Folders = append(w.catalog.Folders, access.Folder{ID: o.Folder, Parent: c.Parent, As: c.As, Path: c.Path})
			w.state.Of.Folders = append(w.state.Of.Folders, o.Folder)
		case plan.Grant, plan.Raise:
			w.give(plan.GrantKey{Account: c.Account, Folder: c.Folder}, c.To, us)
			w.own(c)
		}
		made[c.Key] = o
	}
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
