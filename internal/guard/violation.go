package guard

import (
	"cmp"
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Violation is access that an account has although a wall is in between.
type Violation struct {
	Wall    string
	Account string          // id
	Email   access.Email    // of the account; "": the accounts were not read
	Person  access.PersonID // zero: nobody that we know
	Folders []access.Path   // that give it, sorted
	Owned   []plan.GrantKey // what of it is ours; none: a human gave it
}

// violations are those that are certain, but of these identities, by account, then in the order of the walls.
func (ws *walls) violations(identities []access.Email) []Violation {
	var all []Violation
	who := ws.owners()
	for _, account := range slices.Sorted(maps.Keys(ws.held)) {
		o := who[account]
		if o.email != "" && slices.Contains(identities, o.email) {
			continue
		}
		for i, w := range ws.walls {
			certain := slices.DeleteFunc(slices.Clone(ws.held[account]), func(t touch) bool { return t.wall != i || t.doubt != "" })
			if len(certain) == 0 || !ws.broken(i, certain, o.person) {
				continue
			}
			v := Violation{Wall: w.Name, Account: account, Email: o.email}
			if o.person != nil {
				v.Person = o.person.ID
			}
			v.gather(certain)
			all = append(all, v)
		}
	}
	return all
}

func (ws *walls) broken(wall int, has []touch, p *access.Person) bool {
	if len(ws.walls[wall].NeverBoth) > 0 {
		return slices.ContainsFunc(has, func(t touch) bool { return t.area != has[0].area })
	}
	denied, doubt := ws.denied(wall, p)
	return denied && doubt == ""
}

func (v *Violation) gather(has []touch) {
	for _, t := range has {
		v.Folders = append(v.Folders, t.path)
		if t.ours != (plan.GrantKey{}) {
			v.Owned = append(v.Owned, t.ours)
		}
	}
	slices.Sort(v.Folders)
	slices.SortFunc(v.Owned, func(a, b plan.GrantKey) int { return cmp.Compare(a.Folder, b.Folder) })
	v.Folders, v.Owned = slices.Compact(v.Folders), slices.Compact(v.Owned)
}

// owner is whose an account is.
type owner struct {
	email  access.Email
	person *access.Person // nil: nobody that we know
}

// owners finds the people of the accounts that are near a wall: by link, else by an
// address that only one person has.
func (ws *walls) owners() map[string]owner {
	who := map[string]owner{}
	if len(ws.held) == 0 {
		return who
	}
	byEmail := map[access.Email]*access.Person{}
	for i := range ws.world.Snapshot.People {
		p := &ws.world.Snapshot.People[i]
		if _, twice := byEmail[p.Email]; twice {
			p = nil
		}
		byEmail[ws.world.Snapshot.People[i].Email] = p
	}
	for _, a := range ws.world.State.Accounts {
		who[a.ID] = owner{a.Email, byEmail[a.Email]}
	}
	for _, l := range ws.world.Memory.Links {
		if p := ws.person(l.Person); p != nil {
			who[l.Account] = owner{who[l.Account].email, p}
		}
	}
	return who
}

// exempt are the grants of ours whose end no budget bounds: a wall wants them gone.
func (ws *walls) exempt(all []Violation) map[plan.GrantKey]bool {
	revoked := map[string]bool{}
	for _, w := range ws.walls {
		revoked[w.Name] = w.Revoke
	}
	ends := map[plan.GrantKey]bool{}
	for _, v := range all {
		for _, key := range v.Owned {
			if revoked[v.Wall] {
				ends[key] = true
			}
		}
	}
	return ends
}
