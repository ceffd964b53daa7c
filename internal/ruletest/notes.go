package ruletest

import (
	"cmp"
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// notes say what of a case had no effect, and may have been meant to have one. A case
// that expects nothing to be given passes with a misspelt name as well.
func (o *outcome) notes(t *Case) []string {
	return slices.Concat(o.idleGroups(), o.idleAttributes(&t.Person), o.idleNots(&t.Expect))
}

func (o *outcome) idleGroups() (notes []string) {
	seen := map[access.GroupID]bool{}
	for _, e := range o.rules {
		for _, part := range e.Parts {
			for _, id := range part.Groups {
				seen[id] = true
			}
		}
	}
	for _, at := range o.person.Groups {
		if g := o.world.groups[at]; !seen[g.ID] {
			notes = append(notes, "no rule is about the group "+quote(cmp.Or(g.DN, g.Name)))
		}
	}
	return notes
}

func (o *outcome) idleAttributes(p *Person) (notes []string) {
	unread := func(all map[string]config.Few, read []string, of string) {
		for _, attribute := range slices.Sorted(maps.Keys(all)) {
			if note := "no rule looks at the attribute " + of + attribute; !has(read, attribute) && !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
		}
	}
	unread(p.Attributes, o.cfg.Set.Attributes(), "")
	for _, g := range p.Groups {
		unread(g.Attributes, o.cfg.Set.GroupAttributes(), "group.")
	}
	return notes
}

// idleNots are folders of `not` that no rule could give to anybody, whose absence
// says nothing of this person.
func (o *outcome) idleNots(e *Expect) (notes []string) {
	for _, folder := range e.Not {
		reached := slices.ContainsFunc(upwards(folder), func(at string) bool { return o.spread.of(at).given })
		switch at, open := o.barred(folder); {
		case !reached:
			notes = append(notes, "no rule could give anything on "+folder+", whoever it is: is `not` spelt as the rules spell it?")
		case open:
			notes = append(notes, at+" is given, and reaches "+folder+" if that was there before the rule that makes it, and inherits its members")
		}
	}
	return notes
}
