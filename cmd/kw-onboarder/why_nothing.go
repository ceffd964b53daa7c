package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// nothing says why there is nothing on the folder in question.
func (t whyText) nothing() string {
	var would []string
	for _, r := range t.a.Rules {
		switch {
		case r.Outcome == rules.Undecided && len(r.Held) > 0:
			return fmt.Sprintf("%s is given nothing new on %s: rule %s is held, because %s.", t.name(), t.why.Folder, r.Rule, r.Held[0])
		case r.Outcome == rules.Waiting:
			return fmt.Sprintf("%s is given nothing on %s: rule %s applies, but not at this time.", t.name(), t.why.Folder, r.Rule)
		case slices.ContainsFunc(r.Offers, func(o rules.Offer) bool { return o.Why == "" }):
			would = append(would, r.Rule)
		}
	}
	switch {
	case len(t.a.Rules) == 0:
		return fmt.Sprintf("No rule gives %s anything on %s: %s", t.name(), t.why.Folder, t.leads())
	case len(would) == 0:
		return fmt.Sprintf("No rule gives %s anything on %s.", t.name(), t.why.Folder)
	}
	verb := "leads"
	if len(would) > 1 {
		verb = "lead"
	}
	return fmt.Sprintf("No rule gives %s anything on %s: %s %s there, but not for %s.", t.name(), t.why.Folder, ruleNames(would), verb, t.name())
}

// leads says by which values a rule would lead to the folder in question, or which
// other folder may have been meant.
func (t whyText) leads() string {
	var all []string
	for _, l := range t.a.Leads {
		var by []string
		for _, s := range l.By {
			by = append(by, values(s))
		}
		all = append(all, fmt.Sprintf("rule %s could lead there, but %s", l.Rule, strings.Join(by, " and ")))
	}
	text := "none leads there for " + t.name()
	if len(all) > 0 {
		text = strings.Join(all, "; ")
	}
	if t.a.Near != "" {
		return fmt.Sprintf("%s. Did you mean %s?", text, t.a.Near)
	}
	return text + "."
}

// left says what becomes of what somebody has there who is given nothing.
func (t whyText) left() string {
	if t.a.Now == nil {
		return ""
	}
	var kept []string
	text := ""
	tell := func(s *kwsync.Spot, what string) {
		switch c, why, planned := t.ending(s); {
		case planned && why != "":
			text += fmt.Sprintf(" %s stays for now: %s.", what, why)
		case planned && c.To != "":
			text += fmt.Sprintf(" %s is taken down to %s by the next run.", what, c.To)
		case planned:
			text += fmt.Sprintf(" %s is taken away by the next run.", what)
		default:
			kept = append(kept, what)
		}
	}
	if s := t.nearest(); s != nil && s.Has != "" {
		tell(s, fmt.Sprintf("%s on %s", s.Has, s.Path))
	}
	for i := range t.a.Now.Left {
		s := &t.a.Now.Left[i]
		tell(s, fmt.Sprintf("%s on %s, given by us,", s.Has, s.Path))
	}
	return text + stays(kept)
}

// stays says that roles are left as they are.
func stays(kept []string) string {
	switch len(kept) {
	case 0:
		return ""
	case 1:
		return " " + kept[0] + " is left as it is."
	}
	return " " + list(kept) + " are left as they are."
}
