package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Bound is the rules bound to one snapshot: their groups are found, and the
// e-mails that two people share are known. It does not change and may be shared.
type Bound struct {
	set      *Set
	rules    []boundRule
	matching func(attribute string) access.Match // how its values are compared
	people   []access.Person
	shared   map[access.Email][]int32 // only e-mails of several people -> indices into people
	resolved map[string]access.GroupID
}

// boundRule is a rule whose groups are indices into the snapshot.
type boundRule struct {
	*rule
	group, notGroup int32 // none: not asked
	via             []access.GroupID
	frozen          string // why the rule is held for everybody; "": it is not
}

const none = -1

// Bind finds the rules' groups in the snapshot. The pins say which group each
// name once meant, by the name as the rule writes it. A rule one of whose groups
// is missing, ambiguous or no longer the one it was is held for everybody.
func (s *Set) Bind(sn *access.Snapshot, pins map[string]access.GroupID) *Bound {
	b := &Bound{
		set:      s,
		matching: matching(sn.Match),
		people:   sn.People,
		shared:   sharedEmails(sn.People),
		resolved: map[string]access.GroupID{},
	}
	found := newGroupIndex(s.Groups(), sn.Groups)
	for i := range s.rules {
		b.rules = append(b.rules, b.bindRule(&s.rules[i], found, pins))
	}
	return b
}

// matching compares without regard to case where the schema says nothing.
func matching(rules map[string]access.Match) func(string) access.Match {
	return func(attribute string) access.Match {
		if m, ok := rules[attribute]; ok {
			return m
		}
		return access.CaseIgnore
	}
}

func (b *Bound) bindRule(r *rule, index groupIndex, pins map[string]access.GroupID) boundRule {
	out := boundRule{rule: r, group: none, notGroup: none}
	var reasons []string
	resolve := func(name string) int32 {
		if name == "" {
			return none
		}
		at, err := index.resolve(name, pins)
		if err != nil {
			reasons = append(reasons, err.Error())
			return none
		}
		if id := index.groups[at].ID; pins[name] != id {
			b.resolved[name] = id
		}
		return at
	}
	out.group, out.notGroup = resolve(r.group), resolve(r.notGroup)
	if out.group != none {
		out.via = []access.GroupID{index.groups[out.group].ID}
	}
	out.frozen = strings.Join(reasons, "; ")
	return out
}

// Problems are the rules that are held for everybody, each once, in the order
// of the file, with the reason and what to do.
func (b *Bound) Problems() []access.Held {
	var held []access.Held
	for _, r := range b.rules {
		if r.frozen != "" {
			held = append(held, access.Held{Rule: r.name, Why: r.frozen})
		}
	}
	return held
}

// Resolved are the groups found for the first time: new pins.
func (b *Bound) Resolved() map[string]access.GroupID { return maps.Clone(b.resolved) }

// sharedEmails finds the addresses that more than one person has.
func sharedEmails(people []access.Person) map[access.Email][]int32 {
	first := make(map[access.Email]int32, len(people))
	shared := map[access.Email][]int32{}
	for i := range people {
		email := people[i].Email
		if email == "" {
			continue
		}
		at, seen := first[email]
		switch {
		case !seen:
			first[email] = int32(i)
		case shared[email] == nil:
			shared[email] = []int32{at, int32(i)}
		default:
			shared[email] = append(shared[email], int32(i))
		}
	}
	return shared
}

// groupIndex finds groups by name, by DN and by id, of those that are asked for.
type groupIndex struct {
	groups []access.Group
	byName map[string][]int32
	byDN   map[string]int32
	byID   map[access.GroupID]int32
}

func newGroupIndex(names []string, groups []access.Group) groupIndex {
	x := groupIndex{
		groups: groups,
		byName: map[string][]int32{},
		byDN:   map[string]int32{},
		byID:   make(map[access.GroupID]int32, len(groups)),
	}
	for _, name := range names {
		x.byName[access.FoldName(name)] = nil
	}
	dns := slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "=") })
	for i, g := range groups {
		x.byID[g.ID] = int32(i)
		key := access.FoldName(g.Name)
		if at, asked := x.byName[key]; asked {
			x.byName[key] = append(at, int32(i))
		}
		if dns {
			x.byDN[foldDN(g.DN)] = int32(i)
		}
	}
	return x
}

// named are the groups that bear the name now: the one with that DN, else all of that name.
func (x groupIndex) named(name string) []int32 {
	if key := foldDN(name); key != "" {
		if at, ok := x.byDN[key]; ok {
			return []int32{at}
		}
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
		return none, fmt.Errorf("group %q is not in the directory: correct the name, or add its base to directory.groups.bases", name)
	case 1:
		return named[0], nil
	default:
		return none, fmt.Errorf("group %q is the name of %d groups (%s): name the one you mean by its DN", name, len(named), x.listDNs(named))
	}
}

func (x groupIndex) follow(name string, id access.GroupID, named []int32) (int32, error) {
	at, exists := x.byID[id]
	switch {
	case exists && (len(named) == 0 || slices.Contains(named, at)):
		return at, nil
	case exists:
		return none, fmt.Errorf("group %q was renamed to %s and the name now belongs to %s: write the DN of the one you mean into the rule", name, x.groups[at].DN, x.listDNs(named))
	case len(named) > 0:
		return none, fmt.Errorf("group %q was deleted and made again (id %s is gone, %s has another): write its DN, spelt anew, into the rule once you have looked at its members", name, id, x.listDNs(named))
	default:
		return none, fmt.Errorf("group %q (id %s) is gone from the directory: restore it, or remove the rule", name, id)
	}
}

func (x groupIndex) listDNs(at []int32) string {
	dns := make([]string, 0, len(at))
	for _, i := range at {
		dns = append(dns, x.groups[i].DN)
	}
	slices.Sort(dns)
	return strings.Join(dns, "; ")
}
