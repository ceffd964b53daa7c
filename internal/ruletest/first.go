package ruletest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

const firstHead = `# Tests of the rules of %s. Run them:  kw-onboarder test --config %[1]s FILE
#
# They were made from the rules as they are and say what these give today. Look at each of them, and correct
# what is expected to what you want to hold. docs/rules.md, "Testing rules", has all that a case can say.
cases:
  # Somebody of whom the directory says nothing. What they get, everybody gets.
`

// day is the moment of cases whose rules have dates.
const day = "2026-06-15"

// First is a first file of cases for the rules of a configuration: somebody of whom
// nothing is known, then for each rule an example that it matches. One that it was
// not possible to make up is left as a comment for a human to fill in.
func First(name string, cfg *config.Config) string {
	var out strings.Builder
	fmt.Fprintf(&out, firstHead, name)
	b := newBench(cfg, nil)
	nobody := Case{Name: "somebody"}
	out.WriteString(nobody.yaml(b.timely(&nobody)))
	for i, r := range cfg.Rules {
		t := example(cfg, r)
		o := b.timely(&t)
		text := t.yaml(o)
		out.WriteString("\n  # Rule " + strconv.Quote(o.rules[i].Rule) + ".\n")
		if !slices.Contains(o.matched(), o.rules[i].Rule) {
			out.WriteString("  # It " + o.reason(o.rules[i]).Text + ".\n  # Describe somebody whom it matches, and remove the signs of a comment.\n")
			text = regexp.MustCompile(`(?m)^  `).ReplaceAllString(text, "  # ")
		}
		out.WriteString(text)
		if r.When.NotGroup != "" {
			out.WriteString("\n" + b.excluded(r, t))
		}
	}
	return out.String()
}

// excluded is the case of a rule with its person in the group that the rule excludes.
func (b *bench) excluded(r rules.Rule, t Case) string {
	t.Name += ", but in " + r.When.NotGroup
	t.Person.Groups = append(slices.Clone(t.Person.Groups), Group{Name: r.When.NotGroup})
	return t.yaml(b.evaluate(&t))
}

// timely asks the rules, at a moment if any of them needs one.
func (b *bench) timely(t *Case) outcome {
	o := b.evaluate(t)
	if t.Now == nil && len(o.dated()) > 0 {
		t.Now = &Moment{day}
		return b.evaluate(t)
	}
	return o
}

// example makes up a person for a rule, as far as that is plain.
func example(cfg *config.Config, r rules.Rule) Case {
	t := Case{Name: "rule " + r.Name, Person: Person{Attributes: map[string]config.Few{}}}
	p := &t.Person
	if r.When.Group != "" {
		p.Groups = append(p.Groups, Group{Name: r.When.Group})
	}
	if r.When.GroupLike != "" {
		p.Groups = append(p.Groups, Group{Name: regexp.MustCompile(`<[^>]*>`).ReplaceAllString(r.When.GroupLike, "example")})
	}
	if r.When.Under != "" {
		p.DN = "CN=Person," + r.When.Under
	}
	if r.Account != nil {
		p.needs(cfg, r, r.Account.Name)
	}
	for _, g := range r.Grants {
		p.needs(cfg, r, g.Folder)
		for date, text := range map[*rules.Date]string{g.From: "2026-01-01", g.Until: "2026-12-31"} {
			if date != nil {
				p.set(date.From, text, true)
			}
		}
	}
	p.matches(r.When.Filter)
	return t
}

// needs gives the attributes that a template names a value.
func (p *Person) needs(cfg *config.Config, r rules.Rule, template string) {
	for _, expression := range regexp.MustCompile(`\{\{.*?\}\}`).FindAllString(template, -1) {
		value := "example"
		if m := regexp.MustCompile("lookup\\s+[`\"]([^`\"]+)[`\"]").FindStringSubmatch(expression); m != nil {
			if keys := slices.Sorted(maps.Keys(cfg.Tables[m[1]])); len(keys) > 0 {
				value = keys[0]
			}
		}
		for _, m := range regexp.MustCompile("(?:\\.|attr\\s+[`\"])([A-Za-z][A-Za-z0-9_.-]*)").FindAllStringSubmatch(expression, -1) {
			name := strings.ToLower(m[1])
			of, isGroups := strings.CutPrefix(name, "group.")
			switch {
			case slices.Contains([]string{"mail", "name", "dn"}, of), strings.Contains(strings.ToLower(r.When.GroupLike), "<"+name+">"):
			case isGroups && len(p.Groups) > 0:
				p.Groups[len(p.Groups)-1].set(of, value)
			default:
				p.set(m[1], value, true)
			}
		}
	}
}

// matches gives the values that a filter wants, where it says so without a not.
func (p *Person) matches(filter string) {
	for _, m := range regexp.MustCompile(`(.?)\(([A-Za-z][A-Za-z0-9-]*)[<>~]?=([^()]*)\)`).FindAllStringSubmatch(filter, -1) {
		not, attribute, value := m[1] == "!", m[2], m[3]
		if !not {
			p.set(attribute, strings.ReplaceAll(value, "*", "example"), value != "*")
		}
	}
}

// set gives an attribute a value, in place of one that it has only if over says so.
func (p *Person) set(attribute, value string, over bool) {
	for given := range p.Attributes {
		if strings.EqualFold(given, strings.TrimSpace(attribute)) {
			if over {
				p.Attributes[given] = config.Few{value}
			}
			return
		}
	}
	p.Attributes[strings.TrimSpace(attribute)] = config.Few{value}
}

func (g *Group) set(attribute, value string) {
	if g.Attributes == nil {
		g.Attributes = map[string]config.Few{}
	}
	g.Attributes[attribute] = config.Few{value}
}

// yaml writes a case, with what the rules say as its expectation.
func (t *Case) yaml(o outcome) string {
	var out strings.Builder
	fmt.Fprintf(&out, "  - name: %s\n", quote(t.Name))
	if t.Now != nil {
		fmt.Fprintf(&out, "    now: %s\n", t.Now.text)
	}
	out.WriteString(t.Person.yaml())
	fmt.Fprintf(&out, "    expect:\n      account: %t\n", o.verdict.Account)
	got := o.grants()
	if len(got) == 0 {
		out.WriteString("      grants: {}\n")
	} else {
		out.WriteString("      grants:\n")
	}
	for _, at := range slices.Sorted(maps.Keys(got)) {
		fmt.Fprintf(&out, "        %s: %s\n", quote(got[at].folder), few(got[at].roles))
	}
	if held := o.heldRules(); len(held) > 0 {
		fmt.Fprintf(&out, "      held: [%s]\n", strings.Join(quoted(held), ", "))
	}
	return out.String()
}

func (p *Person) yaml() string {
	var out strings.Builder
	if p.DN != "" {
		fmt.Fprintf(&out, "      dn: %s\n", quote(p.DN))
	}
	if len(p.Groups) > 0 {
		out.WriteString("      groups:\n")
	}
	for _, g := range p.Groups {
		if g.Attributes == nil {
			fmt.Fprintf(&out, "        - %s\n", quote(g.Name))
			continue
		}
		fmt.Fprintf(&out, "        - name: %s\n", quote(g.Name))
		attributes(&out, "          ", g.Attributes)
	}
	attributes(&out, "      ", p.Attributes)
	if out.Len() == 0 {
		return "    person: {}\n"
	}
	return "    person:\n" + out.String()
}

func attributes(out *strings.Builder, indent string, all map[string]config.Few) {
	if len(all) > 0 {
		out.WriteString(indent + "attributes:\n")
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(out, "%s  %s: %s\n", indent, plain(name), few(all[name]))
	}
}

// few writes one text, or a list of them.
func few(all []string) string {
	if len(all) == 1 {
		return quote(all[0])
	}
	return "[" + strings.Join(quoted(all), ", ") + "]"
}

func quoted(all []string) []string {
	out := make([]string, 0, len(all))
	for _, text := range all {
		out = append(out, quote(text))
	}
	return out
}

// plain quotes a key only if YAML might take it for something else.
func plain(key string) string {
	if regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`).MatchString(key) {
		return key
	}
	return quote(key)
}
