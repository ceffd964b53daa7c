package sync

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Identified is a person, and what they are called.
type Identified struct {
	Person  access.PersonID
	Email   access.Email // in the directory, else of the account; "" if there is none
	DN      string       // "": the directory does not have them
	Account string       // that is linked; "": none is
}

// String is what a command calls them.
func (i Identified) String() string {
	if i.Email == "" {
		return i.Person.String()
	}
	return fmt.Sprintf("%s (%s)", i.Email, i.Person)
}

// Known is a ledger that tells what is known of accounts.
type Known interface {
	// Observed is as in Memory.
	Observed(ctx context.Context, of *plan.Scope, folders []string) (access.State, error)
}

// Identify finds the one person of that e-mail, id or DN: in the directory, or, where that does
// not have them or cannot be read, among those of whom the ledger knows, by their id, or by the
// id or the last known address of their account.
func (p *Planner) Identify(ctx context.Context, book Known, name string) (Identified, error) {
	m, err := p.Recall.Recall(ctx, nil)
	if err != nil {
		return Identified{}, fmt.Errorf("read the ledger: %w", err)
	}
	n := newNaming(name)
	sn, _, unread := p.Directory.Refresh(ctx, false)
	var found []Identified
	if unread == nil {
		found = n.inDirectory(sn, m)
	}
	if len(found) == 0 {
		if found, err = n.inLedger(ctx, m, book); err != nil {
			return Identified{}, err
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return Identified{}, fmt.Errorf("%q may mean %s or %s: name the one by the id", name, found[0], found[1])
	case unread != nil:
		return Identified{}, fmt.Errorf("the ledger knows nobody of the address or id %q, and the directory cannot be read: %w", name, unread)
	}
	return Identified{}, n.nobody(sn.People)
}

func (n naming) inDirectory(sn *access.Snapshot, m plan.Memory) (found []Identified) {
	for i := range sn.People {
		if p := &sn.People[i]; n.means(p) {
			found = append(found, Identified{Person: p.ID, Email: p.Email, DN: p.DN, Account: m.Links[p.ID].Account})
		}
	}
	return found
}

func (n naming) inLedger(ctx context.Context, m plan.Memory, book Known) (found []Identified, err error) {
	st, err := book.Observed(ctx, &plan.Scope{Emails: []access.Email{access.Email(strings.ToLower(n.text))}}, []string{})
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	emails := map[string]access.Email{}
	for _, a := range st.Accounts {
		emails[a.ID] = a.Email
	}
	for _, id := range slices.SortedFunc(maps.Keys(m.Links), access.PersonID.Compare) {
		account := m.Links[id].Account
		_, addressed := emails[account]
		if addressed || account == n.text || id.String() == n.text || id.ID == n.text {
			found = append(found, Identified{Person: id, Email: emails[account], Account: account})
		}
	}
	return found, nil
}

// Account finds an account at Kiteworks by its id or address. One that nobody may be tied to
// is an error.
func (p *Planner) Account(ctx context.Context, name string) (access.Account, error) {
	if _, err := p.Reader.Catalog(ctx, nil); err != nil {
		return access.Account{}, fmt.Errorf("read Kiteworks: %w", err)
	}
	st, err := p.Reader.Observe(ctx, nil)
	if err != nil {
		return access.Account{}, fmt.Errorf("read Kiteworks: %w", err)
	}
	for _, a := range st.Accounts {
		if a.ID != name && !strings.EqualFold(string(a.Email), name) {
			continue
		}
		why, never := p.Policy.Never[a.Email]
		switch {
		case a.Status == access.Deleted && a.ID != name:
			continue
		case never:
			return a, fmt.Errorf("account %s is never touched: %s", a.Email, why)
		case a.Kind != access.User:
			return a, fmt.Errorf("account %s is %s: people are tied to ordinary accounts only", a.Email, a.Kind)
		case a.Status == access.Deleted:
			return a, fmt.Errorf("account %s is deleted", a.ID)
		}
		return a, nil
	}
	return access.Account{}, fmt.Errorf("there is no account with the id or address %q at Kiteworks", name)
}
