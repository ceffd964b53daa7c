package e2e_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// roster answers questions about the company as it was loaded, by means of its own.
type roster struct {
	*slapdtest.Company
	groups map[string]*slapdtest.Group // by DN
}

func newRoster(c *slapdtest.Company) *roster {
	r := &roster{Company: c, groups: map[string]*slapdtest.Group{}}
	for i := range c.Groups {
		r.groups[c.Groups[i].DN] = &c.Groups[i]
	}
	return r
}

// actionable are the people on whom the program may act: active, with one valid
// address that nobody else has.
func (r *roster) actionable() []*slapdtest.Person {
	out := []int{r.NoMail, r.TwoMails, r.BadMail, r.Locked, r.SharedMail[0], r.SharedMail[1]}
	var people []*slapdtest.Person
	for i := range r.People {
		if !slices.Contains(out, i) {
			people = append(people, &r.People[i])
		}
	}
	return people
}

// member says whether a person is in a group, directly or through others.
func (r *roster) member(p *slapdtest.Person, group string) bool {
	seen := map[string]bool{}
	var in func(g *slapdtest.Group) bool
	in = func(g *slapdtest.Group) bool {
		if g == nil || seen[g.DN] {
			return false
		}
		seen[g.DN] = true
		return slices.Contains(g.Members, p.DN) ||
			slices.ContainsFunc(g.Members, func(dn string) bool { return in(r.groups[dn]) })
	}
	for i := range r.Groups {
		if r.Groups[i].Name == group {
			return in(&r.Groups[i])
		}
	}
	return false
}

func emailOf(p *slapdtest.Person) string { return strings.ToLower(p.Mail[0]) }

// wanted is one (folder, role, identity) of the rules, and who should hold it.
type wanted struct {
	As, Path, Role string
	Emails         []string // sorted
}

// wants are the 40 (folder, role) pairs that rules asks for, computed without the program.
func (r *roster) wants() []wanted {
	var all []wanted
	want := func(as, path, role string, who func(p *slapdtest.Person) bool) {
		w := wanted{As: as, Path: path, Role: role}
		for _, p := range r.actionable() {
			if who(p) {
				w.Emails = append(w.Emails, emailOf(p))
			}
		}
		slices.Sort(w.Emails)
		all = append(all, w)
	}
	in := func(group string) func(p *slapdtest.Person) bool {
		return func(p *slapdtest.Person) bool { return r.member(p, group) }
	}
	want(foldersIdentity, "/Projects/Welcome", "Viewer", func(*slapdtest.Person) bool { return true })
	for _, d := range slapdtest.Departments() {
		want(foldersIdentity, "/Departments/"+d, "Collaborator", func(p *slapdtest.Person) bool {
			return slices.Equal(p.Department, []string{d})
		})
	}
	want(foldersIdentity, "/Projects/Aurora", "Collaborator", in("company"))
	want(foldersIdentity, "/Projects/Basalt", "Viewer", func(p *slapdtest.Person) bool {
		return strings.HasPrefix(p.UID, "u00001") && !r.member(p, "managers")
	})
	want(foldersIdentity, "/Clients/Hanse Cargo", "Uploader", func(p *slapdtest.Person) bool { return p.Type == "contractor" })
	want(foldersIdentity, "/Clients/Globex/2026", "Downloader", in("proj-00-rw"))
	want(legalIdentity, "/Vault/Contracts", "Collaborator", in("dept-Legal"))
	for _, group := range teams() {
		want(foldersIdentity, "/Projects/Teams/"+group, "Collaborator", in(group))
	}
	return all
}

// teams are the groups that have a folder each: ordinary ones, and one of a cycle.
func teams() []string {
	names := []string{"loop-a"}
	for i := range 13 {
		names = append(names, fmt.Sprintf("proj-%02d-rw", i+1))
	}
	return names
}

// rules is what wants computes, as an administrator writes it. One folder is
// named by its id.
func rules(folderID string) string {
	var b strings.Builder
	b.WriteString(`  - name: everyone
    when:
      everyone: true
    account:
      profile: Standard
    grants:
      - folder: /Projects/Welcome
        role: Viewer
        create: true
  - name: departments
    when:
      filter: "(objectClass=*)"
    grants:
      - folder: "/Departments/{{ .department }}"
        role: Collaborator
        create: true
  - name: company
    when:
      group: company
    grants:
      - folder: /Projects/Aurora
        role: Collaborator
  - name: tenth
    when:
      filter: "(uid=u00001*)"
      not_group: "cn=managers,ou=groups,dc=example,dc=com"
    grants:
      - folder: /Projects/Basalt
        role: Viewer
  - name: contractors
    when:
      filter: "(employeeType=contractor)"
    grants:
      - folder: /Clients/Hanse Cargo
        role: Uploader
  - name: globex
    when:
      group: proj-00-rw
    grants:
      - folder_id: ` + folderID + `
        role: Downloader
  - name: legal
    when:
      group: dept-Legal
    grants:
      - folder: /Vault/Contracts
        role: Collaborator
        create: true
        as: ` + legalIdentity + `
`)
	for _, group := range teams() {
		fmt.Fprintf(&b, `  - name: team %[1]s
    when:
      group: %[1]s
    grants:
      - folder: /Projects/Teams/%[1]s
        role: Collaborator
        create: true
`, group)
	}
	return b.String()
}
