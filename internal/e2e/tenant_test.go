package e2e_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

func (s *site) addUser(u kwsim.User) (id string) {
	s.t.Helper()
	id, err := s.kw.World().AddUser(u)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// user is the row of an address that must be there.
func (s *site) user(email string) kwsim.User {
	s.t.Helper()
	u, ok := s.kw.World().UserByEmail(email)
	if !ok {
		s.t.Fatalf("the tenant has no user %s", email)
	}
	return u
}

// addFolder makes a folder as its owner would, "" being the top.
func (s *site) addFolder(owner, parent, name string) (id string) {
	s.t.Helper()
	if parent != "" {
		parent = s.folder(owner, parent).ID
	}
	id, err := s.kw.World().AddFolder(s.user(owner).ID, parent, name, true)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// folder is the live folder at a path of its owner's tree.
func (s *site) folder(owner, path string) kwsim.Folder {
	s.t.Helper()
	f, ok := s.kw.World().FolderByPath(s.user(owner).ID, path)
	if !ok {
		s.t.Fatalf("%s has no folder %s", owner, path)
	}
	return f
}

// giveByHand is a human's grant, made by a colleague who manages the folder.
func (s *site) giveByHand(path, email, role, by string) {
	s.t.Helper()
	f := s.folder(foldersIdentity, path)
	if err := s.kw.World().AddMember(f.ID, s.user(email).ID, s.roleID(role), s.user(by).ID); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) roleID(name string) int {
	s.t.Helper()
	r, ok := s.kw.World().Role(name)
	if !ok {
		s.t.Fatalf("the tenant has no role %s", name)
	}
	return r.ID
}

// holding is one role given on one folder itself, in words that do not depend on ids.
type holding struct{ Path, Email, Role, By string }

// holdings are all roles given on live folders, ownership left out: it comes with a folder.
func (s *site) holdings() []holding {
	s.t.Helper()
	w := s.kw.World()
	roles, emails := map[int]string{}, map[string]string{}
	for _, r := range kwsim.DefaultRoles() {
		roles[r.ID] = r.Name
	}
	for _, u := range w.Users() {
		emails[u.ID] = u.Email
	}
	var all []holding
	for _, f := range w.Folders() {
		for _, m := range w.Members(f.ID) {
			if m.DirectRoleID != 0 && roles[m.DirectRoleID] != "Owner" && !f.Deleted {
				all = append(all, holding{f.Path, m.Email, roles[m.DirectRoleID], emails[m.SharedBy]})
			}
		}
	}
	slices.SortFunc(all, compareHoldings)
	return all
}

func compareHoldings(a, b holding) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Email, b.Email), cmp.Compare(a.Role, b.Role))
}

// without are the holdings that are not among others.
func without(all, others []holding) []holding {
	return slices.DeleteFunc(slices.Clone(all), func(h holding) bool { return slices.Contains(others, h) })
}

// accounts are the addresses of everybody who has an account, with duplicates if there were any.
func (s *site) accounts() []string {
	var all []string
	for _, u := range s.kw.World().Users() {
		if !u.Recipient {
			all = append(all, u.Email)
		}
	}
	slices.Sort(all)
	return all
}

// picture is the tenant's dump, row by row, byte by byte. The keys are ids.
type picture struct{ users, folders, grants map[string]string }

func (s *site) picture() picture {
	s.t.Helper()
	text, err := s.kw.World().Dump()
	if err != nil {
		s.t.Fatal(err)
	}
	var dump struct{ Users, Folders, Grants []json.RawMessage }
	if err := json.Unmarshal(text, &dump); err != nil {
		s.t.Fatal(err)
	}
	return picture{rowsByID(s.t, dump.Users), rowsByID(s.t, dump.Folders), rowsByID(s.t, dump.Grants)}
}

func rowsByID(t testing.TB, rows []json.RawMessage) map[string]string {
	t.Helper()
	byID := map[string]string{}
	for _, row := range rows {
		var key struct{ ID, FolderID, UserID string }
		if err := json.Unmarshal(row, &key); err != nil {
			t.Fatal(err)
		}
		byID[key.ID+key.FolderID+" "+key.UserID] = string(row)
	}
	return byID
}

// restrictedTo keeps what was in the tenant before.
func (p picture) restrictedTo(before picture) picture {
	keep := func(now, then map[string]string) map[string]string {
		kept := map[string]string{}
		for id := range then {
			kept[id] = now[id]
		}
		return kept
	}
	return picture{keep(p.users, before.users), keep(p.folders, before.folders), keep(p.grants, before.grants)}
}

// writes are the requests that can change the tenant.
func (s *site) writes() []kwsim.Exchange {
	return slices.DeleteFunc(s.kw.History(), func(e kwsim.Exchange) bool { return !e.Write })
}
