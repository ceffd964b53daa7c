package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// groupIndex finds groups by name, by DN and by id, of those that are asked for.
// Two directories may have the same names and even the same DNs.
type groupIndex struct {
	groups []access.Group
	byName map[string][]int32
	byDN   map[string][]int32
	byID   map[access.GroupID]int32
}

func newGroupIndex(names []string, groups []access.Group) groupIndex {
	x := groupIndex{
		groups: groups,
		byName: map[string][]int32{},
		byDN:   map[string][]int32{},
		byID:   make(map[access.GroupID]int32, len(groups)),
	}
	for _, name := range names {
		x.byName[access.FoldName(name)] = nil
		if _, rest, ok := qualified(name); ok {
			x.byName[access.FoldName(rest)] = nil
		}
	}
	dns := slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "=") })
	for i, g := range groups {
		x.byID[g.ID] = int32(i)
		key := access.FoldName(g.Name)
		if at, asked := x.byName[key]; asked {
			x.byName[key] = append(at, int32(i))
		}
		if dns {
			x.byDN[FoldDN(g.DN)] = append(x.byDN[FoldDN(g.DN)], int32(i))
		}
	}
	return x
}

// qualified reads a name that begins with that of a directory: "corp:staff".
func qualified(name string) (source, rest string, ok bool) {
	source, rest, ok = strings.Cut(name, ":")
	return access.FoldName(source), strings.TrimSpace(rest), ok
}

// named are the groups that bear the name now. A colon may be part of a name, or
// stand behind that of a directory: whoever fits either way is among them.
func (x groupIndex) named(name string) []int32 {
	found := slices.Clone(x.find(name))
	source, rest, ok := qualified(name)
	if !ok {
		return found
	}
	for _, at := range x.find(rest) {
		if access.FoldName(x.groups[at].ID.Source) == source && !slices.Contains(found, at) {
			found = append(found, at)
		}
	}
	return found
}

// find finds the groups with that DN, else all of that name.
func (x groupIndex) find(name string) []int32 {
	if at := x.byDN[FoldDN(name)]; len(at) > 0 && FoldDN(name) != "" {
		return at
	}
	return x.byName[access.FoldName(name)]
}

// resolve finds the group that a rule means. The pin decides as long as nobody
// else bears the name; the error says what to do.
func (x groupIndex) resolve(name string, pins map[string]access.GroupID) (int32, error) {
	named := x.named(name)
	if id, pinned := pins[name]; pinned {
		return x.follow(name, id, named)
	}
	switch len(named) {
	case 0:
		return none, fmt.Errorf("group %q is not in the directory: %scorrect the name, or add its base to directory.groups.bases", name, x.likeGroup(name))
	case 1:
		return named[0], nil
	default:
		return none, fmt.Errorf("group %q is the name of %d groups (%s): %s", name, len(named), x.list(named), x.advise(named))
	}
}

func (x groupIndex) follow(name string, id access.GroupID, named []int32) (int32, error) {
	at, exists := x.byID[id]
	switch {
	case exists && (len(named) == 0 || slices.Contains(named, at)):
		return at, nil
	case exists:
		return none, fmt.Errorf("group %q was renamed to %s and the name now belongs to %s: write the DN of the one you mean into the rule", name, x.groups[at].DN, x.list(named))
	case len(named) > 0:
		return none, fmt.Errorf("group %q was deleted and made again (id %s is gone, %s has another): write its DN, spelt anew, into the rule once you have looked at its members", name, id, x.list(named))
	default:
		return none, fmt.Errorf("group %q (id %s) is gone from the directory: restore it, or remove the rule", name, id)
	}
}

// advise says how to tell groups of one name apart.
func (x groupIndex) advise(at []int32) string {
	if x.scattered(at) {
		return "name the one you mean by its directory and DN, as they stand here"
	}
	return "name the one you mean by its DN"
}

// list names groups by their DNs, and by their directories where these differ.
func (x groupIndex) list(at []int32) string {
	names := make([]string, 0, len(at))
	for _, i := range at {
		g := x.groups[i]
		if x.scattered(at) {
			names = append(names, g.ID.Source+":"+g.DN)
		} else {
			names = append(names, g.DN)
		}
	}
	slices.Sort(names)
	return strings.Join(names, "; ")
}

// scattered says whether the groups are of several directories.
func (x groupIndex) scattered(at []int32) bool {
	return slices.ContainsFunc(at, func(i int32) bool { return x.groups[i].ID.Source != x.groups[at[0]].ID.Source })
}
