package main

import (
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// jsonOwnership is what adopt and disown print for a script.
type jsonOwnership struct {
	Dry      bool               `json:"dry"`
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
}

type jsonOwnedAccount struct {
	Email   string `json:"email"`
	Account string `json:"account"`
	Person  string `json:"person"`
}

func newJSONOwnership(o *kwsync.Ownership, a plan.Adoption, dry bool) jsonOwnership {
	out := jsonOwnership{Dry: dry, Grants: []jsonOwnedGrant{}, Accounts: []jsonOwnedAccount{}}
	for _, g := range a.Grants {
		out.Grants = append(out.Grants, jsonOwnedGrant{
			Path: o.Path(g.Folder), Folder: g.Folder, Email: o.Address(g.Account), Account: g.Account,
			Person: g.Person.String(), Role: g.Role, Floor: g.Floor, As: g.As, Rules: g.Rules,
		})
	}
	for _, l := range a.Accounts {
		out.Accounts = append(out.Accounts, jsonOwnedAccount{Email: o.Address(l.Account), Account: l.Account, Person: l.Person.String()})
	}
	return out
}
