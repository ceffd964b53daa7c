package rules

import (
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
}

// Set is the rules, compiled: without mistakes and ready to be bound to a
// snapshot. It does not change and may be shared.
type Set struct {
	rules           []rule
	denials         []rule // one for each wall
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

	attributes []string // of people, which it looks at; sorted
}

// account is an Account that has passed every check.
type account struct {
	profile string
	name    *template // nil: as in the directory
	notify  bool
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

// Attributes are the attributes that filters, templates and dates look at,
// lower-case and sorted: what the directory must read of people besides its own.
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

// NeedsGroups says whether any rule or wall is about groups.
func (s *Set) NeedsGroups() bool {
	return len(s.Groups()) > 0 || slices.ContainsFunc(s.rules, func(r rule) bool { return r.pattern != nil })
}

// collect finds out what the directory must read.
func (s *Set) collect() {
	for _, r := range s.all() {
		for _, t := range r.tests {
			if t.filter != nil {
				r.attributes = append(r.attributes, t.filter.Attributes()...)
			}
		}
		for _, d := range r.dates() {
			r.attributes = append(r.attributes, d.attribute)
		}
		for _, t := range r.templates() {
			r.attributes = append(r.attributes, t.attributes...)
			s.groupAttributes = append(s.groupAttributes, t.groupAttributes...)
		}
		r.attributes = sorted(r.attributes)
		s.attributes = append(s.attributes, r.attributes...)
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

func (r *rule) dates() []*date {
	var all []*date
	for _, g := range r.grants {
		for _, d := range []*date{g.from, g.until} {
			if d != nil {
				all = append(all, d)
			}
		}
	}
	return all
}

func (r *rule) templates() []*template {
	var all []*template
	if r.account != nil && r.account.name != nil {
		all = append(all, r.account.name)
	}
	for _, g := range r.grants {
		if g.template != nil {
			all = append(all, g.template)
		}
	}
	return all
}

// sorted is the names in order, each once.
func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
