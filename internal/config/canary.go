package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Canary is what must be found in the directory before anything is narrowed: one of
// person, group and people.
type Canary struct {
	Person  access.Email  `yaml:"person"`   // is in the directory, and active
	Group   string        `yaml:"group"`    // name or DN of one that is there, with at_least active people in it
	AtLeast int           `yaml:"at_least"` // members of groups in it count
	People  *PeopleCanary `yaml:"people"`   // they are about as many as before
}

// PeopleCanary is how many people may be missing.
type PeopleCanary struct {
	MayShrink Percent `yaml:"may_shrink"` // against the last good full run
}

const canaryHint = "write one of {person: ceo@corp.example}, {group: all-staff, at_least: 900} and {people: {may_shrink: 10%}}"

func (f *findings) checkCanaries(c *Config) {
	first := map[string]int{}
	for i, each := range c.Expect {
		path := fmt.Sprintf("expect[%d]", i)
		f.checkCanary(path, each, c.Directories)
		about := each.about()
		if at, again := first[about]; again && about != "" {
			f.report(path, fmt.Sprintf("is about the same as expect[%d]", at), "keep one of them")
			continue
		}
		first[about] = i
	}
}

// about tells canaries apart; "": it is about nothing.
func (c Canary) about() string {
	group := strings.TrimSpace(c.Group)
	switch {
	case c.Person != "":
		return "person " + string(c.Person)
	case group != "":
		return "group " + access.FoldName(group)
	case c.People != nil:
		return "people"
	}
	return ""
}

func (f *findings) checkCanary(path string, c Canary, from []Directory) {
	kinds := 0
	for _, given := range []bool{c.Person != "", strings.TrimSpace(c.Group) != "", c.People != nil} {
		if given {
			kinds++
		}
	}
	switch {
	case kinds == 0 && c.AtLeast == 0:
		f.report(path, "expects nothing", canaryHint)
	case kinds == 0:
		f.report(path+".group", "is missing: at_least counts the members of a group", canaryHint)
	case kinds > 1:
		f.report(path, "expects several things at once", "make an item of each: all of them must be met")
	case c.Person != "":
		f.checkPerson(path+".person", c.Person, from)
	case c.People != nil:
		f.checkShrinking(path+".people.may_shrink", c.People.MayShrink)
	case c.AtLeast < 1:
		f.report(path+".at_least", "want 1 or more: a group of nobody would pass", "write a number that is well below its members of today and well above what a broken directory would show")
	}
	if kinds == 1 && c.AtLeast != 0 && strings.TrimSpace(c.Group) == "" {
		f.report(path+".at_least", "counts the members of a group, and none is named", "leave it out, or name a group in an item of its own")
	}
}

// checkPerson finds an address that no directory is believed to have: nobody could ever
// be found there.
func (f *findings) checkPerson(path string, person access.Email, from []Directory) {
	believed := func(domain string) bool {
		d, err := access.ParseDomain(domain)
		return err == nil && d == person.Domain()
	}
	if !slices.ContainsFunc(from, func(d Directory) bool { return slices.ContainsFunc(d.People.Email.Domains, believed) }) {
		f.report(path, fmt.Sprintf("nobody can have an address in %s: it is none of people.email.domains", person.Domain()), "correct the address, or name another person")
	}
}

func (f *findings) checkShrinking(path string, share Percent) {
	switch share {
	case 0:
		f.report(path, "is missing", percentHint)
	case 100:
		f.report(path, "lets everybody vanish", "write how many may leave from one full run to the next, such as 10%")
	}
}
