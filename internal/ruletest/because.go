package ruletest

import (
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// ofAccount are the rules that ask for the account, or all that would: each that
// matches, and, where the account is missing, each that does not.
func (o *outcome) ofAccount(matching bool) []Reason {
	var all []Reason
	for i, e := range o.rules {
		if o.cfg.Rules[i].Account == nil || matching && e.Account == nil && len(e.Held) == 0 {
			continue
		}
		all = append(all, o.reason(e))
	}
	if len(all) == 0 {
		all = append(all, Reason{Text: "no rule asks for an account"})
	}
	return all
}

// giving are the rules that give on a folder.
func (o *outcome) giving(g *given) []Reason {
	var all []Reason
	for _, w := range g.wishes {
		e := o.rules[o.index(w.Cause.Rule)]
		r := Reason{w.Cause.Rule, "gives " + w.Role + ": " + o.holding(e)}
		if !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return all
}

// notGiving are the rules that could give the roles on a folder, and do not.
func (o *outcome) notGiving(folder string, roles config.Few, g *given) []Reason {
	var all []Reason
	for i, e := range o.rules {
		gives := slices.ContainsFunc(g.wishes, func(w access.Wish) bool { return w.Cause.Rule == e.Rule })
		if o.could(i, folder) && !gives {
			all = append(all, o.reason(e))
		}
	}
	if len(all) == 0 && len(g.wishes) == 0 {
		all = append(all, Reason{Text: "no rule could give " + strings.Join(roles, ", ") + " there"})
	}
	return all
}

// could says whether a grant of a rule may be on a folder, whatever the values of its template.
func (o *outcome) could(rule int, folder string) bool {
	return slices.ContainsFunc(o.cfg.Rules[rule].Grants, func(g rules.Grant) bool { return onFolder(g).MatchString(key(folder)) })
}

func (o *outcome) index(rule string) int {
	return slices.IndexFunc(o.rules, func(e rules.Explanation) bool { return e.Rule == rule })
}

// reason says what a rule came to.
func (o *outcome) reason(e rules.Explanation) Reason {
	switch e.Outcome {
	case rules.Undecided:
		return Reason{e.Rule, "is held: " + strings.Join(e.Held, "; ")}
	case rules.Waiting:
		return Reason{e.Rule, "matches, and gives nothing: " + waiting(e)}
	case rules.Given:
		text := "matches: " + o.holding(e)
		if e.Account != nil {
			text += "; " + asks(e.Account)
		}
		if folders := open(e); len(folders) > 0 {
			text += "; gives " + strings.Join(folders, ", ")
		}
		if why := waiting(e); why != "" {
			text += "; a grant of it is not given: " + why
		}
		if len(e.Held) > 0 {
			text += "; is held in part: " + strings.Join(e.Held, "; ")
		}
		return Reason{e.Rule, text}
	}
	for _, part := range e.Parts {
		if !part.Holds {
			return Reason{e.Rule, "does not match: " + o.part(part)}
		}
	}
	return Reason{e.Rule, "does not match"}
}

// holding is the condition of a rule that matches.
func (o *outcome) holding(e rules.Explanation) string {
	texts := make([]string, 0, len(e.Parts))
	for _, part := range e.Parts {
		texts = append(texts, o.part(part))
	}
	return strings.Join(texts, " and ")
}

// part says what of a condition held or not, and what was seen.
func (o *outcome) part(p rules.Part) string {
	switch p.Key {
	case "everyone":
		return "it is for everyone"
	case "group", "not_group":
		if p.Holds == (p.Key == "group") {
			return "the person is in the group " + quote(p.Text)
		}
		return "the person is not in the group " + quote(p.Text)
	case "group_like":
		return o.like(p)
	case "under":
		where := " does not lie under "
		if p.Holds {
			where = " lies under "
		}
		return "the entry " + seen(p.Seen[0].Values) + where + quote(p.Text)
	}
	text := p.Decided
	if text == "" {
		text = p.Text
	}
	if p.Holds {
		text += " holds"
	} else {
		text += " does not hold"
	}
	for _, s := range p.Seen {
		if strings.Contains(strings.ToLower(p.Decided), s.Attribute) || p.Decided == "" {
			text += ", " + s.Attribute + " is " + seen(s.Values)
		}
	}
	return text
}

func (o *outcome) like(p rules.Part) string {
	if !p.Holds {
		return "the person is in no group like " + quote(p.Text)
	}
	var names []string
	for _, g := range o.world.groups {
		if slices.Contains(p.Groups, g.ID) {
			names = append(names, quote(g.Name))
		}
	}
	return "the person is in " + strings.Join(names, ", ") + ", like " + quote(p.Text)
}

func seen(values []string) string {
	given := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	if len(given) == 0 {
		return "absent"
	}
	return strings.Join(quoted(given), " and ")
}

// open are the grants of a rule that are given, with their folders.
func open(e rules.Explanation) []string {
	var all []string
	for _, g := range e.Grants {
		if g.Term.Phase == rules.Open {
			all = append(all, g.Wish.Role+" on "+string(g.Wish.Place.Path)+g.Wish.Place.FolderID)
		}
	}
	return all
}

// waiting says why the grants of a rule are not given now, each reason once.
func waiting(e rules.Explanation) string {
	var all []string
	for _, g := range e.Grants {
		text := ""
		switch g.Term.Phase {
		case rules.Early:
			text = "its time begins at " + g.Term.From.Format(time.RFC3339)
			if g.Term.From.IsZero() {
				text = "its time never begins"
			}
		case rules.Over:
			text = "its time was over at " + g.Term.Until.Format(time.RFC3339)
		case rules.NoDate:
			text = "the person has no date"
		}
		if text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return strings.Join(all, "; ")
}

func asks(a *rules.GivenAccount) string {
	text := "asks for an account"
	if a.Profile != "" {
		text += " with the profile " + quote(a.Profile)
	}
	if a.Name != "" {
		text += " named " + quote(a.Name)
	}
	return text
}
