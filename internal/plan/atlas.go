package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// atlas is the catalog, indexed.
type atlas struct {
	memory   Memory
	roles    map[string]access.Role // by folded name
	exact    map[string]access.Role // by the name itself
	profiles map[string]access.Profile
	byID     map[string]access.Folder
	byPath   map[access.Place]access.Folder // identity and folded path
	seers    map[string]string              // folded path -> the first identity that sees a folder there
	unusable map[access.Place]string
	gone     map[string]string // id of a folder that cannot be used -> why
}

func newAtlas(c *access.Catalog, m Memory) *atlas {
	a := &atlas{
		memory:   m,
		roles:    map[string]access.Role{},
		exact:    map[string]access.Role{},
		profiles: map[string]access.Profile{},
		byID:     map[string]access.Folder{},
		byPath:   map[access.Place]access.Folder{},
		seers:    map[string]string{},
		unusable: map[access.Place]string{},
		gone:     map[string]string{},
	}
	for _, r := range c.Roles {
		a.roles[access.FoldName(r.Name)], a.exact[r.Name] = r, r
	}
	for _, p := range c.Profiles {
		a.profiles[access.FoldName(p.Name)] = p
	}
	for _, f := range c.Folders {
		a.byID[f.ID] = f
		at := folded(f.As, f.Path)
		a.byPath[at] = f
		if as, seen := a.seers[string(at.Path)]; !seen || f.As < as {
			a.seers[string(at.Path)] = f.As
		}
	}
	for _, u := range c.Unusable {
		a.unusable[u.Place] = u.Why
		if id := u.Place.FolderID; id != "" && (a.gone[id] == "" || u.Why < a.gone[id]) {
			a.gone[id] = u.Why
		}
	}
	return a
}

func folded(as string, p access.Path) access.Place {
	return access.Place{As: as, Path: access.Path(p.Fold())}
}

// find returns the folder of a place. With why != "" the place must not be
// used; with neither, nothing is there.
func (a *atlas) find(p access.Place) (f access.Folder, found bool, why string) {
	p = a.memory.pinned(p)
	if why, bad := a.unusable[p]; bad {
		return f, false, why
	}
	if p.FolderID == "" {
		f, found = a.byPath[folded(p.As, p.Path)]
		return f, found, ""
	}
	if f, found = a.byID[p.FolderID]; !found {
		return f, false, fmt.Sprintf("folder %s was not found below the roots: correct the rule, or add a folder above it to kiteworks.roots", p.FolderID)
	}
	return f, true, ""
}

// absent says why there is no folder at a place that has been looked for.
func (a *atlas) absent(p access.Place) string {
	if other, seen := a.seers[p.Path.Fold()]; seen && p.FolderID == "" {
		return fmt.Sprintf("%s does not see folder %s, but %s does: let the first into it, or name the second by `as`", p.As, p.Path, other)
	}
	return fmt.Sprintf("folder %s does not exist for %s: make it, or write create: true", p.Path, p.As)
}

// known is the server's role of a name. To fold each of a million names costs more than
// to look for it as the server writes it first.
func (a *atlas) known(name string) (r access.Role, ok bool) {
	if r, ok = a.exact[name]; !ok {
		r, ok = a.roles[access.FoldName(name)]
	}
	return r, ok
}

// role resolves a role by its name.
func (a *atlas) role(name string) (access.Role, error) {
	r, ok := a.known(name)
	if !ok {
		return r, fmt.Errorf("the server has no role %q: it offers %s", name, a.roleNames())
	}
	return r, nil
}

// weaker says whether one role is known to be weaker than another.
func (a *atlas) weaker(role, than string) bool {
	r, known := a.known(role)
	o, other := a.known(than)
	return known && other && r.Rank < o.Rank
}

// profile resolves a profile by its name; "" leaves the choice to the server.
func (a *atlas) profile(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	p, ok := a.profiles[access.FoldName(name)]
	if !ok {
		return "", fmt.Errorf("the server has no profile %q: it offers %s", name, a.profileNames())
	}
	return p.Name, nil
}

func (a *atlas) roleNames() string {
	return sortedNames(a.roles, func(r access.Role) string { return r.Name })
}

func (a *atlas) profileNames() string {
	return sortedNames(a.profiles, func(p access.Profile) string { return p.Name })
}

func sortedNames[V any](m map[string]V, name func(V) string) string {
	var names []string
	for _, v := range m {
		names = append(names, name(v))
	}
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
