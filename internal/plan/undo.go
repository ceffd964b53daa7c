package plan

import (
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Undo makes the plan that takes back what a run did (promise P12): of did and how each of
// it ended, with the ids that it came to. What has changed since, by whomever, is left, and
// so is what cannot be taken back; the notes say so.
func Undo(did []Change, ended []Outcome, c *access.Catalog, st access.State, m Memory) Plan {
	u := undoer{atlas: newAtlas(c, m), tenant: newTenant(st, m), memory: m}
	for i := len(did) - 1; i >= 0; i-- {
		if ended[i].Result != Done {
			continue // what was so already was not our doing
		}
		x := did[i]
		if ended[i].Account != "" {
			x.Account = ended[i].Account
		}
		if ended[i].Folder != "" {
			x.Folder = ended[i].Folder
		}
		u.takeBack(x)
	}
	u.plan.sort()
	return u.plan
}

type undoer struct {
	atlas  *atlas
	tenant *tenant
	memory Memory
	plan   Plan
}

// takeBack adds the inverse of one change, or says why there is none.
func (u *undoer) takeBack(x Change) {
	inverse, why := u.inverse(x)
	if why != "" {
		u.plan.Notes = append(u.plan.Notes, Note{
			Kind: NoteHeld, Person: x.Person, Email: x.Email, Rule: firstRule(x.Causes), Why: fmt.Sprintf("%s %s is left: %s", x.Op, x.Subject(), why),
		})
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
	case Grant, Raise, Lower, Revoke:
		return u.role(x)
	case CreateFolder:
		return c, "a folder is not deleted: somebody may have put something into it"
	case Delete, SetProfile:
		return c, "it cannot be undone"
	}
	a := u.tenant.byID[x.Account]
	link, linked := u.memory.Links[x.Person]
	switch {
	case a == nil || !linked || link.Account != x.Account:
		return c, "the account is not the person's any more"
	case untouchable(a) != "":
		return c, untouchable(a)
	}
	return u.account(x, a, link)
}

func (u *undoer) account(x Change, a *access.Account, link Link) (c Change, why string) {
	live := a.Status == access.Live || a.Status == access.Unverified
	switch {
	case x.Op == CreateAccount && !link.Created:
		return c, "the account is not ours any more"
	case (x.Op == CreateAccount || x.Op == Unsuspend) && live:
		return Change{Op: Suspend}, ""
	case x.Op == Suspend && a.Status == access.Suspended && link.Suspended:
		return Change{Op: Unsuspend}, ""
	case x.Op == Rename && string(a.Email) == x.To:
		if taken := u.tenant.byEmail[access.Email(x.From)]; len(taken) > 0 {
			return c, fmt.Sprintf("%s is the address of account %s by now", x.From, taken[0].ID)
		}
		return Change{Op: Rename}, ""
	case x.Op == SetName && a.Name == x.To:
		return Change{Op: SetName}, ""
	}
	return c, "it has changed since"
}

// role is the inverse of a change of a role, if what it came to still stands and is ours.
func (u *undoer) role(x Change) (c Change, why string) {
	key := GrantKey{Account: x.Account, Folder: x.Folder}
	have, there := u.tenant.grants.find(key)
	owned, gave := u.memory.Owned[key]
	gave = gave && owned.Lost == ""
	widened := x.Op == Grant || x.Op == Raise
	switch {
	case !u.tenant.observed[x.Folder]:
		return c, "the members of the folder could not be read"
	case have.Origin != "":
		return c, "the role comes from a folder above by now"
	case widened && (!there || !gave || !same(have.Role, x.To) || !same(owned.Role, x.To)), there != (x.To != ""), !same(have.Role, x.To):
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
