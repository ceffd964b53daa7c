package sync

import (
	"context"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Ownership is what is ours, and what may become so.
type Ownership struct {
	Ours, Adoptable plan.Adoption

	accounts map[string]access.Account
	folders  map[string]access.Path
	people   map[access.PersonID]*access.Person
	namable  namable
}

// Ownership reads the directory, the ledger and Kiteworks, there also the folders
// that no rule speaks of any more and on which something is ours.
func (p *Planner) Ownership(ctx context.Context) (Ownership, error) {
	if err := p.validate(); err != nil {
		return Ownership{}, err
	}
	trigger := Trigger{Name: "ownership", Full: true}
	report := p.begin(trigger)
	v := &view{planner: p, report: &report, trigger: trigger}
	m, err := p.Recall.Recall(ctx, nil)
	if err != nil {
		return Ownership{}, fmt.Errorf("read the ledger: %w", err)
	}
	if err := v.refresh(ctx); err != nil {
		return Ownership{}, err
	}
	v.evaluate(m)
	ours := plan.Belongings(m)
	if v.catalog, err = p.Reader.Catalog(ctx, plan.Places(v.verdicts, nil, m, ours...)); err != nil {
		return Ownership{}, fmt.Errorf("read Kiteworks: %w", err)
	}
	if v.state, err = p.Reader.Observe(ctx, plan.Folders(v.verdicts, nil, m, v.catalog, ours...)); err != nil {
		return Ownership{}, fmt.Errorf("read Kiteworks: %w", err)
	}
	return v.ownership(m), nil
}

func (v *view) ownership(m plan.Memory) Ownership {
	o := Ownership{
		Ours: plan.Ours(m), Adoptable: plan.Adoptable(v.verdicts, v.catalog, v.state, m, v.planner.Policy),
		accounts: map[string]access.Account{}, folders: map[string]access.Path{}, people: map[access.PersonID]*access.Person{},
	}
	for _, a := range v.state.Accounts {
		o.accounts[a.ID] = a
	}
	for place, folder := range m.Folders {
		if known := o.folders[folder]; place.Path != "" && (known == "" || place.Path < known) {
			o.folders[folder] = place.Path
		}
	}
	for _, f := range v.catalog.Folders {
		o.folders[f.ID] = f.Path
	}
	for i := range v.snapshot.People {
		o.people[v.snapshot.People[i].ID] = &v.snapshot.People[i]
	}
	o.namable = v.namable(m)
	return o
}

// Address is an account's, as Kiteworks has it; its id if it is not there any more.
func (o *Ownership) Address(account string) string {
	if a, there := o.accounts[account]; there && a.Email != "" {
		return string(a.Email)
	}
	return "account " + account
}

// Giver is who gave a grant, as Kiteworks says.
func (o *Ownership) Giver(g access.Owned) string {
	if g.SharedBy == "" {
		return "somebody whom Kiteworks does not name"
	}
	return o.Address(g.SharedBy)
}

// Path is a folder's, as it is now, or as it was if it is not there any more; its
// id if nothing is known of it.
func (o *Ownership) Path(folder string) string {
	if path := o.folders[folder]; path != "" {
		return string(path)
	}
	return "folder " + folder
}
