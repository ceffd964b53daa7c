package directory

import (
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// scope is one search of a reading: people, groups or units below one base.
type scope struct {
	wire.Search
	of      content
	cookie  []byte // RFC 4533
	records map[string]*record
}

// content is what a scope holds.
type content int

const (
	ofPeople content = iota + 1
	ofGroups
	ofUnits
)

func (m *mirror) searchPeople(base string) wire.Search {
	attributes := append([]string{m.kind.id.attribute, m.kind.changed, "cn", m.o.People.Name}, m.kind.standingFrom...)
	attributes = append(append(attributes, m.o.People.EmailFrom...), m.o.Attributes...)
	if m.namesByUID() {
		attributes = append(attributes, "uid")
	}
	if m.kind.primaryGroup {
		attributes = append(attributes, "objectsid", "primarygroupid")
	}
	return wire.Search{Of: "people", Base: base, Filter: m.o.People.Filter, Attributes: distinct(attributes)}
}

func (m *mirror) searchGroups(base string) wire.Search {
	attributes := append([]string{m.kind.id.attribute, m.kind.changed, "cn"}, m.kind.members...)
	if m.kind.memberUIDs {
		attributes = append(attributes, "memberuid", "objectclass")
	}
	if m.kind.primaryGroup {
		attributes = append(attributes, "objectsid")
	}
	attributes = append(attributes, m.o.GroupAttributes...)
	return wire.Search{Of: "groups", Base: base, Filter: m.o.Groups.Filter, Attributes: distinct(attributes)}
}

// namesByUID says whether anybody will ask who has a uid.
func (m *mirror) namesByUID() bool { return m.kind.memberUIDs && len(m.o.Groups.Bases) > 0 }

// left says whether a normal DN lies where those are who have left.
func (p *People) left(normal string) bool {
	for _, base := range p.LeaversIn {
		if under(normal, normalDN(base)) {
			return true
		}
	}
	return false
}

// under says whether one normal DN is another or lies below it.
func under(normal, base string) bool {
	return normal == base || strings.HasSuffix(normal, ","+base)
}
