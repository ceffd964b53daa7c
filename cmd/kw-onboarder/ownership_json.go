package main

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// jsonOwnership is what adopt and disown print for a script.
type jsonOwnership struct {
	Dry      bool               `json:"dry"`
	Restored string             `json:"restored,omitempty"` // why the ledger may have forgotten what was done
	Trusted  bool               `json:"trusted,omitempty"`  // and is relied on again
	Grants   []jsonOwnedGrant   `json:"grants"`
	Accounts []jsonOwnedAccount `json:"accounts"`
}

type jsonOwnedGrant struct {
	Path    string   `json:"path"`
	Folder  string   `json:"folder"`
	Email   string   `json:"email"`
	Account string   `json:"account"`
	Person  string   `json:"person"`
	Role    string   `json:"role"`
	Floor   string   `json:"floor,omitempty"`
	As      string   `json:"as"`
	Rules   []string `json:"rules"`

	GivenBy string    `json:"given_by,omitempty"` // as Kiteworks says
	Giver   string    `json:"given_by_account,omitempty"`
	Given   time.Time `json:"given_at,omitzero"`
}

type jsonOwnedAccount struct {
	Email   string `json:"email"`
	Account string `json:"account"`
	Person  string `json:"person"`
}

func newJSONOwnership(o *kwsync.Ownership, a plan.Adoption, d restoration, dry bool) jsonOwnership {
	out := jsonOwnership{Dry: dry, Restored: d.why, Trusted: d.ended, Grants: []jsonOwnedGrant{}, Accounts: []jsonOwnedAccount{}}
	for _, g := range a.Grants {
		j := jsonOwnedGrant{
			Path: o.Path(g.Folder), Folder: g.Folder, Email: o.Address(g.Account), Account: g.Account,
			Person: g.Person.String(), Role: g.Role, Floor: g.Floor, As: g.As, Rules: g.Rules(),
			Giver: g.SharedBy, Given: g.Created,
		}
		if g.SharedBy != "" {
			j.GivenBy = o.Address(g.SharedBy)
		}
		out.Grants = append(out.Grants, j)
	}
	for _, l := range a.Accounts {
		out.Accounts = append(out.Accounts, jsonOwnedAccount{Email: o.Address(l.Account), Account: l.Account, Person: l.Person.String()})
	}
	return out
}
