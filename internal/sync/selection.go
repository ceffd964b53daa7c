package sync

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Selection is of which grants, or of which accounts, somebody speaks. What is
// empty does not narrow it.
type Selection struct {
	Folder   access.Path // and what is below
	FolderID string      // that folder alone
	Person   string      // e-mail, id or DN
	Rule     string      // name
	Accounts bool        // accounts, not grants
	All      bool        // both; nothing else is said then
}

// Select keeps what a selection speaks of, in the order of paths and addresses. A person,
// folder or rule of which nothing is known is an error: it is misspelt.
func (o *Ownership) Select(a plan.Adoption, s Selection) (plan.Adoption, error) {
	person := newNaming(s.Person)
	if err := o.recognize(s, person); err != nil {
		return plan.Adoption{}, err
	}
	a.Grants = slices.DeleteFunc(slices.Clone(a.Grants), func(g access.Owned) bool {
		return !s.All && (s.Accounts || s.FolderID != "" && g.Folder != s.FolderID ||
			s.Folder != "" && !o.folders[g.Folder].Under(s.Folder) ||
			s.Rule != "" && !slices.Contains(g.Rules(), s.Rule) ||
			!o.means(person, g.Person, g.Account))
	})
	a.Accounts = slices.DeleteFunc(slices.Clone(a.Accounts), func(l plan.Link) bool {
		return !s.All && (!s.Accounts || !o.means(person, l.Person, l.Account))
	})
	slices.SortStableFunc(a.Grants, func(x, y access.Owned) int {
		return cmp.Or(cmp.Compare(o.Path(x.Folder), o.Path(y.Folder)), cmp.Compare(x.Folder, y.Folder), cmp.Compare(o.Address(x.Account), o.Address(y.Account)))
	})
	slices.SortStableFunc(a.Accounts, func(x, y plan.Link) int { return cmp.Compare(o.Address(x.Account), o.Address(y.Account)) })
	return a, nil
}

// means says whether a name is a person's, who may have left, or an account's; none
// means everybody.
func (o *Ownership) means(name naming, id access.PersonID, account string) bool {
	p := o.people[id]
	if p == nil {
		p = &access.Person{ID: id}
	}
	return name.text == "" || name.means(p) || strings.EqualFold(name.text, account) || strings.EqualFold(name.text, string(o.accounts[account].Email))
}
