package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
)

// who uses an operation.
type who int

const (
	users   who = iota // the identity that administers users
	folders            // those that hold folders
	either             // any
)

// operation is one that the program uses of Kiteworks, and when.
type operation struct {
	op   string // method and template, as the client has it
	who  who
	mode guard.Mode        // from which on; 0: no run needs it, see `for`
	when func(*facts) bool // nil: always
	use  string            // what for
}

// facts are what of a configuration decides which operations come up.
type facts struct{ accounts, grants, creates, deletes bool }

func newFacts(c *config.Config) *facts {
	var f facts
	for _, r := range c.Rules {
		f.accounts = f.accounts || r.Account != nil
		f.grants = f.grants || len(r.Grants) > 0
		for _, g := range r.Grants {
			f.creates = f.creates || g.Create
		}
	}
	for _, l := range c.Leavers {
		for _, s := range l.Steps {
			f.deletes = f.deletes || s.Do == config.DeleteAccount
		}
	}
	return &f
}

const (
	oneUser   = "/rest/admin/users/{id}"
	oneMember = "/rest/folders/{id}/members/{member_user_id}"
)

// operations are all that the client sends; a test holds the list to its code.
func operations() []operation {
	accounts := func(f *facts) bool { return f.accounts }
	grants := func(f *facts) bool { return f.grants }
	return []operation{
		{"GET /rest/admin/users", users, guard.Observe, nil, "see which accounts there are"},
		{"GET " + oneUser, users, guard.Observe, nil, "look at an account again"},
		{"GET /rest/admin/profiles", users, guard.Observe, nil, "know the profiles by name"},
		{"GET /rest/roles", folders, guard.Observe, nil, "know the roles by name"},
		{"GET /rest/folders/top", folders, guard.Observe, nil, "find the roots"},
		{"GET /rest/folders/{id}/folders", folders, guard.Observe, nil, "find folders"},
		{"GET /rest/folders/{id}", folders, guard.Observe, nil, "follow a folder by its id"},
		{"GET /rest/folders/{id}/members", folders, guard.Observe, nil, "see who has access"},
		{"GET " + oneMember, folders, guard.Observe, nil, "look at one member again"},

		{"POST /rest/admin/users", users, guard.CreateOnly, accounts, "create accounts"},
		{"PUT " + oneUser, users, guard.CreateOnly, accounts, "switch on an account that comes back from its deletion"},
		{"PUT /rest/admin/profiles/{id}/users", users, guard.CreateOnly, accounts, "give such an account its profile"},
		{"POST /rest/folders/{id}/folders", folders, guard.CreateOnly, func(f *facts) bool { return f.creates }, "make folders"},
		{"POST /rest/folders/{id}/members", folders, guard.CreateOnly, grants, "give roles"},

		{"PUT " + oneUser, users, guard.UpsertOnly, nil, "unsuspend and name accounts"},
		{"PUT /rest/admin/profiles/{id}/users", users, guard.UpsertOnly, accounts, "change profiles"},
		{"POST /rest/admin/users/migrateEmails", users, guard.UpsertOnly, nil, "follow a new address"},

		{"PUT " + oneMember, folders, guard.Sync, nil, "lower roles"},
		{"DELETE " + oneMember, folders, guard.Sync, nil, "take roles away"},
		{"DELETE " + oneUser, users, guard.Sync, func(f *facts) bool { return f.deletes }, "delete accounts"},

		{"PUT " + oneMember, folders, 0, nil, "undo"},
		{"DELETE " + oneMember, folders, 0, nil, "undo and offboard"},
		{"PUT " + oneUser, users, 0, nil, "undo and offboard"},
		{"GET /rest/users/me", either, 0, nil, "doctor"},
		{"GET /rest/clients/me", either, 0, nil, "doctor"},
	}
}

// Need is a scope that the application must be registered for.
type Need struct {
	Scope string   `json:"scope"` // as appliances show it: GET/folders/*
	For   []string `json:"for"`   // what it is used for
}

// Needs are the scopes that runs need in this mode and with these rules, and, behind them,
// those that only some commands use: they may be left out, and whoever has them has not too much.
func Needs(c *config.Config) (must, may []Need) {
	f := newFacts(c)
	for _, o := range operations() {
		switch {
		case o.mode == 0:
			may = note(may, o)
		case o.mode <= c.Mode && (o.when == nil || o.when(f)):
			must = note(must, o)
		}
	}
	may = slices.DeleteFunc(may, func(n Need) bool {
		observing := c.Mode == guard.Observe && !strings.HasPrefix(n.Scope, "GET/") // there is nothing to take back
		return observing || slices.ContainsFunc(must, func(m Need) bool { return m.Scope == n.Scope })
	})
	return must, may
}

func note(needs []Need, o operation) []Need {
	scope := kiteworks.ScopeOf(o.op)
	i := slices.IndexFunc(needs, func(n Need) bool { return n.Scope == scope })
	if i < 0 {
		return append(needs, Need{scope, []string{o.use}})
	}
	if !slices.Contains(needs[i].For, o.use) {
		needs[i].For = append(needs[i].For, o.use)
	}
	return needs
}

// words are the scopes alone.
func words(needs []Need) string {
	var list []string
	for _, n := range needs {
		list = append(list, n.Scope)
	}
	return strings.Join(list, " ")
}

// Holder is an identity that acts on folders, and on which of the roots.
type Holder struct {
	As    access.Email
	Roots []config.Root
}

// Holders are the identities that the rules let act, in the order of the configuration. One that
// no grant names is missing: it is not needed. An identity without a root acts on folders by id only.
func Holders(c *config.Config) (all []Holder) {
	for _, as := range c.Kiteworks.Identities.All() {
		h, acts := Holder{As: as}, as == c.Kiteworks.Identities.Folders
		for _, r := range c.Rules {
			for _, g := range r.Grants {
				by := access.Email(strings.ToLower(strings.TrimSpace(g.As)))
				if by == "" {
					by = c.Kiteworks.Identities.Folders
				}
				if by == as {
					acts = true
					h.on(c.Kiteworks.Roots, g.Folder)
				}
			}
		}
		if as == c.Kiteworks.Identities.Folders && len(h.Roots) == 0 {
			h.Roots = c.Kiteworks.Roots
		}
		if acts {
			all = append(all, h)
		}
	}
	return all
}

// on notes the roots in which a folder of a grant may lie; what stands before the first
// template is known of it.
func (h *Holder) on(roots []config.Root, folder string) {
	fixed, rest, templated := strings.Cut(folder, "{{")
	fixed = access.FoldName(fixed)
	for _, root := range roots {
		at := access.FoldName(string(root.Path))
		in := fixed == at || strings.HasPrefix(fixed, at+"/") || templated && rest != "" && strings.HasPrefix(at+"/", fixed)
		if in && !slices.Contains(h.Roots, root) {
			h.Roots = append(h.Roots, root)
		}
	}
}

// lackOf words what a missing scope costs.
func lackOf(n Need) string { return fmt.Sprintf("%s (%s)", n.Scope, strings.Join(n.For, ", ")) }
