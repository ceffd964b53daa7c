package ruletest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// checker finds what is wrong although each value by itself is right.
type checker struct {
	in    config.Reading
	cfg   *config.Config
	names map[string]int // of cases, folded -> line
}

func (c *checker) file(f *File) {
	if len(f.Cases) == 0 {
		c.in.Report("cases", "there is no case", "begin with the file that `test --init FILE` writes")
	}
	folded := make(map[string]Match, len(f.Compare))
	for attribute, match := range f.Compare {
		folded[strings.ToLower(attribute)] = match
	}
	f.Compare = folded
	for i := range f.Cases {
		path := fmt.Sprintf("cases[%d]", i)
		f.Cases[i].Line = c.in.Line(path)
		c.one(path, &f.Cases[i])
	}
}

func (c *checker) one(path string, t *Case) {
	t.Name = strings.TrimSpace(t.Name)
	key := access.FoldName(t.Name)
	switch first, taken := c.names[key]; {
	case t.Name == "":
		c.in.Report(path+".name", "the case has no name", "name it: results speak of it by name")
	case taken:
		c.in.Report(path+".name", fmt.Sprintf("%q is the name of the case in line %d already", t.Name, first), "give each case a name of its own")
	default:
		c.names[key] = t.Line
	}
	c.person(path+".person", &t.Person)
	c.expect(path+".expect", &t.Expect)
}

func (c *checker) person(path string, p *Person) {
	if p.NoMail && p.Mail != "" {
		c.in.Report(path+".no_mail", "the person has `mail` as well", "keep one of the two")
	}
	c.dn(path+".dn", p.DN)
	c.attributes(path+".attributes", p.Attributes)
	for i := range p.Groups {
		g := &p.Groups[i]
		at := path + ".groups[" + strconv.Itoa(i) + "]"
		if strings.TrimSpace(g.Name) == "" && strings.TrimSpace(g.DN) == "" {
			c.in.Report(at, "the group has no name", "give the name or the DN by which a rule names it")
		}
		c.dn(at+".dn", g.DN)
		c.attributes(at+".attributes", g.Attributes)
	}
}

func (c *checker) dn(path, text string) {
	if text != "" && !isDN(text) {
		c.in.Report(path, "is no distinguished name", `write it whole: "CN=Anna Lang,OU=Staff,DC=corp,DC=example"`)
	}
}

// attributes finds names that differ in case only: in a directory they are one.
func (c *checker) attributes(path string, all map[string]config.Few) {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		key := strings.ToLower(name)
		if first, twice := seen[key]; twice {
			c.in.Report(fmt.Sprintf("%s[%q]", path, name), fmt.Sprintf("is the same attribute as %s", first), "give its values as one list")
		}
		seen[key] = name
	}
}

func (c *checker) expect(path string, e *Expect) {
	if e.Account == nil && e.Grants == nil && e.AtLeast == nil && len(e.Not) == 0 && e.Held == nil {
		c.in.Report(path, "the case expects nothing, so it would always pass", "add account, grants, at_least, not or held")
		return
	}
	if e.Grants != nil && e.AtLeast != nil {
		c.in.Report(path+".at_least", "`grants` lists all of them already", "keep one of the two")
	}
	c.roles(path+".grants", e.Grants)
	c.roles(path+".at_least", e.AtLeast)
	for i, folder := range e.Not {
		at := path + ".not[" + strconv.Itoa(i) + "]"
		c.folder(at, folder)
		_, some := find(e.AtLeast, folder)
		if _, all := find(e.Grants, folder); all || some {
			c.in.Report(at, folder+" is expected to be given as well", "keep one of the two")
		}
	}
	for i, rule := range e.Held {
		if !slices.ContainsFunc(c.cfg.Set.Names(), func(name string) bool { return same(name, rule) }) {
			c.in.Report(path+".held["+strconv.Itoa(i)+"]", fmt.Sprintf("there is no rule %q", rule), "give the name of a rule of the configuration")
		}
	}
}

func (c *checker) roles(path string, grants map[string]config.Few) {
	for _, folder := range slices.Sorted(maps.Keys(grants)) {
		at := fmt.Sprintf("%s[%q]", path, folder)
		c.folder(at, folder)
		if len(grants[folder]) == 0 || slices.ContainsFunc(grants[folder], func(role string) bool { return strings.TrimSpace(role) == "" }) {
			c.in.Report(at, "no role is given", "give the role; for a folder on which nothing is given use `not`")
		}
	}
}

// folder refuses a path that no folder can have; what does not begin with a slash is an id.
func (c *checker) folder(path, folder string) {
	if strings.HasPrefix(folder, "/") {
		if _, err := access.ParsePath(folder); err != nil {
			c.in.Report(path, err.Error(), "")
		}
		return
	}
	if strings.Contains(folder, "/") || strings.TrimSpace(folder) == "" {
		c.in.Report(path, fmt.Sprintf("%q is neither a path nor an id", folder), "begin the path of a folder with a slash")
	}
}

// find finds the roles on a folder, whatever its case.
func find(grants map[string]config.Few, folder string) (config.Few, bool) {
	for name, roles := range grants {
		if key(name) == key(folder) {
			return roles, true
		}
	}
	return nil, false
}

// key is what two spellings of a folder have in common. An id is kept as it is.
func key(folder string) string {
	if path, err := access.ParsePath(folder); err == nil {
		return path.Fold()
	}
	return strings.TrimSpace(folder)
}

func same(a, b string) bool {
	return access.FoldName(strings.TrimSpace(a)) == access.FoldName(strings.TrimSpace(b))
}
