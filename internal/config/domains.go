package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// lintDomains finds a list of domains that shuts out most people of its directory: it
// is misspelt, or lacks one.
func (d *Directory) lintDomains(sn *access.Snapshot) []rules.Problem {
	people, out, example := 0, 0, ""
	for i := range sn.People {
		p := &sn.People[i]
		if p.ID.Source != d.Name {
			continue
		}
		people++
		if domain := d.shutOut(p); domain != "" {
			out, example = out+1, domain
		}
	}
	if 2*out <= people || out == 0 {
		return nil
	}
	return []rules.Problem{{
		Path:    d.path + ".people.email.domains",
		Message: fmt.Sprintf("shuts out %d of %d people: their addresses are at other domains, such as %s, and they are given nothing", out, people, example),
		Hint:    fmt.Sprintf("correct the list, or add %s if nobody but you gives out addresses there", example),
	}}
}

// shutOut is the domain of the address that an entry has and that is not among those
// allowed; "": it is. Of one that was not taken the reason names it.
func (d *Directory) shutOut(p *access.Person) string {
	if len(d.People.Email.Domains) == 0 {
		return ""
	}
	for word := range strings.FieldsSeq(cmp.Or(string(p.Email), p.NoEmail)) {
		if email, err := access.ParseEmail(word); err == nil && !slices.Contains(d.People.Email.Domains, email.Domain()) {
			return email.Domain()
		}
	}
	return ""
}
