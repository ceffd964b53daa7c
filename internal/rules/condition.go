package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/filter"
)

// testKind is one of the keys of a condition that is true or false of a person.
// group_like is not among them: it also says which groups the rule is given for.
type testKind int

const (
	testEveryone testKind = iota + 1
	testGroup
	testNotGroup
	testUnder
	testFilter
)

func (k testKind) String() string {
	return [...]string{"invalid", "everyone", "group", "not_group", "under", "filter"}[k]
}

// test is one part of a condition, in the order of what costs least.
type test struct {
	kind   testKind
	text   string         // as written, trimmed
	under  string         // folded DN
	seats  []seat         // set by Bind: where that is by now, if it is elsewhere
	lost   bool           // set by Bind: it cannot be said, and the rule is frozen
	filter *filter.Filter // of testFilter
	group  int32          // set by Bind; none: it was not found, and the rule is frozen
}

// condition checks a Condition and adds it to the rule.
func (c *compiler) condition(path string, r *rule, when Condition) {
	for _, text := range []*string{&when.Group, &when.NotGroup, &when.GroupLike, &when.Under, &when.Filter} {
		*text = strings.TrimSpace(*text)
	}
	alone := when
	alone.Everyone = false
	switch {
	case when == (Condition{}):
		c.report(path, "the rule has no condition", "say `everyone: true` if it is for everybody, else give `group`, `not_group`, `group_like`, `under` or `filter`")
	case when.Everyone && alone != (Condition{}):
		c.report(path+".everyone", "`everyone` stands beside another condition", "leave one of them out: `everyone` narrows nothing")
	}
	r.add(test{kind: testEveryone}, when.Everyone)
	r.add(test{kind: testGroup, text: when.Group}, when.Group != "")
	r.add(test{kind: testNotGroup, text: when.NotGroup}, when.NotGroup != "")
	r.add(test{kind: testUnder, text: when.Under, under: c.under(path, when.Under)}, when.Under != "")
	r.add(test{kind: testFilter, text: when.Filter, filter: c.filter(path, when.Filter)}, when.Filter != "")
	r.groupLike, r.pattern = when.GroupLike, c.pattern(path, when.GroupLike)
}

func (r *rule) add(t test, asked bool) {
	if asked {
		r.tests = append(r.tests, t)
	}
}

func (c *compiler) under(path, text string) string {
	key := FoldDN(text)
	if text != "" && key == "" {
		c.report(path+".under", fmt.Sprintf("%q is no distinguished name: %s", text, tornDN(text)), "write the whole DN in quotes: \"OU=Staff,DC=corp,DC=example\"")
	}
	return key
}

func (c *compiler) filter(path, text string) *filter.Filter {
	if text == "" {
		return nil
	}
	f, err := filter.Compile(text)
	if err != nil {
		c.report(path+".filter", err.Error(), "write an LDAP filter (RFC 4515) in quotes, such as \"(department=Finance)\"")
	}
	return f
}

func (c *compiler) pattern(path, text string) *pattern {
	if text == "" {
		return nil
	}
	p, err := parsePattern(text)
	if err != nil {
		c.report(path+".group_like", fmt.Sprintf("%q: %s", text, err), patternHint)
		return &pattern{} // that .group is unknown would only be the consequence
	}
	return p
}

// holds says whether the test is true of the person.
func (d *decision) holds(t *test) (bool, error) {
	switch t.kind {
	case testEveryone:
		return true, nil
	case testGroup:
		return d.member(t.group), nil
	case testNotGroup:
		return !d.member(t.group), nil
	case testUnder:
		return d.under(t)
	default:
		return t.filter.Match(d.values, d.bound.matching), nil
	}
}

func (d *decision) member(group int32) bool {
	_, ok := slices.BinarySearch(d.person.Groups, group)
	return ok
}

// under says whether the person's DN is the one of a rule, or that of the unit which the rule means, or lies below it.
func (d *decision) under(t *test) (bool, error) {
	if d.dn == "" {
		d.dn = FoldDN(d.person.DN)
	}
	if d.dn == "" {
		return false, fmt.Errorf("dn: %q is no distinguished name", d.person.DN)
	}
	base, moved := t.seat(d.person.ID.Source)
	if d.dn == base || strings.HasSuffix(d.dn, rdnEnd+base) {
		return true, nil
	}
	if moved && d.bound.units.gap(d.person.ID.Source, d.dn) {
		return false, fmt.Errorf("dn: %q lies below what the directory does not show, so that it may be the former name of what was renamed: correct the entry, or write the DN of now into the rule", d.person.DN)
	}
	return false, nil
}

// instance is a group that a pattern has found: the rule holds once for each
// that the person is in.
type instance struct {
	at     int32 // in the snapshot
	group  *access.Group
	values []string // of the pattern's parts
	via    []access.GroupID
}

// called names a value of the group, for the reason of a hold.
func (i *instance) called(what string) string {
	return fmt.Sprintf("%s of group %s", what, i.group.Name)
}
