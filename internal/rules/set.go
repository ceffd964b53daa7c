package rules

import (
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Options is what the rules are compiled against.
type Options struct {
	Identities []string       // the subjects that `as` may name, as access.ParseEmail spells them
	DefaultAs  string         // the identity of a grant without `as`
	Roots      []access.Path  // folders lie only below these
	Tables     Tables         // what `lookup` may look up
	Location   *time.Location // of days without a time; nil: UTC
	Denials    []*Condition   // whom each wall keeps out, in the order of `walls`; nil: that one keeps nobody out
	Heirs      []HeirExpression
}

// Set is the rules, compiled: without mistakes and ready to be bound to a
// snapshot. It does not change and may be shared.
type Set struct {
	rules           []rule
	denials         []rule // one for each wall
	heirs           []heir // for whom the ladders ask
	roots           []access.Path
	zone            *time.Location
	attributes      []string
	groupAttributes []string
}

// rule is a Rule that has passed every check.
type rule struct {
	at        string // where it stands, for problems
	name      string
	tests     []test
	groupLike string   // as written, trimmed
	pattern   *pattern // of groupLike; nil: not asked
	account   *account // nil: not asked for
	grants    []grant

	looks []look // at which attributes it looks, in the order of the file
}

// account is an Account that has passed every check.
type account struct {
	profile string
	name    *template // nil: as in the directory
	notify  bool
}

// look is an attribute that a rule looks at, and where it names it.
type look struct {
	attribute string // lower-case
	ofGroup   bool   // of the group that the pattern has found, not of the person
	at        string
}

// Len is the number of rules.
func (s *Set) Len() int { return len(s.rules) }

// Names are the rules' names, in the order of the file.
func (s *Set) Names() []string {
	names := make([]string, 0, len(s.rules))
	for _, r := range s.rules {
		names = append(names, r.name)
	}
	return names
}

// Attributes are the attributes that filters, templates, dates and the ladders' heirs
// look at, lower-case and sorted: what the directory must read of people besides its own.
func (s *Set) Attributes() []string { return slices.Clone(s.attributes) }

// GroupAttributes are the attributes of groups that templates look at, lower-case
// and sorted: what the directory must read of groups besides its own.
func (s *Set) GroupAttributes() []string { return slices.Clone(s.groupAttributes) }

// Groups are the groups that conditions name, as written, sorted: the keys
// under which Bind wants and gives pins.
func (s *Set) Groups() []string {
	var names []string
	for _, r := range s.all() {
		for _, t := range r.tests {
			if t.kind == testGroup || t.kind == testNotGroup {
				names = append(names, t.text)
			}
		}
	}
	return sorted(names)
}

// NamesUnits says whether any rule or wall is about a part of the directory's tree.
func (s *Set) NamesUnits() bool {
	return slices.ContainsFunc(s.all(), func(r *rule) bool {
		return slices.ContainsFunc(r.tests, func(t test) bool { return t.kind == testUnder })
	})
}

// NeedsGroups says whether any rule or wall is about groups.
func (s *Set) NeedsGroups() bool {
	return len(s.Groups()) > 0 || slices.ContainsFunc(s.rules, func(r rule) bool { return r.pattern != nil })
}

// collect finds out what the directory must read.
func (s *Set) collect() {
	for _, r := range s.all() {
		r.collect()
		for _, l := range r.looks {
			if l.ofGroup {
				s.groupAttributes = append(s.groupAttributes, l.attribute)
			} else {
				s.attributes = append(s.attributes, l.attribute)
			}
		}
	}
	for i := range s.heirs {
		for _, l := range s.heirs[i].looks() {
			s.attributes = append(s.attributes, l.attribute)
		}
	}
	s.attributes, s.groupAttributes = sorted(s.attributes), sorted(s.groupAttributes)
}

// all are the rules, and the conditions of the walls.
func (s *Set) all() []*rule {
	var all []*rule
	for _, list := range [][]rule{s.rules, s.denials} {
		for i := range list {
			all = append(all, &list[i])
		}
	}
	return all
}

// collect finds out at which attributes the rule looks.
func (r *rule) collect() {
	for _, t := range r.tests {
		if t.filter != nil {
			r.look(r.at+".when.filter", false, t.filter.Attributes()...)
		}
	}
	if r.account != nil && r.account.name != nil {
		r.look(r.at+".account.name", false, r.account.name.attributes...)
	}
	for n, g := range r.grants {
		at := fmt.Sprintf("%s.grants[%d]", r.at, n)
		if g.template != nil {
			r.look(at+".folder", false, g.template.attributes...)
			r.look(at+".folder", true, g.template.groupAttributes...)
		}
		if g.from != nil {
			r.look(at+".from.from", false, g.from.attribute)
		}
		if g.until != nil {
			r.look(at+".until.from", false, g.until.attribute)
		}
	}
}

func (r *rule) look(at string, ofGroup bool, attributes ...string) {
	for _, name := range attributes {
		r.looks = append(r.looks, look{attribute: name, ofGroup: ofGroup, at: at})
	}
}

// sorted is the names in order, each once.
func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
