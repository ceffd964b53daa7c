package filter

import "github.com/kw-onboarder/kw-onboarder/internal/access"

// Decisive is the smallest part of the filter, in RFC 4515 form, that alone makes
// Match say what it says: the first condition that fails of those that must all
// hold, the first that holds of those of which one is enough. It is the whole
// where all of it is needed.
func (f *Filter) Decisive(values func(attr string) []string, rule func(attr string) access.Match) string {
	return string(decisive(f.root, entry{values, rule}).appendTo(nil))
}

func decisive(m matcher, e entry) matcher {
	switch m := m.(type) {
	case and:
		return decisiveOf(m, m, e, yes)
	case or:
		return decisiveOf(m, m, e, no)
	case not:
		return not{decisive(m.matcher, e)}
	}
	return m
}

// decisiveOf looks for the member that has settled a set: the first of its truth,
// unless that is what the set is while no member objects.
func decisiveOf(set matcher, members []matcher, e entry, unsettled truth) matcher {
	result := set.eval(e)
	if result == unsettled && len(members) != 1 {
		return set
	}
	for _, member := range members {
		if member.eval(e) == result {
			return decisive(member, e)
		}
	}
	return set
}
