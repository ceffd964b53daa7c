package rules

import (
	"fmt"
	"maps"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Known is what earlier runs have settled, and decides where the directory alone
// leaves a doubt.
type Known struct {
	// Groups are the pins: which group each name once meant, by the name as the
	// rule writes it.
	Groups map[string]access.GroupID
	// Linked says whether a person has an account; nil: nobody has.
	Linked func(access.PersonID) bool
}

// Bound is the rules bound to one snapshot: their groups are found, and the
// e-mails that two people share are known. It does not change and may be shared.
type Bound struct {
	set      *Set
	rules    []boundRule
	matching func(attribute string) access.Match // how its values are compared
	shared   map[access.Email]*namesakes         // only e-mails of several people
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

// Bind finds the rules' groups in the snapshot, and who has an address. A rule
// one of whose groups is missing, ambiguous or no longer the one it was is held
// for everybody.
func (s *Set) Bind(sn *access.Snapshot, k Known) *Bound {
	b := &Bound{
		set:      s,
		matching: matching(sn.Match),
		shared:   namesakesOf(sn.People, k.Linked),
		resolved: map[string]access.GroupID{},
	}
	found := newGroupIndex(s.Groups(), sn.Groups)
	for i := range s.rules {
		b.rules = append(b.rules, b.bindRule(&s.rules[i], found, k.Groups))
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
		if index.groups[at].Hidden {
			reasons = append(reasons, fmt.Sprintf("group %q, or a group in it, does not show its members: let the bind account read them", name))
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
