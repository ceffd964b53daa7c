package oracle

import (
	"strings"
	"time"
)

// The rules that every history has. What follows below says the same in other words.
const rulesText = `rules:
  - name: staff
    when:
      filter: "(employeeType=staff)"
    account:
      profile: Standard
    grants:
      - folder: "/Departments/{{ .departmentNumber }}"
        role: Collaborator
        create: true
  - name: projects
    when:
      group_like: "proj-<project>"
    grants:
      - folder: "/Projects/{{ .project }}"
        role: Collaborator
        create: true
  - name: readers
    when:
      group: readers
    grants:
      - folder: /Projects/Aurora
        role: Viewer
  - name: library
    when:
      group: all-staff
      not_group: outsiders
    grants:
      - folder: /Library
        role: Viewer
  - name: contractors
    when:
      filter: "(employeeType=contractor)"
    account:
      profile: Standard
    grants:
      - folder: /Exchange
        role: Downloader
        until:
          from: employeeNumber
          if_empty: never
`

// The groups that rules name, by their ids: a rule follows its group.
var (
	readersID   = uuid(2, 1)
	allStaffID  = uuid(2, 2)
	outsidersID = uuid(2, 3)
)

// due is what one person should have.
type due struct {
	account   bool
	roles     map[string]string          // folder's path -> role
	causes    map[string]map[string]bool // folder's path -> the rules that say so
	frozen    map[string]bool            // causes that cannot be decided, for this person or for everybody
	unmatched bool                       // no rule applies, and none is undecided
}

// gone says whether somebody has left: disabled, expired, moved or deleted.
func (p *person) gone(now time.Time) bool {
	return p.deleted || p.moved || p.disabled || !p.expires.IsZero() && !now.Before(p.expires)
}

// doubtful says whether it cannot be told whose account somebody's is.
func (c *company) doubtful(p *person) bool {
	if p.mail == "" {
		return true
	}
	for i := range c.people {
		if o := &c.people[i]; o.id != p.id && !o.deleted && !o.moved && o.mail == p.mail {
			return true
		}
	}
	return false
}

// in says whether somebody is in a group, directly or through others.
func (c *company) in(person, of string, seen map[string]bool) bool {
	g := c.group(of)
	if g == nil || g.deleted || seen[of] {
		return false
	}
	seen[of] = true
	if g.members[person] {
		return true
	}
	for id := range g.members {
		if c.in(person, id, seen) {
			return true
		}
	}
	return false
}

func (c *company) isIn(p *person, group string) bool { return c.in(p.id, group, map[string]bool{}) }

// lost says whether a group that a rule names is no longer the one that it was.
func (c *company) lost(group string) bool { return c.group(group).deleted }

// due is what a person who has not left should have now.
func (c *company) due(p *person, now time.Time) due {
	d := due{roles: map[string]string{}, causes: map[string]map[string]bool{}, frozen: map[string]bool{}}
	give := func(cause, path, role string) {
		if rank(role) > rank(d.roles[path]) {
			d.roles[path] = role
		}
		if d.causes[path] == nil {
			d.causes[path] = map[string]bool{}
		}
		d.causes[path][cause] = true
	}
	switch p.employed {
	case staff:
		d.account = true
		if d.frozen["staff"] = p.department == ""; p.department != "" {
			give("staff", "/Departments/"+p.department, "Collaborator")
		}
	case contractor:
		d.account = true
		if p.ends == "" || now.Before(endOf(p.ends)) {
			give("contractors", "/Exchange", "Downloader")
		}
	}
	for _, g := range c.groups {
		if project, named := strings.CutPrefix(g.name, "proj-"); named && !g.deleted && c.isIn(p, g.id) {
			give(because("projects", g.id), "/Projects/"+project, "Collaborator")
		} else if named {
			d.frozen[because("projects", g.id)] = g.deleted
		}
	}
	if d.frozen["readers"] = c.lost(readersID); c.isIn(p, readersID) {
		give("readers", "/Projects/Aurora", "Viewer")
	}
	d.frozen["library"] = c.lost(allStaffID) || c.lost(outsidersID)
	if !d.frozen["library"] && c.isIn(p, allStaffID) && !c.isIn(p, outsidersID) {
		give("library", "/Library", "Viewer")
	}
	applies := d.account || len(d.roles) > 0
	d.unmatched = !applies && !d.frozen["readers"] && !d.frozen["library"] && !c.doubtful(p)
	return d
}

// because is a rule as a cause, where one of several groups led to it.
func because(rule, group string) string { return rule + "|" + group }

// endOf is the moment at which a day is over.
func endOf(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err) // the day was drawn, and not read
	}
	return t.AddDate(0, 0, 1)
}

// rank orders roles; "" is none.
func rank(role string) int {
	return map[string]int{"Viewer": 1, "Uploader": 2, "Downloader": 3, "Collaborator": 4, "Manager": 5, "Owner": 6}[role]
}
