package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Lint finds in rules without mistakes what is allowed and hardly meant, in the
// order of the rules. Which roles and profiles there are, and which role is stronger,
// only the server says: c is what it has said, or nil.
func Lint(list []Rule, roots []access.Path, c *access.Catalog) []Problem {
	l := newLinter(c)
	alike := map[Condition][]gift{}
	for i, r := range list {
		g := newGift(i, r)
		l.names(g, r.When)
		l.grants(g, r, roots)
		l.unheard(g, r)
		when := r.When.Folded()
		l.superfluous(g, alike[when])
		alike[when] = append(alike[when], g)
	}
	// What a later rule gives more strongly is known only now.
	for i, r := range list {
		later := alike[r.When.Folded()]
		at := slices.IndexFunc(later, func(g gift) bool { return g.index == i })
		if !l.told[i] {
			l.superfluous(later[at], later[at+1:])
		}
	}
	slices.SortStableFunc(l.found, func(a, b ruleProblem) int { return a.rule - b.rule })
	var all []Problem
	for _, p := range l.found {
		all = append(all, p.Problem)
	}
	return all
}

// linter gathers what is found.
type linter struct {
	ranks    map[string]int   // of folded role names; empty: the server was not asked
	roles    []string         // in the order of their ranks; empty alike
	profiles []string         // alike
	spelt    map[string]spelt // folded path without spaces -> how it was written first
	told     map[int]bool     // rules that are superfluous, and said to be
	found    []ruleProblem
}

func newLinter(c *access.Catalog) linter {
	l := linter{ranks: map[string]int{}, spelt: map[string]spelt{}, told: map[int]bool{}}
	if c == nil {
		return l
	}
	for _, r := range slices.SortedFunc(slices.Values(c.Roles), func(a, b access.Role) int { return cmp.Compare(a.Rank, b.Rank) }) {
		l.ranks[access.FoldName(r.Name)] = r.Rank
		l.roles = append(l.roles, r.Name)
	}
	for _, p := range c.Profiles {
		l.profiles = append(l.profiles, p.Name)
	}
	slices.Sort(l.profiles)
	return l
}

// ruleProblem is a Problem of the rule of that index.
type ruleProblem struct {
	rule int
	Problem
}

// spelt is how a rule writes a folder.
type spelt struct{ path, rule string }

func (l *linter) report(rule int, path, message, hint string) {
	l.found = append(l.found, ruleProblem{rule, Problem{Path: path, Message: message, Hint: hint}})
}

// Folded is a condition as it is compared: equal ones hold for the same people.
func (c Condition) Folded() Condition {
	for _, name := range []*string{&c.Group, &c.NotGroup, &c.GroupLike} {
		*name = access.FoldName(strings.TrimSpace(*name))
	}
	c.Under, c.Filter = FoldDN(strings.TrimSpace(c.Under)), strings.TrimSpace(c.Filter)
	return c
}

// superfluous finds a rule that gives the same people nothing that one of the
// others would not give.
func (l *linter) superfluous(g gift, others []gift) {
	for _, o := range others {
		if l.told[o.index] || !l.covers(o, g) {
			continue
		}
		l.told[g.index] = true
		if l.covers(g, o) {
			l.report(g.index, g.at, fmt.Sprintf("gives the same people the same as rule %q", o.name), "remove one of the two, or correct the condition of the one that is meant for others")
			return
		}
		l.report(g.index, g.at, fmt.Sprintf("everything that it gives, rule %q gives the same people too", o.name), "remove it, or correct its condition if it is meant for others")
		return
	}
}

// names finds DNs that lack a comma.
func (l *linter) names(g gift, when Condition) {
	for _, part := range []struct{ key, dn string }{{"group", when.Group}, {"not_group", when.NotGroup}, {"under", when.Under}} {
		if piece := uncommaed(part.dn); FoldDN(part.dn) != "" && piece != "" {
			l.report(g.index, g.at+".when."+part.key, fmt.Sprintf("a comma seems to be missing in %q", piece), "put a comma between the parts of the DN, or write the = of a value as \\3D")
		}
	}
}

// grants looks at each folder of a rule.
func (l *linter) grants(g gift, r Rule, roots []access.Path) {
	for n, grant := range r.Grants {
		path := fmt.Sprintf("%s.grants[%d].folder", g.at, n)
		fixed, _, templated := strings.Cut(grant.Folder, "{{")
		if templated {
			fixed = fixed[:strings.LastIndex(fixed, "/")]
			l.leaves(g, path, grant.Folder, fixed, roots)
		}
		l.spelling(g, path, strings.TrimSuffix(fixed, "/"))
	}
}

// leaves finds a folder of which only a value decides whether it lies below a root.
func (l *linter) leaves(g gift, path, folder, fixed string, roots []access.Path) {
	prefix, err := access.ParsePath(fixed)
	if fixed != "" && err == nil && below(prefix, roots) {
		return
	}
	l.report(g.index, path, fmt.Sprintf("%s can leave the roots: a value decides whether it lies below one", folder),
		"begin it with a root; for whom it leads elsewhere the rule is held")
}

// spelling finds a folder, or one above it, that another rule writes differently.
func (l *linter) spelling(g gift, path, folder string) {
	for end := range folder + "/" {
		if end == 0 || end < len(folder) && folder[end] != '/' {
			continue
		}
		part := folder[:end]
		key := strings.Join(strings.Fields(access.FoldName(part)), "")
		first, seen := l.spelt[key]
		switch {
		case !seen:
			l.spelt[key] = spelt{part, g.name}
		case first.path != part:
			l.report(g.index, path, fmt.Sprintf("%q and %q, of rule %q, differ only in case or spaces", part, first.path, first.rule), "if one folder is meant, spell it alike")
			return
		}
	}
}
