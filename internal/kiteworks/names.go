package kiteworks

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// names are the server's roles and profiles. Their ids differ between
// appliances, so the program speaks of them by name.
type names struct {
	roles    []access.Role    // sorted by id
	profiles []access.Profile // sorted by id
	full     map[string]bool  // profiles known to be Standard or made from it, by id
}

// readNames reads both lists anew and keeps them for what follows.
func (r *Reader) readNames(ctx context.Context) (*names, error) {
	ids := r.client.options.Identities
	roles, err := listAll[wireRole](ctx, r.client, get(ids.Folders, "/rest/roles", nil))
	if err != nil {
		return nil, fmt.Errorf("list the roles as %s: %w", ids.Folders, advise(err, ids.Folders))
	}
	profiles, err := list(ctx, r.client, get(ids.Users, "/rest/admin/profiles", url.Values{"orderBy": {"id:asc"}}),
		func(p wireProfile) string { return string(p.ID) })
	if err != nil {
		return nil, fmt.Errorf("list the profiles as %s: %w", ids.Users, advise(err, ids.Users))
	}
	n := &names{full: fullProfiles(profiles)}
	for _, w := range roles {
		n.roles = append(n.roles, access.Role{ID: string(w.ID), Name: w.Name, Rank: w.Rank})
	}
	for _, w := range profiles {
		n.profiles = append(n.profiles, access.Profile{ID: string(w.ID), Name: w.Name})
	}
	slices.SortFunc(n.roles, func(a, b access.Role) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(n.profiles, func(a, b access.Profile) int { return cmp.Compare(a.ID, b.ID) })
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names = n
	return n, nil
}

// fullProfiles finds Standard and what was cloned from it: moving an account
// there takes no data away. Of any other profile that is not known.
func fullProfiles(profiles []wireProfile) map[string]bool {
	full := map[string]bool{}
	for range profiles { // a clone may be listed before its prototype
		for _, p := range profiles {
			if access.FoldName(p.Name) == "standard" || (p.Prototype.set() && full[string(p.Prototype)]) {
				full[string(p.ID)] = true
			}
		}
	}
	return full
}

// current returns the names read last, reading them if nobody has yet.
func (r *Reader) current(ctx context.Context) (*names, error) {
	r.mu.Lock()
	n := r.names
	r.mu.Unlock()
	if n != nil {
		return n, nil
	}
	return r.readNames(ctx)
}

func (n *names) role(id string) string {
	for _, r := range n.roles {
		if r.ID == id {
			return r.Name
		}
	}
	return "role " + id
}

func (n *names) profile(id string) string {
	for _, p := range n.profiles {
		if p.ID == id {
			return p.Name
		}
	}
	return "profile " + id
}

// roleID is a role's id as a request carries it, a number in every version of the API.
func (n *names) roleID(name string) (json.Number, error) {
	for _, r := range n.roles {
		if access.FoldName(r.Name) == access.FoldName(name) {
			return number("role "+r.Name, r.ID)
		}
	}
	return "", fmt.Errorf("the server has no role %q", name)
}

// covers says whether holding one role is at least as much as holding the other.
func (n *names) covers(held, wanted string) bool {
	rank := func(name string) (int, bool) {
		i := slices.IndexFunc(n.roles, func(r access.Role) bool { return access.FoldName(r.Name) == access.FoldName(name) })
		if i < 0 {
			return 0, false
		}
		return n.roles[i].Rank, true
	}
	h, known := rank(held)
	w, alsoKnown := rank(wanted)
	return known && alsoKnown && h >= w
}

// profileID is a profile's id, likewise.
func (n *names) profileID(name string) (json.Number, error) {
	for _, p := range n.profiles {
		if access.FoldName(p.Name) == access.FoldName(name) {
			return number("profile "+p.Name, p.ID)
		}
	}
	return "", fmt.Errorf("the server has no profile %q", name)
}

func number(what, id string) (json.Number, error) {
	if _, err := strconv.Atoi(id); err != nil {
		return "", fmt.Errorf("%s has the id %q on the server, where a number is wanted", what, id)
	}
	return json.Number(id), nil
}
