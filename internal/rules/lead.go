package rules

import (
	"regexp"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Lead is a grant by which a rule leads to a folder for somebody with other values.
type Lead struct {
	Rule, Role string
	By         []Seen // what the path is made of, as it is now; of one that cannot be made as far as it can
}

// Leads are the grants of rules that a person matches whose paths could be a folder, or
// one above it, and are not, as of now. Of a rule with a pattern it is known which
// folders there are: Offers has them.
func (b *Bound) Leads(p *access.Person, now time.Time, to access.Path) []Lead {
	var leads []Lead
	d := b.decision(p, now, access.Verdict{Person: p.ID})
	for i := range b.rules {
		r := &b.rules[i]
		if r.pattern != nil || r.frozen != "" {
			continue
		}
		if ok, err := d.matches(r); !ok || err != nil {
			continue
		}
		for _, g := range r.grants {
			if g.template != nil && g.template.couldBe(to) {
				leads = append(leads, Lead{Rule: r.name, Role: g.role, By: g.template.seen(subject{person: p})})
			}
		}
	}
	return leads
}

// couldBe says whether some values make the template a folder, or one above it.
func (t *template) couldBe(folder access.Path) bool {
	form := regexp.QuoteMeta(t.prefix.Fold())
	for _, segment := range t.segments {
		form += "/"
		for _, p := range segment {
			if p.value == nil {
				form += regexp.QuoteMeta(access.FoldName(p.text))
			} else {
				form += "[^/]+"
			}
		}
	}
	return regexp.MustCompile("^" + form + "(/|$)").MatchString(folder.Fold())
}

// seen is what each value of the template is for somebody.
func (t *template) seen(s subject) (all []Seen) {
	for _, segment := range t.segments {
		for _, p := range segment {
			if p.value == nil {
				continue
			}
			if o, err := p.value(s); err == nil && !strings.HasPrefix(o.of, `"`) {
				all = append(all, Seen{Attribute: o.of, Values: o.values})
			}
		}
	}
	return all
}
