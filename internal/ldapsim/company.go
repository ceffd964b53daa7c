package ldapsim

import (
	_ "embed"
	"encoding/csv"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Where the embedded company lives, and the account that may read it. The
// domain is reserved for examples (RFC 2606).
const (
	CompanyBase = "dc=alpenglas,dc=example"
	CompanyBind = "cn=reader," + CompanyBase

	peopleBase   = "ou=People," + CompanyBase
	partnersBase = "ou=External Partners," + CompanyBase
	groupsBase   = "ou=Groups," + CompanyBase
)

//go:embed company/people.csv
var peopleCSV string

// person is one row of the company's people; manager is a uid.
type person struct {
	uid, givenName, sn, mail, department, title, employeeType, town, manager, number string
}

// project is a group that is kept by hand: people by uid, other groups by name.
type project struct {
	name, description string
	people, groups    []string
}

// company is the people and what follows from them; waves change it.
type company struct {
	people   []person
	projects []project
}

// Company is the embedded company: Alpenglas, two hundred people in seven of
// eight departments, on a quiet day. The same call gives the same entries.
func Company() []Entry { return newCompany().entries() }

func newCompany() *company {
	return &company{
		people: parsePeople(peopleCSV),
		projects: []project{
			{
				name: "proj-aurora-rw", description: "Aurora: the new kiln, working",
				people: []string{"oyilmaz", "fnovak", "eschwarz", "wwang", "lberger"},
			},
			{
				name: "proj-aurora-ro", description: "Aurora: the new kiln, reading",
				people: []string{"hbrandauer", "mhorvat", "jmueller"}, groups: []string{"proj-borealis-rw"},
			},
			{
				name: "proj-borealis-rw", description: "Borealis: thinner glass",
				people: []string{"hbrown", "tgruber2", "slang", "inunez"},
			},
		},
	}
}

// parsePeople reads embedded rows, so a mistake in them is one of the program.
func parsePeople(text string) []person {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = 10
	rows, err := r.ReadAll()
	if err != nil {
		panic("read the embedded company: " + err.Error())
	}
	var people []person
	for _, f := range rows[1:] {
		people = append(people, person{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9]})
	}
	return people
}

// find is the person with a uid, which must exist.
func (c *company) find(uid string) *person {
	i := slices.IndexFunc(c.people, func(p person) bool { return p.uid == uid })
	return &c.people[i]
}

// departments is all departments of the house; Marketing has an office, but nobody yet.
func departments() []string {
	return []string{
		"Engineering", "Finance", "Human Resources", "Legal", "Marketing", "Operations", "Research", "Sales",
	}
}

func (c *company) entries() []Entry {
	entries := []Entry{
		entry(CompanyBase, map[string][]string{"objectClass": {"top", "dcObject", "organization"}, "dc": {"alpenglas"}, "o": {"Alpenglas"}}),
		unit(peopleBase, "People"),
		unit(partnersBase, "External Partners"),
		unit(groupsBase, "Groups"),
	}
	for _, p := range c.people {
		entries = append(entries, c.describe(p))
	}
	return append(entries, c.groups()...)
}

func entry(dn string, attrs map[string][]string) Entry { return Entry{DN: dn, Attrs: attrs} }

func unit(dn, name string) Entry {
	return entry(dn, map[string][]string{"objectClass": {"top", "organizationalUnit"}, "ou": {name}})
}

// dn is where a person is: staff by uid, partners by "surname, given name", so
// that names with commas and spaces occur.
func (p person) dn() string {
	if p.employeeType == "contractor" {
		return `cn=` + p.sn + `\, ` + p.givenName + "," + partnersBase
	}
	return "uid=" + p.uid + "," + peopleBase
}

func (c *company) describe(p person) Entry {
	cn := p.givenName + " " + p.sn
	names := []string{cn}
	if p.employeeType == "contractor" {
		names = []string{p.sn + ", " + p.givenName, cn}
	}
	attrs := map[string][]string{
		"objectClass":      {"top", "person", "organizationalPerson", "inetOrgPerson"},
		"uid":              {p.uid},
		"cn":               names,
		"givenName":        {p.givenName},
		"sn":               {p.sn},
		"displayName":      {cn},
		"departmentNumber": {p.department},
		"title":            {p.title},
		"employeeType":     {p.employeeType},
		"employeeNumber":   {p.number},
		"l":                {p.town},
	}
	if p.mail != "" {
		attrs["mail"] = []string{p.mail}
	}
	if p.manager != "" {
		attrs["manager"] = []string{c.find(p.manager).dn()}
	}
	return Entry{DN: p.dn(), UUID: stableUUID("employee " + p.number), Attrs: attrs}
}

// stableUUID is the same for ever for what it names, also under another DN.
func stableUUID(of string) string {
	house := uuid.NewSHA1(uuid.NameSpaceDNS, []byte("alpenglas.example"))
	return uuid.NewSHA1(house, []byte(of)).String()
}
