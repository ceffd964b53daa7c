package plan

import (
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// tenant is the observed state, indexed.
type tenant struct {
	byID     map[string]*access.Account
	byEmail  map[access.Email][]*access.Account
	grants   members
	observed map[string]bool            // folders whose members were read
	fresh    bool                       // just now
	owner    map[string]access.PersonID // whose account it is
	vacated  map[string]bool            // accounts that we have deleted
	links    map[access.PersonID]Link
}

func newTenant(st access.State, m Memory) *tenant {
	t := &tenant{
		byID:     make(map[string]*access.Account, len(st.Accounts)),
		byEmail:  make(map[access.Email][]*access.Account, len(st.Accounts)),
		grants:   newMembers(st.Grants),
		observed: make(map[string]bool, len(st.Of.Folders)),
		owner:    make(map[string]access.PersonID, len(m.Links)),
		vacated:  map[string]bool{},
		links:    m.Links,
		fresh:    st.Of.Fresh,
	}
	for i := range st.Accounts {
		a := &st.Accounts[i]
		t.byID[a.ID] = a
		t.byEmail[a.Email] = append(t.byEmail[a.Email], a)
	}
	for _, f := range st.Of.Folders {
		t.observed[f] = true
	}
	for _, l := range m.Links {
		if t.removed(l) {
			t.vacated[l.Account] = true // it is nobody's any more, and its address is free
			continue
		}
		t.owner[l.Account] = l.Person
	}
	return t
}

// account finds a person's account: the linked one, else by e-mail, once.
// nil without a reason means that there is none and one may be created. What we have
// deleted is made anew, unless somebody else has restored or made one since.
func (t *tenant) account(v *access.Verdict) (a *access.Account, why string) {
	l, linked := t.links[v.Person]
	if linked && !t.removed(l) {
		return t.linked(l)
	}
	a, why = t.byAddress(v.Email)
	if a == nil || why != "" || t.vacated[a.ID] {
		return nil, why
	}
	if other, taken := t.owner[a.ID]; taken && other != v.Person {
		return nil, fmt.Sprintf("the account of %s belongs to another person of the directory, %s", v.Email, other)
	}
	if a.Kind == access.Recipient && a.Status == access.Live {
		return nil, ""
	}
	return a, unusable(a)
}

// removed says whether we have deleted a linked account, and nobody has restored it.
func (t *tenant) removed(l Link) bool {
	a, there := t.byID[l.Account]
	return l.Deleted && (!there || a.Status == access.Deleted)
}

// linked finds the account of a person who was linked to one. What we have suspended is
// ours to give back.
func (t *tenant) linked(l Link) (*access.Account, string) {
	a, there := t.byID[l.Account]
	switch {
	case !there:
		return nil, fmt.Sprintf("the linked account %s is no longer on Kiteworks", l.Account)
	case l.Suspended && a.Status == access.Suspended:
		return a, untouchable(a)
	}
	return a, unusable(a)
}

// byAddress finds the one account of an address. A soft-deleted one counts only
// where there is no other: somebody decided to delete it.
func (t *tenant) byAddress(e access.Email) (*access.Account, string) {
	var found *access.Account
	for _, a := range t.byEmail[e] {
		switch {
		case found == nil || found.Status == access.Deleted:
			found = a
		case a.Status != access.Deleted:
			return nil, fmt.Sprintf("%s has two accounts, %s and %s", e, found.ID, a.ID)
		}
	}
	return found, ""
}

// shown says whether lists of members must show an account: one that cannot be
// used, or is gone, they may leave out.
func (t *tenant) shown(account string) bool {
	a, there := t.byID[account]
	return there && unusable(a) == ""
}

// live says whether an account can be used, or can be once its owner has confirmed it.
func live(a *access.Account) bool { return a.Status == access.Live || a.Status == access.Unverified }

// unusable says why an account that exists gets nothing, "" if it may.
func unusable(a *access.Account) string {
	if why := untouchable(a); why != "" {
		return why
	}
	switch a.Status {
	case access.Suspended, access.Deactivated, access.Deleted:
		return fmt.Sprintf("the account of %s is %s on Kiteworks, and not by us", a.Email, a.Status)
	}
	return ""
}

// untouchable says why nothing is ever done to an account, "" if it may.
func untouchable(a *access.Account) string {
	switch a.Kind {
	case access.Admin, access.SharedMailbox, access.DistributionList:
		return fmt.Sprintf("the account of %s has the kind %s, which is never touched", a.Email, a.Kind)
	}
	return ""
}
