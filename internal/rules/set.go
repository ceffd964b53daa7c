package rules

import (
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/filter"
)

// Options is what the rules are compiled against.
type Options struct {
	Identities []string      // the subjects that `as` may name, as access.ParseEmail spells them
	DefaultAs  string        // the identity of a grant without `as`
	Roots      []access.Path // folders lie only below these
}

// Set is the rules, compiled: without mistakes and ready to be bound to a
// snapshot. It does not change and may be shared.
type Set struct {
	rules      []rule
	roots      []access.Path
	attributes []string
}

// rule is a Rule that has passed every check.
type rule struct {
	name            string
	group, notGroup string         // as written, trimmed; "": not asked
	filter          *filter.Filter // nil: not asked
	account         bool
	profile         string
	grants          []grant
}

// grant is a Grant that has passed every check. Its place is finished unless
// there is a template.
type grant struct {
	place    access.Place
	template *template // nil: place is finished
	proven   bool      // whatever the template gives lies below a root
	role     string
	create   bool
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

// Attributes are the attributes that filters and templates look at, lower-case
// and sorted: what the directory must read besides its own.
func (s *Set) Attributes() []string { return slices.Clone(s.attributes) }

// Groups are the groups that conditions name, as written, sorted: the keys
// under which Bind wants and gives pins.
func (s *Set) Groups() []string {
	var names []string
	for _, r := range s.rules {
		for _, name := range []string{r.group, r.notGroup} {
			if name != "" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func collectAttributes(rules []rule) []string {
	var names []string
	for _, r := range rules {
		if r.filter != nil {
			names = append(names, r.filter.Attributes()...)
		}
		for _, g := range r.grants {
			if g.template != nil {
				names = append(names, g.template.attributes...)
			}
		}
	}
	for i := range names {
		names[i] = strings.ToLower(names[i])
	}
	slices.Sort(names)
	return slices.Compact(names)
}
