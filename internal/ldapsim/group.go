package ldapsim

import "strings"

func groupDN(name string) string { return "cn=" + name + "," + groupsBase }

// group is a groupOfNames. One without members has no member attribute, as
// 389-DS and Active Directory allow.
func group(name, description string, members []string) Entry {
	return Entry{DN: groupDN(name), UUID: stableUUID("group " + name), Attrs: map[string][]string{
		"objectClass": {"top", "groupOfNames"},
		"cn":          {name},
		"description": {description},
		"member":      members,
	}}
}

// groups is all groups. Those of departments, contractors and managers follow
// from the people; all-staff holds the departments' groups, not the people.
func (c *company) groups() []Entry {
	var entries []Entry
	var staff []string
	for _, department := range departments() {
		name := "dept-" + strings.ReplaceAll(strings.ToLower(department), " ", "-")
		staff = append(staff, groupDN(name))
		entries = append(entries, group(name, "The people of "+department, c.dns(func(p person) bool {
			return p.department == department && p.employeeType != "contractor"
		})))
	}
	managers := map[string]bool{}
	for _, p := range c.people {
		managers[p.manager] = true
	}
	entries = append(entries,
		group("all-staff", "Everybody employed here", staff),
		group("contractors", "Partners from outside", c.dns(func(p person) bool { return p.employeeType == "contractor" })),
		group("managers", "Everybody whom somebody reports to", c.dns(func(p person) bool { return managers[p.uid] })),
	)
	for _, p := range c.projects {
		var members []string
		for _, uid := range p.people {
			members = append(members, c.find(uid).dn())
		}
		for _, name := range p.groups {
			members = append(members, groupDN(name))
		}
		entries = append(entries, group(p.name, p.description, members))
	}
	return entries
}

// dns is the names of the people who belong.
func (c *company) dns(belongs func(person) bool) []string {
	var names []string
	for _, p := range c.people {
		if belongs(p) {
			names = append(names, p.dn())
		}
	}
	return names
}
