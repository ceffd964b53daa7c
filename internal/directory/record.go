package directory

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// record is one entry as it is kept: no more than a snapshot needs.
type record struct {
	id   string
	dn   string // as the server spells it
	node int32  // number of its normal DN
	read uint32 // the pass that has read it
	mark uint32 // the last pass that has seen it
	gone bool   // dropped, or replaced by a newer record
	// stamp differs after any change of the entry; young says that another change may
	// have borne the same one. Kept only where changes are found by comparing stamps.
	stamp string
	young bool

	person *person // of an entry that was found as a person
	group  *group  // as a group
}

// person is what is kept of a person, besides the record.
type person struct {
	email    access.Email
	noEmail  string
	name     string
	standing *standing // shared
	changed  time.Time
	attrs    map[string][]string
	uids     []string // folded; only where groups may name members so
	sid      string   // its own, binary; Active Directory only
	primary  string   // SID of the primary group
}

// group is what is kept of a group, besides the record.
type group struct {
	name    string
	changed time.Time
	attrs   map[string][]string
	sid     string
	members []int32  // numbers of the DNs that it lists
	uids    []string // folded
	foreign []string // SIDs of members from other domains
	hidden  bool     // it must have members and shows none
}

// readPerson makes a person of an entry.
func (m *mirror) readPerson(e *wire.Entry) (*person, error) {
	if len(e.Ranged) > 0 {
		return nil, &wire.EntryError{Text: fmt.Sprintf("entry %q comes with %s, a part of the values only: rules cannot use this attribute", e.DN, e.Ranged[0].Name)}
	}
	is := m.kind.standing(e)
	if m.o.People.left(normalDN(e.DN)) {
		is = standing{is: access.Gone}
	}
	p := &person{
		standing: m.texts.standing(is),
		changed:  changedAt(e.One(m.kind.changed)),
		attrs:    m.texts.attributes(e, m.o.Attributes),
	}
	p.email, p.noEmail = m.o.People.email(e)
	p.name = m.texts.text(nameOf(e, m.o.People.Name, string(p.email)))
	if m.namesByUID() {
		p.uids = folded(e.Values("uid"))
	}
	if sid := e.Raw("objectsid"); m.kind.primaryGroup && len(sid) > 0 {
		p.sid = string(sid)
		p.primary = m.texts.text(primaryGroupSID(sid, e.One("primarygroupid")))
	}
	return p, nil
}

// nameOf is the display name: the attribute, else cn, else the address. A value that
// is no text is none.
func nameOf(e *wire.Entry, attribute, otherwise string) string {
	for _, name := range []string{e.One(attribute), e.One("cn")} {
		if strings.TrimSpace(name) != "" && utf8.ValidString(name) {
			return name
		}
	}
	return otherwise
}

// email takes the address from the first attribute that has a value. One
// with several values leaves open which is meant: none is taken.
func (p *People) email(e *wire.Entry) (access.Email, string) {
	for _, name := range p.EmailFrom {
		values := slices.DeleteFunc(slices.Sorted(slices.Values(e.Values(name))), func(v string) bool { return strings.TrimSpace(v) == "" })
		switch len(values) {
		case 0:
			continue
		case 1:
			return p.accept(name, values[0])
		default:
			return "", fmt.Sprintf("%s has %d values: %.300s", name, len(values), strings.ToValidUTF8(strings.Join(values, ", "), "?"))
		}
	}
	return "", "no value in " + strings.Join(p.EmailFrom, ", ")
}

func (p *People) accept(attribute, value string) (access.Email, string) {
	email, err := access.ParseEmail(value)
	if err != nil {
		return "", fmt.Sprintf("%s: %v", attribute, err)
	}
	if len(p.EmailDomains) > 0 && !slices.Contains(p.EmailDomains, email.Domain()) {
		return "", fmt.Sprintf("%s: %s is outside the allowed domains: %s", attribute, email, strings.Join(p.EmailDomains, ", "))
	}
	return email, ""
}

// readGroup makes a group of an entry. Members that were sent in part are read by drain.
func (m *mirror) readGroup(e *wire.Entry) *group {
	g := &group{name: m.texts.text(e.One("cn")), changed: changedAt(e.One(m.kind.changed)), sid: string(e.Raw("objectsid")), uids: folded(e.Values("memberuid"))}
	if len(m.o.GroupAttributes) > 0 {
		g.attrs = m.groupTexts.attributes(e, m.o.GroupAttributes)
	}
	listed := len(e.Ranged) > 0
	for _, name := range m.kind.members {
		values := e.Values(name)
		listed = listed || len(values) > 0
		m.addMembers(g, values)
	}
	// The schema lets these have no fewer than one (RFC 4519, 3.5 and 3.6): one that shows none is not empty.
	g.hidden = !listed && (e.Has("objectclass", "groupOfNames") || e.Has("objectclass", "groupOfUniqueNames"))
	return g
}

func (m *mirror) addMembers(g *group, dns []string) {
	g.members = slices.Grow(g.members, len(dns))
	for _, dn := range dns {
		normal := normalDN(dn)
		g.members = append(g.members, m.nodeOf(normal))
		if sid, foreign := foreignSID(normal); foreign && m.kind.primaryGroup {
			g.foreign = append(g.foreign, sid)
		}
	}
}
