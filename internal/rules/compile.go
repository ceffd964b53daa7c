package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Compile checks the rules and prepares them. It reports all mistakes at once,
// in the order of the file; if there is any, there is no Set.
func Compile(rules []Rule, o Options) (*Set, []Problem) {
	c := compiler{o: o, names: map[string]string{}, folders: map[string]claim{}, fit: map[string]bool{}}
	c.folded = c.tables(o.Tables)
	compiled := make([]rule, 0, len(rules))
	for i, r := range rules {
		if r.At == "" {
			r.At = fmt.Sprintf("rules[%d]", i)
		}
		compiled = append(compiled, c.rule(r.At, r))
	}
	denials, heirs := c.denials(o.Denials), c.heirs(o.Heirs)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	set := &Set{rules: compiled, denials: denials, heirs: heirs, roots: o.Roots, zone: o.Location}
	if set.zone == nil {
		set.zone = time.UTC
	}
	set.collect()
	return set, nil
}

type compiler struct {
	o        Options
	folded   map[string]table
	fit      map[string]bool   // tables whose values were checked for folders
	names    map[string]string // folded rule name -> its path
	folders  map[string]claim  // folder as written, folded -> the rule that named it last
	problems []Problem
}

func (c *compiler) report(path, message, hint string) {
	c.problems = append(c.problems, Problem{Path: path, Message: message, Hint: hint})
}

func (c *compiler) rule(path string, r Rule) rule {
	out := rule{at: path, name: c.name(path, r.Name)}
	c.shown(path, r.Label)
	c.condition(path+".when", &out, r.When)
	if r.Account != nil {
		out.account = c.account(path+".account", *r.Account, out.pattern)
	}
	if r.Account == nil && len(r.Grants) == 0 {
		c.report(path, "the rule gives nothing", "add `account`, `grants`, or both")
	}
	for i, g := range r.Grants {
		out.grants = append(out.grants, c.grant(fmt.Sprintf("%s.grants[%d]", path, i), &out, g))
	}
	return out
}

func (c *compiler) name(path, name string) string {
	name = strings.TrimSpace(name)
	if name == "" {
		c.report(path+".name", "the rule has no name", "name it: reports, `why` and the ledger speak of it by name")
		return ""
	}
	if first, taken := c.names[access.FoldName(name)]; taken {
		c.report(path+".name", fmt.Sprintf("%q is the name of %s already", name, first), "give each rule a name of its own; case does not tell two apart")
	} else {
		c.names[access.FoldName(name)] = path
	}
	return name
}

// longestLabel is how many bytes a label may have: it is repeated in each series.
const longestLabel = 64

// shown checks what metrics show of a rule.
func (c *compiler) shown(path, label string) {
	unprintable := strings.ContainsFunc(label, func(r rune) bool { return !unicode.IsPrint(r) })
	if len(label) > longestLabel || unprintable || strings.TrimSpace(label) != label {
		c.report(path+".label", fmt.Sprintf("%.80q is no label", label), fmt.Sprintf("write one short line, such as the rule's name, of at most %d bytes", longestLabel))
	}
}

func (c *compiler) account(path string, a Account, p *pattern) *account {
	out := &account{profile: strings.TrimSpace(a.Profile), notify: a.Notify}
	if strings.TrimSpace(a.Name) == "" {
		return out
	}
	t, err := parseLabel(strings.TrimSpace(a.Name), lexicon{tables: c.folded, pattern: p})
	if err != nil {
		c.report(path+".name", err.Error(), "")
	}
	out.name = t
	return out
}

func (c *compiler) identity(path, as string) string {
	if as == "" {
		return c.o.DefaultAs
	}
	email, err := access.ParseEmail(as)
	if err != nil || !slices.Contains(c.o.Identities, string(email)) {
		c.report(path, fmt.Sprintf("%q is not one of the identities", as), "use one of "+strings.Join(c.o.Identities, ", ")+", or add it to kiteworks.identities.others")
	}
	return string(email)
}

func (c *compiler) roots() string {
	texts := make([]string, 0, len(c.o.Roots))
	for _, root := range c.o.Roots {
		texts = append(texts, string(root))
	}
	return "the roots are " + strings.Join(texts, ", ") + ": correct the path, or add to kiteworks.roots"
}

func below(p access.Path, roots []access.Path) bool {
	return p != "" && slices.ContainsFunc(roots, p.Under)
}
