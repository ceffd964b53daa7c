package kwsim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Plan says what [Populate] puts into a tenant.
type Plan struct {
	Admin     string // e-mail address of the identity that administers users; "" adds none
	Owner     string // e-mail address of the identity that owns folders; needed for folders
	Strangers int    // accounts of partners
	Folders   int    // in a tree below /Departments, /Projects, /Legal and /Clients
	Grants    int    // given by hand, by colleagues, to strangers
}

// Populate fills a tenant as years of use by hand leave it. Equal seeds, plans and tenants give equal tenants. It adds
// to what is there and refuses addresses and folders that exist already.
func Populate(w *World, seed uint64, p Plan) error {
	t := town{world: w, plan: p, random: rand.New(rand.NewPCG(seed, 0))}
	for _, step := range []func() error{t.check, t.addIdentities, t.addStrangers, t.addFolders, t.addGrants} {
		if err := step(); err != nil {
			return fmt.Errorf("populate tenant: %w", err)
		}
	}
	return nil
}

// town is a tenant that is being populated.
type town struct {
	world     *World
	plan      Plan
	random    *rand.Rand
	owner     string   // id
	strangers []string // ids
	folders   []string // ids
	trees     []string // ids of the folders at the top level
}

func (t *town) check() error {
	p := t.plan
	switch {
	case p.Strangers < 0 || p.Folders < 0 || p.Grants < 0:
		return errors.New("a count is negative: give 0 or more")
	case p.Folders > 0 && p.Owner == "":
		return errors.New("folders are planned without Owner: give the address of who owns them")
	case p.Grants > p.Folders*p.Strangers/2:
		return fmt.Errorf("%d grants are too many for %d folders and %d strangers: plan at most half of their product",
			p.Grants, p.Folders, p.Strangers)
	}
	return nil
}

func (t *town) addIdentities() error {
	if t.plan.Admin != "" {
		u := User{Email: t.plan.Admin, Name: "Onboarding Users", AdminRoleID: systemAdmin, AuthFlags: authKiteworks}
		if _, err := t.world.AddUser(u); err != nil {
			return err
		}
	}
	if t.plan.Owner == "" {
		return nil
	}
	var err error
	t.owner, err = t.world.AddUser(User{Email: t.plan.Owner, Name: "Onboarding Folders", AuthFlags: authKiteworks})
	return err
}

// authKiteworks marks accounts that sign in with a password of the server's own.
const authKiteworks = 1

// addStrangers adds people of partners: mostly verified, a few who never answered their invitation or were suspended.
func (t *town) addStrangers() error {
	first := []string{"Ada", "Bruno", "Chiara", "Dmitri", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Liam"}
	last := []string{"Abel", "Bauer", "Costa", "Dahl", "Eriksen", "Fischer", "Grau", "Haas", "Ivanov", "Jensen", "Kowal"}
	partners := []string{"northwind-audit.example", "lexpartner.example", "globex-supply.example", "hanse-cargo.example"}
	external := t.firstCustomProfile()
	for n := range t.plan.Strangers {
		f, l := first[t.random.IntN(len(first))], last[t.random.IntN(len(last))]
		id, err := t.world.AddUser(User{
			Email:      fmt.Sprintf("%s.%s%d@%s", strings.ToLower(f), strings.ToLower(l), n+1, partners[n%len(partners)]),
			Name:       f + " " + l,
			ProfileID:  external,
			AuthFlags:  authKiteworks,
			External:   true,
			Unverified: t.random.IntN(20) == 0,
			Suspended:  t.random.IntN(30) == 0,
		})
		if err != nil {
			return err
		}
		t.strangers = append(t.strangers, id)
	}
	return nil
}

// firstCustomProfile returns the profile that administrators made for partners, or the Restricted one if they made
// none.
func (t *town) firstCustomProfile() int {
	for _, p := range t.world.profiles {
		if p.Kind == Custom {
			return p.ID
		}
	}
	return t.world.profileOf(Restricted).ID
}

// addFolders adds the four trees, one level after the other.
func (t *town) addFolders() error {
	trees := []string{"Departments", "Projects", "Legal", "Clients"}
	second := map[string][]string{
		"Departments": {"Finance", "Human Resources", "Operations", "Sales", "IT"},
		"Projects":    {"Aurora", "Basalt", "Cedar", "Delta Bridge", "Ember"},
		"Legal":       {"Contracts", "Disputes", "Compliance", "Patents"},
		"Clients":     {"Globex", "Hanse Cargo", "Initech", "Umbrella", "Wayne"},
	}
	roots, err := t.addLevel([]string{""}, func(string) []string { return trees })
	if err != nil {
		return err
	}
	t.trees = roots
	names := map[string]string{} // id of a root to its name
	for i, id := range roots {
		names[id] = trees[i]
	}
	level, err := t.addLevel(roots, func(id string) []string { return second[names[id]] })
	for year := 2026; err == nil && len(t.folders) < t.plan.Folders; year-- {
		_, err = t.addLevel(level, func(string) []string {
			return []string{fmt.Sprint(year), fmt.Sprint("Archive ", year)}
		})
	}
	return err
}

// addLevel adds the named folders below each parent until there are as many as planned.
func (t *town) addLevel(parents []string, names func(parentID string) []string) ([]string, error) {
	var added []string
	for _, parent := range parents {
		for _, name := range names(parent) {
			if len(t.folders) == t.plan.Folders {
				return added, nil
			}
			id, err := t.world.AddFolder(t.owner, parent, name, true)
			if err != nil {
				return nil, err
			}
			t.folders, added = append(t.folders, id), append(added, id)
		}
	}
	return added, nil
}

// addGrants gives strangers access, by colleagues who manage the trees. No stranger holds two roles on one folder.
func (t *town) addGrants() error {
	if t.plan.Grants == 0 {
		return nil
	}
	colleagues, err := t.addColleagues()
	if err != nil {
		return err
	}
	roles := t.world.byStrength()[1:] // all but the owner's
	given := map[[2]string]bool{}
	for len(given) < t.plan.Grants {
		folder, stranger := pick(t.random, t.folders), pick(t.random, t.strangers)
		if given[[2]string{folder, stranger}] {
			continue
		}
		given[[2]string{folder, stranger}] = true
		if err := t.world.AddMember(folder, stranger, pick(t.random, roles).ID, pick(t.random, colleagues)); err != nil {
			return err
		}
	}
	return nil
}

// addColleagues adds people of the owner's domain who manage every tree.
func (t *town) addColleagues() ([]string, error) {
	_, domain, _ := strings.Cut(t.plan.Owner, "@")
	manager := t.world.byStrength()[1].ID
	var ids []string
	for _, name := range []string{"Ottilie Brandt", "Piet van Dijk", "Quirin Maurer"} {
		local := strings.ReplaceAll(strings.ToLower(name), " ", ".")
		id, err := t.world.AddUser(User{Email: local + ".retired@" + domain, Name: name, AuthFlags: authKiteworks})
		if err != nil {
			return nil, err
		}
		for _, folder := range t.trees {
			if err := t.world.AddMember(folder, id, manager, t.owner); err != nil {
				return nil, err
			}
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
