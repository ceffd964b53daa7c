package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Undo makes the plan that takes back what a run did (promise P12): of did and how each of
// it ended, with the ids that it came to. What has changed since, by whomever, is left, and
// so is what cannot be taken back, or what st does not show as it is now; the notes say so.
func Undo(did []Change, ended []Outcome, c *access.Catalog, st access.State, m Memory, p Policy) Plan {
	u := undoer{atlas: newAtlas(c, m), tenant: newTenant(st, m), memory: m, policy: p}
	u.moves = newMover(u.tenant)
	var renames []Change
	for i := len(did) - 1; i >= 0; i-- {
		if ended[i].Result != Done {
			continue // what was so already was not our doing
		}
		x := did[i]
		x.Account, x.Folder = cmp.Or(ended[i].Account, x.Account), cmp.Or(ended[i].Folder, x.Folder)
		if x.Op == Rename {
			renames = append(renames, x)
			continue
		}
		u.takeBack(x)
	}
	u.readdress(renames)
	u.plan.sort()
	return u.plan
}

type undoer struct {
	atlas  *atlas
	tenant *tenant
	memory Memory
	policy Policy
	moves  mover
	plan   Plan
}

// leave reports what is not taken back.
func (u *undoer) leave(x Change, why string) {
	u.plan.Notes = append(u.plan.Notes, Note{
		Kind: NoteHeld, Person: x.Person, Email: x.Email, Rule: firstRule(x.Causes), Why: fmt.Sprintf("%s %s is left: %s", x.Op, x.Subject(), why),
	})
}

// takeBack adds the inverse of one change, or says why there is none.
func (u *undoer) takeBack(x Change) {
	inverse, why := u.inverse(x)
	if why != "" {
		u.leave(x, why)
		return
	}
	inverse.Key = Key(inverse.Op.String() + "|" + x.Person.String())
	if x.Path != "" {
		inverse.Key += Key("|" + x.Folder)
	}
	inverse.Person, inverse.Email, inverse.Account, inverse.Ordered = x.Person, x.Email, x.Account, true
	inverse.As, inverse.Folder, inverse.Path = x.As, x.Folder, x.Path
	inverse.From, inverse.To, inverse.Causes = x.To, x.From, x.Causes
	u.plan.Changes = append(u.plan.Changes, inverse)
}

// inverse is the operation that takes a change back; an account that was made is suspended,
// since to delete it could destroy what is in it by now.
func (u *undoer) inverse(x Change) (c Change, why string) {
	switch x.Op {
	case CreateFolder:
		return c, "a folder is not deleted: somebody may have put something into it"
	case Delete, SetProfile:
		return c, "it cannot be undone"
	}
	a, why := u.touchable(x)
	if why != "" {
		return c, why
	}
	switch x.Op {
	case Grant, Raise, Lower, Revoke:
		return u.role(x)
	}
	return u.account(x, a)
}

// touchable is the account of a change, or why nothing is taken back of what concerns it.
func (u *undoer) touchable(x Change) (a *access.Account, why string) {
	a = u.tenant.byID[x.Account]
	switch {
	case !u.tenant.fresh:
		return nil, "what Kiteworks has now was not read"
	case a == nil:
		return nil, "the account is no longer on Kiteworks"
	case a.Status == access.Deleted:
		return nil, "the account is deleted on Kiteworks"
	case u.tenant.owner[a.ID] != x.Person:
		return nil, "the account is not the person's any more"
	}
	return a, cmp.Or(untouchable(a), u.policy.Never[a.Email], u.policy.Never[x.Email])
}

func (u *undoer) account(x Change, a *access.Account) (c Change, why string) {
	link := u.memory.Links[x.Person]
	switch {
	case x.Op == CreateAccount && !link.Created:
		return c, "the account is not ours any more"
	case (x.Op == CreateAccount || x.Op == Unsuspend) && live(a):
		return Change{Op: Suspend}, ""
	case x.Op == Suspend && a.Status == access.Suspended && link.Suspended:
		return Change{Op: Unsuspend}, ""
	case x.Op == SetName && a.Name == x.To:
		return Change{Op: SetName}, ""
	}
	return c, "it has changed since"
}

// readdress gives accounts back the addresses that they had before a run, as far as these
// are free by now. The renames come with the last first.
func (u *undoer) readdress(renames []Change) {
	net := map[string]*Change{} // by account, from the first address to the last
	var order []string
	for i := range renames {
		x := &renames[i]
		if later := net[x.Account]; later != nil {
			later.From = x.From
			continue
		}
		net[x.Account], order = x, append(order, x.Account)
	}
	for _, account := range order {
		x := *net[account]
		a, why := u.touchable(x)
		if why == "" && string(a.Email) != x.To {
			why = "it has changed since"
		}
		if why != "" {
			u.leave(x, why)
			continue
		}
		u.moves.add(&move{person: x.Person, account: a, to: access.Email(x.From), causes: x.Causes})
	}
	u.moves.order()
	for _, m := range u.moves.all {
		if m.why != "" {
			u.leave(*net[m.account.ID], m.why)
			continue
		}
		for _, c := range m.changes() {
			c.Ordered = true
			u.plan.Changes = append(u.plan.Changes, c)
		}
	}
}

// role is the inverse of a change of a role, if what it came to still stands and, where it
// is to end, is ours.
func (u *undoer) role(x Change) (c Change, why string) {
	key := GrantKey{Account: x.Account, Folder: x.Folder}
	have, there := u.tenant.grants.find(key)
	owned, gave := u.memory.Owned[key]
	if x.Op == Revoke && have.Origin != "" && u.atlas.weaker(have.Role, x.From) {
		have, there = access.Grant{}, false // a weaker role from above reached there before, too
	}
	ours := gave && owned.Lost == "" && same(owned.Role, x.To)
	widened := x.Op == Grant || x.Op == Raise
	switch {
	case !u.tenant.observed[x.Folder]:
		return c, "the members of the folder could not be read"
	case have.Origin != "":
		return c, "the role comes from a folder above by now"
	case there != (x.To != ""), !same(have.Role, x.To), widened && !ours:
		return c, "it has changed since"
	case widened && owned.SharedBy != "" && have.SharedBy != "" && owned.SharedBy != have.SharedBy:
		return c, "somebody else has given it since"
	}
	return Change{Op: map[Op]Op{Grant: Revoke, Raise: Lower, Revoke: Grant, Lower: Raise}[x.Op]}, ""
}

// Redone are the keys under which a plan would do again what a change has undone.
func (c Change) Redone() []Key {
	person := "|" + c.Person.String()
	again := map[Op][]Op{
		Suspend: {Unsuspend}, Unsuspend: {Suspend}, Rename: {Rename}, SetName: {SetName},
		Revoke: {Grant, Raise}, Lower: {Grant, Raise}, Grant: {Revoke, Lower}, Raise: {Revoke, Lower},
	}[c.Op]
	keys := make([]Key, 0, len(again))
	for _, op := range again {
		key := Key(op.String() + person)
		if slices.Contains([]Op{Grant, Raise, Lower, Revoke}, op) {
			key += Key("|" + c.Folder)
		}
		keys = append(keys, key)
	}
	return keys
}
