package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Known is what earlier runs have settled, and decides where the directory alone
// leaves a doubt.
type Known struct {
	// Groups are the pins: which group each name once meant, by the name as the
	// rule writes it. Groups that a pattern finds have none: their names say what they mean.
	// The units that "under" names have theirs here too: see unitRef.
	Groups map[string]access.GroupID
	// Attributes, and GroupAttributes, are those that were read of people and of groups,
	// lower-case; nil: all that the rules look at.
	Attributes, GroupAttributes []string
	// Linked says whether a person has an account; nil: nobody has.
	Linked func(access.PersonID) bool
}

// Bound is the rules bound to one snapshot: their groups are found, and the
// e-mails that two people share are known. It does not change and may be shared.
type Bound struct {
	set      *Set
	groups   []access.Group
	rules    []boundRule
	denials  []boundRule                         // one for each wall
	matching func(attribute string) access.Match // how its values are compared
	shared   map[access.Email]*namesakes         // only e-mails of several people
	managers managers
	units    unitIndex
	resolved map[string]access.GroupID
	renamed  []Renaming

	candidates candidates
}

// boundRule is a rule whose groups are indices into the snapshot.
type boundRule struct {
	*rule
	tests     []test
	via       []access.GroupID
	instances []instance // of its pattern, ascending
	flaws     []flaw     // for which the rule is held for everybody
	frozen    string     // their reasons; "": it is not

	// hidden are the instances that do not show their members, ascending. Whoever is
	// not visibly in all of them is held there, because of unseen.
	hidden []int32
	unseen string
}

// flaw is why a rule is held for everybody, and where in the rule that lies.
type flaw struct{ at, attribute, why string }

const none = -1

// Bind finds the rules' groups in the snapshot, and who has an address. A rule
// one of whose groups is missing, ambiguous or no longer the one it was is held
// for everybody.
func (s *Set) Bind(sn *access.Snapshot, k Known) *Bound {
	b := &Bound{
		set:      s,
		groups:   sn.Groups,
		matching: matching(sn.Match),
		shared:   namesakesOf(sn.People, k.Linked),
		managers: newManagers(s.heirs, sn.People),
		resolved: map[string]access.GroupID{},
	}
	b.units = newUnitIndex(sn.Units)
	found := finder{newGroupIndex(s.Groups(), sn.Groups), b.units, k.Groups}
	alike := newLikeness(sn.Groups)
	for i := range s.rules {
		bound := b.bindRule(&s.rules[i], found)
		bound.doubt(newVocabulary(s, sn.Unknown, k))
		bound.freeze()
		bound.bindPattern(alike)
		b.rules = append(b.rules, bound)
	}
	for i := range s.denials {
		bound := b.bindRule(&s.denials[i], found)
		bound.doubt(newVocabulary(s, sn.Unknown, k))
		bound.freeze()
		b.denials = append(b.denials, bound)
	}
	b.candidates = newCandidates(b.rules)
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

// finder is where what rules name is found.
type finder struct {
	groups groupIndex
	units  unitIndex
	pins   map[string]access.GroupID
}

func (b *Bound) bindRule(r *rule, f finder) boundRule {
	out := boundRule{rule: r, tests: slices.Clone(r.tests)}
	for i := range out.tests {
		t := &out.tests[i]
		why := ""
		switch t.kind {
		case testGroup, testNotGroup:
			if t.group, why = b.resolve(r, t.text, f); why == "" && t.kind == testGroup {
				out.via = []access.GroupID{f.groups.groups[t.group].ID}
			}
		case testUnder:
			why = b.seats(r, t, f)
		}
		if why != "" {
			out.flaws = append(out.flaws, flaw{at: r.at + ".when." + t.kind.String(), why: why})
		}
	}
	return out
}

// freeze says for which reasons the rule is held for everybody, each once.
func (r *boundRule) freeze() {
	var reasons []string
	for _, f := range r.flaws {
		if !slices.Contains(reasons, f.why) {
			reasons = append(reasons, f.why)
		}
	}
	r.frozen = strings.Join(reasons, "; ")
}

// resolve finds the group that a rule names, or says why the rule is frozen.
func (b *Bound) resolve(r *rule, name string, f finder) (at int32, why string) {
	at, err := f.groups.resolve(name, f.pins)
	if err != nil {
		return none, err.Error()
	}
	g := &b.groups[at]
	if g.Hidden {
		return none, fmt.Sprintf("group %q, or a group in it, does not show its members: let the bind account read them", name)
	}
	if f.pins[name] != g.ID {
		b.resolved[name] = g.ID
	} else if !slices.Contains(f.groups.named(name), at) {
		b.rename(r, fmt.Sprintf("the group %q is called %q by now, and is %s: write that", name, g.Name, g.DN))
	}
	return at, ""
}

// Problems are the rules that wait for an administrator, each once, in the order
// of the file, with the reason and what to do: those that are held for everybody,
// and those of whose pattern a group does not show its members.
func (b *Bound) Problems() []access.Held {
	var held []access.Held
	for _, r := range b.rules {
		if why := cmp.Or(r.frozen, r.unseen); why != "" {
			held = append(held, access.Held{Rule: r.name, Why: why, Common: true})
		}
	}
	return held
}

// Resolved are the groups and units found for the first time: new pins.
func (b *Bound) Resolved() map[string]access.GroupID { return maps.Clone(b.resolved) }
