package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// vocabulary is which attributes rules may look at.
type vocabulary struct {
	unknown []string // no directory's schema has them
	known   Known
	words   []string // that a misspelt name may have meant
}

func newVocabulary(s *Set, unknown []string, k Known) vocabulary {
	v := vocabulary{unknown: unknown, known: k}
	if len(unknown) > 0 || k.Attributes != nil {
		v.words = sorted(slices.Concat(s.attributes, k.Attributes))
		v.words = slices.DeleteFunc(v.words, func(name string) bool {
			return slices.Contains(unknown, name) || k.Attributes != nil && !slices.Contains(k.Attributes, name)
		})
	}
	return v
}

// doubt freezes a rule that looks at an attribute which no directory knows, or which was not read: a name
// misspelt in a negation would hold for everybody.
func (r *boundRule) doubt(v vocabulary) {
	for _, l := range r.looks {
		if why := v.against(l); why != "" {
			r.flaws = append(r.flaws, flaw{at: l.at, attribute: l.attribute, why: why})
		}
	}
}

// against is why a rule may not look so; "": it may.
func (v vocabulary) against(l look) string {
	read := v.known.Attributes
	if l.ofGroup {
		read = v.known.GroupAttributes
	}
	switch {
	case !l.ofGroup && slices.Contains(v.unknown, l.attribute):
		return fmt.Sprintf("attribute %s is not in the directory's schema: %scorrect the name", l.attribute, v.meant(l))
	case v.known.Attributes != nil && !slices.Contains(read, l.attribute):
		return fmt.Sprintf("attribute %s was not read when the snapshot was made: %sif the name is right, make a new one with these rules", l.attribute, v.meant(l))
	}
	return ""
}

// meant suggests the attribute that was probably meant; "": none is near.
func (v vocabulary) meant(l look) string {
	if near := nearest(l.attribute, v.words); near != "" && !l.ofGroup {
		return fmt.Sprintf("did you mean %s? ", near)
	}
	return ""
}

// Unread finds where rules look at attributes that were not read.
func (s *Set) Unread(k Known) (found []Problem) {
	v := newVocabulary(s, nil, k)
	for i := range s.rules {
		for _, l := range s.rules[i].looks {
			if why := v.against(l); why != "" {
				found = append(found, Problem{Path: l.at, Message: why})
			}
		}
	}
	return found
}

// strange says whether the rule is frozen because it looks at the attribute.
func (r *boundRule) strange(attribute string) bool {
	return slices.ContainsFunc(r.flaws, func(f flaw) bool { return f.attribute == attribute })
}

// likeGroup is the groups that were probably meant by a name that none has, in words to
// put in front of an advice; "": none is near.
func (x groupIndex) likeGroup(name string) string {
	names := make([]string, 0, len(x.groups))
	for i := range x.groups {
		names = append(names, x.groups[i].Name)
	}
	near := alike(name, sorted(names))
	if len(near) == 0 || len(near) > maxListed {
		return ""
	}
	for i := range near {
		near[i] = strconv.Quote(near[i])
	}
	return fmt.Sprintf("did you mean %s? ", strings.Join(near, " or "))
}

// nearest is the one of some names that a misspelt one probably means; "": none is near.
func nearest(name string, names []string) string {
	if near := alike(name, names); len(near) > 0 {
		return near[0]
	}
	return ""
}

// alike are those of some names that are nearest to a misspelt one, if any is near.
func alike(name string, names []string) (near []string) {
	least := 2 // letters that may be wrong
	for _, other := range names {
		switch d := access.Distance(access.FoldName(name), access.FoldName(other)); {
		case d > least || d >= len(other):
		case d < least:
			near, least = []string{other}, d
		default:
			near = append(near, other)
		}
	}
	return near
}
