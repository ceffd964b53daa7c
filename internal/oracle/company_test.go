package oracle

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

const (
	base        = slapdtest.BaseDN
	peopleBase  = "ou=people," + base
	leaversBase = "ou=leavers," + base
	groupsBase  = "ou=groups," + base
	reader      = slapdtest.BindDN
	password    = slapdtest.Password
	mailDomain  = "@corp.example"
)

// What a person is employed as. No rule is about interns.
const (
	staff      = "staff"
	contractor = "contractor"
	intern     = "intern"
)

// person is one entry of the directory, whatever has become of it.
type person struct {
	id         string // its entryUUID
	uid        string
	mail, name string
	department string // "": the attribute is missing
	employed   string
	ends       string    // day on which a contractor's access ends, inclusive; "": never
	expires    time.Time // of the account in the directory; zero: never
	disabled   bool
	moved      bool // to where the leavers are
	deleted    bool
}

// group is one group, by id; members are ids of people and of groups.
type group struct {
	id, name string
	members  map[string]bool
	deleted  bool
}

// company is the directory at one moment. Those that were deleted are kept.
type company struct {
	people []person
	groups []group
}

func (c *company) clone() *company {
	next := &company{people: slices.Clone(c.people), groups: slices.Clone(c.groups)}
	for i := range next.groups {
		next.groups[i].members = maps.Clone(next.groups[i].members)
	}
	return next
}

func (c *company) person(id string) *person {
	if i := slices.IndexFunc(c.people, func(p person) bool { return p.id == id }); i >= 0 {
		return &c.people[i]
	}
	return nil
}

func (c *company) group(id string) *group {
	if i := slices.IndexFunc(c.groups, func(g group) bool { return g.id == id }); i >= 0 {
		return &c.groups[i]
	}
	return nil
}

// dn is where somebody or some group is; "": nowhere any more.
func (c *company) dn(id string) string {
	if p := c.person(id); p != nil && !p.deleted {
		place := peopleBase
		if p.moved {
			place = leaversBase
		}
		return "uid=" + p.uid + "," + place
	}
	if g := c.group(id); g != nil && !g.deleted {
		return "cn=" + g.name + "," + groupsBase
	}
	return ""
}

// entries is the directory as it is served.
func (c *company) entries() []ldapsim.Entry {
	unit := func(name string) ldapsim.Entry {
		return ldapsim.Entry{DN: "ou=" + name + "," + base, Attrs: map[string][]string{"objectClass": {"top", "organizationalUnit"}, "ou": {name}}}
	}
	entries := []ldapsim.Entry{
		{DN: base, Attrs: map[string][]string{"objectClass": {"top", "domain"}, "dc": {"example"}}},
		unit("people"), unit("leavers"), unit("groups"),
	}
	for _, p := range c.people {
		if !p.deleted {
			entries = append(entries, ldapsim.Entry{DN: c.dn(p.id), UUID: p.id, Attrs: p.attributes()})
		}
	}
	for _, g := range c.groups {
		if g.deleted {
			continue
		}
		members := []string{reader} // the usual way to have a group of nobody: RFC 4519 wants a member
		for _, id := range slices.Sorted(maps.Keys(g.members)) {
			if dn := c.dn(id); dn != "" { // servers keep references whole
				members = append(members, dn)
			}
		}
		entries = append(entries, ldapsim.Entry{DN: c.dn(g.id), UUID: g.id, Attrs: map[string][]string{
			"objectClass": {"top", "groupOfNames"}, "cn": {g.name}, "member": members,
		}})
	}
	return entries
}

func (p *person) attributes() map[string][]string {
	some := func(value string) []string {
		if value == "" {
			return nil
		}
		return []string{value}
	}
	attrs := map[string][]string{
		"objectClass": {"top", "person", "organizationalPerson", "inetOrgPerson"}, "uid": {p.uid}, "cn": {p.name}, "sn": {p.name},
		"displayName": {p.name}, "mail": some(p.mail), "departmentNumber": some(p.department),
		"employeeType": {p.employed}, "employeeNumber": some(p.ends),
	}
	if p.disabled {
		attrs["pwdAccountLockedTime"] = []string{"000001010000Z"}
	}
	if !p.expires.IsZero() {
		attrs["pwdEndTime"] = []string{p.expires.UTC().Format("20060102150405Z")}
	}
	return attrs
}

// uuid is the n-th id of a kind, the same in each history.
func uuid(kind, n int) string { return fmt.Sprintf("%08d-0000-4000-8000-%012d", kind, n) }
