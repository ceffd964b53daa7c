package main

import (
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// part is one part of a condition: what it is, whether it holds, and what was seen.
func (t whyText) part(p rules.Part) string {
	if p.Key == "everyone" {
		return "It is for everyone."
	}
	text := p.Key + " " + p.Text
	switch {
	case p.Why != "":
		return fmt.Sprintf("%s cannot be decided: %s", text, p.Why)
	case p.Holds:
		text += " holds"
	default:
		text += " does not hold"
	}
	if p.Decided != "" && !strings.EqualFold(p.Decided, p.Text) {
		text += " because of " + p.Decided
	}
	return text + ": " + t.seen(p)
}

// seen is what a part looked at.
func (t whyText) seen(p rules.Part) string {
	var all []string
	switch p.Key {
	case "group", "not_group":
		for _, g := range p.Groups {
			all = append(all, t.way(g))
		}
	case "group_like":
		for _, g := range p.Groups {
			all = append(all, t.way(g))
		}
		if len(all) == 0 {
			return t.name() + " is in no group of such a name"
		}
	case "under":
		return "the entry is " + strings.Join(p.Seen[0].Values, "")
	default:
		for _, s := range p.Seen {
			all = append(all, values(s))
		}
	}
	return strings.Join(all, "; ")
}

// way says how the person is in a group, through others if need be.
func (t whyText) way(g access.GroupID) string {
	names := t.a.Ways[g]
	if len(names) == 0 {
		return t.name() + " is not in it"
	}
	return fmt.Sprintf("%s is in %s", t.name(), strings.Join(names, ", which is in "))
}

func values(s rules.Seen) string {
	quoted := make([]string, 0, len(s.Values))
	for _, v := range s.Values {
		quoted = append(quoted, fmt.Sprintf("%q", v))
	}
	switch len(quoted) {
	case 0:
		return s.Attribute + " has no value"
	case 1:
		return s.Attribute + " is " + quoted[0]
	}
	return fmt.Sprintf("%s has %d values: %s", s.Attribute, len(quoted), strings.Join(quoted, ", "))
}
