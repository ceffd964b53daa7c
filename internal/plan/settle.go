package plan

import (
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Settle decides intents that have no outcome, after a kill or an unknown
// answer, by what was read since: what is there now happened, what is not did
// not. What was not looked at stays Unknown.
func Settle(open []Change, c *access.Catalog, st access.State) []Outcome {
	a, t := newAtlas(c, NewMemory()), newTenant(st, NewMemory())
	outcomes := make([]Outcome, 0, len(open))
	for _, o := range open {
		out := Outcome{Key: o.Key, Result: Refused, Why: "had no effect: it was read afterwards"}
		switch o.Op {
		case CreateFolder:
			out.settleFolder(o, a)
		case CreateAccount:
			out.settleAccount(o, t, st)
		case Suspend, Unsuspend, Rename, SetProfile, SetName, Delete:
			out.settleState(o, t, st)
		default:
			out.settleGrant(o, t)
		}
		outcomes = append(outcomes, out)
	}
	return outcomes
}

func (out *Outcome) settleFolder(o Change, a *atlas) {
	f, found, why := a.find(access.Place{As: o.As, Path: o.Path})
	switch {
	case why != "":
		out.Result, out.Why = Unknown, why
	case found:
		out.Result, out.Folder, out.Why = Done, f.ID, ""
	}
}

func (out *Outcome) settleAccount(o Change, t *tenant, st access.State) {
	a, why := t.byAddress(o.Email)
	switch {
	case !st.Of.Accounts:
		out.Result, out.Why = Unknown, "the accounts were not read"
	case why != "":
		out.Result, out.Why = Unknown, why
	case a != nil && a.Kind == access.User && a.Status != access.Deleted:
		out.Result, out.Account, out.Why = Done, a.ID, ""
	}
}

// settleState decides a change of an account by what the account is now.
func (out *Outcome) settleState(o Change, t *tenant, st access.State) {
	a := t.byID[o.Account]
	switch {
	case !st.Of.Accounts:
		out.Result, out.Why = Unknown, "the accounts were not read"
	case a == nil:
		out.Why = "the account is no longer on Kiteworks"
	case as(a, o):
		out.Result, out.Why = Done, ""
	}
}

// as says whether an account is as a change of it wanted it.
func as(a *access.Account, o Change) bool {
	switch o.Op {
	case Suspend:
		return a.Status == access.Suspended
	case Unsuspend:
		return a.Status == access.Live || a.Status == access.Unverified
	case Rename:
		return string(a.Email) == o.To
	case SetName:
		return a.Name == o.To
	case SetProfile:
		return a.Profile == o.To
	}
	return a.Status == access.Deleted
}

// settleGrant decides a change of a role by the list of members. That one does not show an
// account that is suspended proves nothing: then the end of a role is sent again, and found out.
func (out *Outcome) settleGrant(o Change, t *tenant) {
	g, found := t.grants.find(GrantKey{Account: o.Account, Folder: o.Folder})
	switch {
	case !t.observed[o.Folder]:
		out.Result, out.Why = Unknown, fmt.Sprintf("the members of %s were not read", o.Path)
	case o.Op == Revoke && !found && t.shown(o.Account):
		out.Result, out.Why = Done, ""
	case o.Op == Revoke:
	case found && g.Origin == "" && g.Role == o.To && t.byOther(g, o.As):
		out.Result, out.Why = Already, "somebody else has given it since"
	case found && g.Origin == "" && g.Role == o.To:
		out.Result, out.SharedBy, out.Created, out.Why = Done, g.SharedBy, g.Created, ""
	}
}

// byOther says whether the server names another than the identity as the one who
// gave a grant, so that it is not ours (promise P3). No name proves nothing.
func (t *tenant) byOther(g access.Grant, as string) bool {
	us, _ := t.byAddress(access.Email(as))
	return us != nil && g.SharedBy != "" && g.SharedBy != us.ID
}

// Hold takes out what an earlier run has sent and nobody could read since: it
// may still come to be, and is decided by a later reading, not sent again. What
// needs it goes with it, and what was to be done for its sake.
func (p *Plan) Hold(undecided []Change) {
	held := map[Key]bool{}
	for _, c := range p.Changes {
		if !slices.ContainsFunc(undecided, c.Same) {
			continue
		}
		held[c.Key] = true
		p.Notes = append(p.Notes, Note{
			Kind: NoteHeld, Person: c.Person, Email: c.Email, Rule: firstRule(c.Causes),
			Why: fmt.Sprintf("an earlier attempt to %s is still undecided", c.Op),
		})
	}
	for before := -1; before != len(held); {
		before = len(held)
		for _, c := range p.Changes {
			if held[c.For] || slices.ContainsFunc(c.Needs, func(k Key) bool { return held[k] }) {
				held[c.Key] = true
			}
		}
	}
	p.Changes = slices.DeleteFunc(p.Changes, func(c Change) bool { return held[c.Key] })
}

// Same says whether two changes are about one thing, even where one of them
// did not know the folder's id yet.
func (c Change) Same(o Change) bool {
	return c.Op == o.Op && c.Person == o.Person && c.As == o.As && (c.Path == o.Path || (c.Folder != "" && c.Folder == o.Folder))
}
