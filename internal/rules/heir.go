package rules

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// HeirExpression is how a ladder says who gets the data of an account that is
// deleted: `manager`, or a template that makes an address.
type HeirExpression struct {
	Text string
	Path string // where it stands, for problems; "": leavers
}

// byManager asks for the person whom the attribute of that name points to.
const byManager = "manager"

// heir is a HeirExpression that has passed every check.
type heir struct {
	as       string
	at       string
	template *template // nil: by manager
}

// heirs compiles what the ladders ask for, each text once.
func (c *compiler) heirs(list []HeirExpression) (compiled []heir) {
	for _, e := range list {
		h := heir{as: e.Text, at: cmp.Or(e.Path, "leavers")}
		if e.Text != byManager {
			t, err := parseAddress(e.Text, lexicon{tables: c.folded})
			if err != nil {
				c.report(h.at, err.Error(), "write `manager`, or in quotes a template that makes one address, such as \"{{ .manager_mail }}\"")
				continue
			}
			h.template = t
		}
		if !slices.ContainsFunc(compiled, func(before heir) bool { return before.as == h.as }) {
			compiled = append(compiled, h)
		}
	}
	return compiled
}

// looks are the attributes of the person by which the heir is found.
func (h *heir) looks() (looks []look) {
	attributes := []string{byManager}
	if h.template != nil {
		attributes = h.template.attributes
	}
	for _, name := range attributes {
		looks = append(looks, look{attribute: name, at: h.at})
	}
	return looks
}

// heirless finds ladders that look at attributes which nobody can have.
func (s *Set) heirless(v vocabulary) (found []Problem) {
	for i := range s.heirs {
		for _, l := range s.heirs[i].looks() {
			if why := v.against(l); why != "" {
				found = append(found, Problem{Path: l.at, Message: why + "; until then nobody has this heir"})
			}
		}
	}
	return found
}

// managers finds people by the DNs of their entries. Only those of one directory
// point to each other: another may have the same DNs.
type managers struct {
	people []access.Person
	at     map[entry]int32
}

// entry is a folded DN of one directory.
type entry struct{ source, dn string }

// newManagers is empty if no ladder asks for a manager.
func newManagers(heirs []heir, people []access.Person) managers {
	if !slices.ContainsFunc(heirs, func(h heir) bool { return h.template == nil }) {
		return managers{}
	}
	m := managers{people: people, at: make(map[entry]int32, len(people))}
	for i := range people {
		e := entry{people[i].ID.Source, FoldDN(people[i].DN)}
		if _, met := m.at[e]; met {
			m.at[e] = none
		} else {
			m.at[e] = int32(i)
		}
	}
	return m
}

// of is the one other person whom somebody's entry points to; nil: there is none.
func (m *managers) of(p *access.Person) *access.Person {
	values := p.Attrs[byManager]
	if len(values) != 1 {
		return nil
	}
	dn := FoldDN(values[0])
	at, there := m.at[entry{p.ID.Source, dn}]
	if dn == "" || !there || at == none || m.people[at].ID == p.ID {
		return nil
	}
	return &m.people[at]
}

// heirs are those that can be found of a person who is employed. Who cannot be is
// left out, and holds nothing: the ladder has its own words for that.
func (b *Bound) heirs(p *access.Person) (found []access.Heir) {
	if p.Standing != access.Active {
		return nil
	}
	for i := range b.set.heirs {
		if h, ok := b.heir(&b.set.heirs[i], p); ok {
			found = append(found, h)
		}
	}
	return found
}

func (b *Bound) heir(h *heir, p *access.Person) (access.Heir, bool) {
	if h.template != nil {
		email, err := h.template.address(subject{person: p})
		return access.Heir{As: h.as, Email: email}, err == nil && email != p.Email
	}
	m := b.managers.of(p)
	if m == nil {
		return access.Heir{}, false
	}
	found := access.Heir{As: h.as, Person: m.ID, Email: m.Email}
	if b.shared[m.Email] != nil { // whose account that would find is not sure
		found.Email = ""
	}
	return found, true
}

// parseAddress reads a text that makes an address.
func parseAddress(text string, l lexicon) (*template, error) {
	t, err := parseLine("address", text, l)
	if err != nil {
		return nil, err
	}
	if fixed, ok := literalName(t.segments[0]); ok {
		if _, err := access.ParseEmail(fixed); err != nil {
			return nil, fmt.Errorf("address %q: %w", text, err)
		}
	}
	return t, nil
}

// address is the one that the text makes for somebody.
func (t *template) address(s subject) (access.Email, error) {
	text, err := t.segment(t.segments[0], s)
	if err != nil {
		return "", err
	}
	return access.ParseEmail(text)
}
