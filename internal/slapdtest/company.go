package slapdtest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/go-ldap/ldap/v3"
)

// Person is one person of a company, as loaded.
type Person struct {
	UUID       string // entryUUID
	DN         string
	UID        string
	Name       string // displayName
	Mail       []string
	Department []string
	Type       string // employeeType: staff, contractor or intern
	Title      string
	Locked     bool // pwdAccountLockedTime says: by an administrator
}

// Group is one group of a company, as loaded.
type Group struct {
	UUID      string // entryUUID
	DN        string
	Name      string   // cn
	Class     string   // groupOfNames, groupOfUniqueNames or posixGroup
	Members   []string // DNs, of people or groups
	MemberUID []string // of a posixGroup
}

// Company is a directory with everything in it that has ever gone wrong. People
// and Groups are sorted by UUID; the same size and seed give the same bytes.
type Company struct {
	People []Person
	Groups []Group

	// The special people, by index into People.
	NoMail, TwoMails, BadMail, NonASCII, CommaInDN, TwoValuedRDN     int
	NoDepartment, TwoDepartments, SlashInDepartment, Locked, InCycle int
	SharedMail                                                       [2]int // two people with one address
	Nested                                                           int    // in "leads" only, which is in "managers", which is in "company"
}

// specials is how many people NewCompany reserves for the special cases.
const specials = 14

// Departments are the values of department of ordinary people.
func Departments() []string {
	return []string{
		"Sales", "Sales North", "Marketing", "Finance", "Controlling", "Legal", "Compliance", "Human Resources",
		"IT Operations", "Software", "Quality", "Production", "Logistics", "Purchasing", "Customer Care",
		"Research", "Facility", "Training", "Communications", "Einkauf Süd",
	}
}

// NewCompany makes a company of so many people, at least 20, or 2,000 if people is 0, in about
// 60 groups, some of them nested, two in a cycle.
func NewCompany(people int, seed uint64) *Company {
	r := rand.New(rand.NewPCG(seed, 0))
	if people == 0 {
		people = 2000
	}
	c := &Company{People: make([]Person, max(people, 20))}
	for i := range c.People {
		c.People[i] = ordinaryPerson(r, i)
	}
	c.setSpecials()
	c.addGroups(r)
	slices.SortFunc(c.Groups, func(a, b Group) int { return cmp.Compare(a.UUID, b.UUID) })
	return c
}

func ordinaryPerson(r *rand.Rand, i int) Person {
	given := pick(r, "Anna", "Ben", "Chloé", "David", "Eva", "Jürgen", "Łukasz", "Mary Jane", "Núria", "Oleg")
	family := pick(r, "Müller", "Smith", "O'Hara", "García", "Novák", "Straße", "de Vries", "Øberg", "Rossi", "Kim")
	uid := fmt.Sprintf("u%06d", i)
	return Person{
		UUID:       fmt.Sprintf("%08x-0000-4000-8000-%012x", i+1, r.Uint64()>>16),
		DN:         "uid=" + uid + "," + PeopleBase,
		UID:        uid,
		Name:       given + " " + family,
		Mail:       []string{uid + "@example.com"},
		Department: []string{Departments()[i%len(Departments())]},
		Type:       []string{"staff", "staff", "staff", "staff", "contractor", "intern"}[r.IntN(6)],
		Title:      pick(r, "Clerk", "Engineer", "Manager", "Intern", "Analyst"),
	}
}

// setSpecials turns the first people into the special ones.
func (c *Company) setSpecials() {
	next := 0
	special := func(index *int, change func(p *Person)) {
		*index = next
		change(&c.People[next])
		next++
	}
	special(&c.NoMail, func(p *Person) { p.Mail = nil })
	special(&c.TwoMails, func(p *Person) { p.Mail = append(p.Mail, "second."+p.UID+"@example.com") })
	special(&c.BadMail, func(p *Person) { p.Mail = []string{"no address"} })
	special(&c.NonASCII, func(p *Person) { p.Name, p.Mail = "Zoë Ångström-李", []string{"Zoe.Angstrom@Example.COM"} })
	special(&c.CommaInDN, func(p *Person) { p.DN = `cn=Doe\2C Jane,` + PeopleBase })
	special(&c.TwoValuedRDN, func(p *Person) { p.DN = "cn=Jo Ann+uid=" + p.UID + "," + PeopleBase })
	special(&c.NoDepartment, func(p *Person) { p.Department = nil })
	special(&c.TwoDepartments, func(p *Person) { p.Department = []string{"Finance", "Legal"} })
	special(&c.SlashInDepartment, func(p *Person) { p.Department = []string{"R&D/Lab"} })
	special(&c.Locked, func(p *Person) { p.Locked = true })
	special(&c.InCycle, func(*Person) {})
	special(&c.SharedMail[0], func(*Person) {})
	special(&c.SharedMail[1], func(p *Person) { p.Mail = c.People[c.SharedMail[0]].Mail })
	special(&c.Nested, func(*Person) {})
}

// addGroups adds one group for each department and employee type, projects, and the odd ones.
func (c *Company) addGroups(r *rand.Rand) {
	departments := map[string][]string{}
	types := map[string][]string{}
	for _, p := range c.People {
		types[p.Type] = append(types[p.Type], p.DN)
		if len(p.Department) == 1 {
			departments[p.Department[0]] = append(departments[p.Department[0]], p.DN)
		}
	}
	var inCompany []string
	for _, d := range append(Departments(), "R&D/Lab") {
		inCompany = append(inCompany, c.addGroup("groupOfNames", "dept-"+d, departments[d]...))
	}
	for _, kind := range []string{"staff", "contractor", "intern"} {
		c.addGroup("groupOfUniqueNames", "all-"+kind, append(types[kind], c.People[0].DN)...)
	}
	for i := range 28 {
		c.addGroup("groupOfNames", fmt.Sprintf("proj-%02d-rw", i), c.sample(r, 12)...)
	}
	leads := c.addGroup("groupOfNames", "leads", c.People[c.Nested].DN)
	managers := c.addGroup("groupOfNames", "managers", leads)
	c.addGroup("groupOfNames", "company", append(inCompany, managers)...)
	loopB := "cn=loop-b," + GroupsBase
	loopA := c.addGroup("groupOfNames", "loop-a", loopB)
	c.addGroup("groupOfNames", "loop-b", loopA, c.People[c.InCycle].DN)
	c.addGroup("groupOfNames", "night-shift", c.sample(r, 20)...)
	c.addGroup("groupOfNames", "strangers", "uid=unknown,"+PeopleBase)
	c.Groups = append(c.Groups, Group{
		UUID: groupUUID(len(c.Groups)), DN: "cn=unix," + GroupsBase, Name: "unix", Class: "posixGroup",
		MemberUID: []string{c.People[0].UID, c.People[1].UID, "nobody"},
	})
}

// addGroup adds a group and returns its DN. A group that would be empty gets a member nobody knows.
func (c *Company) addGroup(class, name string, members ...string) string {
	if len(members) == 0 {
		members = []string{Nobody}
	}
	slices.Sort(members)
	dn := "cn=" + ldap.EscapeDN(name) + "," + GroupsBase
	c.Groups = append(c.Groups, Group{
		UUID: groupUUID(len(c.Groups)), DN: dn, Name: name, Class: class, Members: slices.Compact(members),
	})
	return dn
}

func groupUUID(i int) string { return fmt.Sprintf("%08x-0000-4000-9000-000000000000", i+1) }

func (c *Company) sample(r *rand.Rand, n int) []string {
	members := make([]string, n)
	for i := range members {
		// The special people belong to no project, so that Nested is nested only.
		members[i] = c.People[specials+r.IntN(len(c.People)-specials)].DN
	}
	return members
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

// LDIF is the company as slapadd loads it.
func (c *Company) LDIF() []byte {
	var b strings.Builder
	for i := range c.People {
		c.People[i].write(&b)
	}
	for i := range c.Groups {
		c.Groups[i].write(&b)
	}
	return []byte(b.String())
}

func (p *Person) write(b *strings.Builder) {
	line(b, "dn", p.DN)
	line(b, "objectClass", "inetOrgPerson", "employee")
	line(b, "entryUUID", p.UUID)
	line(b, "modifyTimestamp", "20260102030405Z")
	line(b, "uid", p.UID)
	line(b, "cn", p.Name)
	line(b, "displayName", p.Name)
	line(b, "sn", p.Name[strings.LastIndexByte(p.Name, ' ')+1:])
	line(b, "employeeType", p.Type)
	line(b, "title", p.Title)
	line(b, "mail", p.Mail...)
	line(b, "department", p.Department...)
	if rdn := p.namingCN(); rdn != "" && rdn != p.Name {
		line(b, "cn", rdn)
	}
	if p.Locked {
		line(b, "pwdAccountLockedTime", "000001010000Z")
	}
	b.WriteByte('\n')
}

// namingCN is the cn in the person's RDN, "" if it has none.
func (p *Person) namingCN() string {
	dn, err := ldap.ParseDN(p.DN)
	if err != nil {
		return ""
	}
	for _, a := range dn.RDNs[0].Attributes {
		if a.Type == "cn" {
			return a.Value
		}
	}
	return ""
}

func (g *Group) write(b *strings.Builder) {
	line(b, "dn", g.DN)
	line(b, "objectClass", g.Class)
	line(b, "entryUUID", g.UUID)
	line(b, "cn", g.Name)
	switch g.Class {
	case "posixGroup":
		line(b, "gidNumber", "1000")
		line(b, "memberUid", g.MemberUID...)
	case "groupOfUniqueNames":
		line(b, "uniqueMember", g.Members...)
	default:
		line(b, "member", g.Members...)
	}
	b.WriteByte('\n')
}

// line writes one attribute; what LDIF cannot carry plainly goes as base64 (RFC 2849).
func line(b *strings.Builder, attribute string, values ...string) {
	for _, v := range values {
		if strings.ContainsFunc(v, func(r rune) bool { return r > unicode.MaxASCII }) {
			fmt.Fprintf(b, "%s:: %s\n", attribute, base64.StdEncoding.EncodeToString([]byte(v)))
			continue
		}
		fmt.Fprintf(b, "%s: %s\n", attribute, v)
	}
}
