package directory

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// readPerson makes a person of the entry in hand, except for its groups.
func (r *reader) readPerson(id string) access.Person {
	e := r.entry
	p := access.Person{
		ID: access.PersonID{Source: r.o.Name, ID: id}, DN: e.dn,
		Standing: r.kind.standing(e, r.taken),
		Changed:  changedAt(e.one(r.kind.changed)),
		Attrs:    r.texts.attributes(e, r.o.Attributes),
	}
	p.Email, p.NoEmail = r.o.People.email(e)
	p.Name = e.one(r.o.People.Name)
	if p.Name == "" {
		p.Name = e.one("cn")
	}
	if p.Name == "" {
		p.Name = string(p.Email)
	}
	return p
}

// email takes the address from the first attribute that has a value. One
// with several values leaves open which is meant: none is taken.
func (p *People) email(e *entry) (access.Email, string) {
	for _, name := range p.EmailFrom {
		values := slices.DeleteFunc(slices.Sorted(slices.Values(e.values(name))), func(v string) bool { return strings.TrimSpace(v) == "" })
		switch len(values) {
		case 0:
			continue
		case 1:
			return p.accept(name, values[0])
		default:
			return "", fmt.Sprintf("%s has %d values: %s", name, len(values), strings.Join(values, ", "))
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
