package history

import (
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Words say of a role that was held where it came from. Commands and pages show the
// same ones.
type Words struct {
	Atlas *Atlas
	Zone  *time.Location // in which moments are told
}

// Clock is a moment as it is told.
func (w Words) Clock(at time.Time) string { return Clock(at.In(w.Zone)) }

// Role is the role and the folder it is held on.
func (w Words) Role(h Held) string { return h.Grant.Role + " on " + w.Atlas.Path(h.Grant.Folder) }

// Facts say who gave a role, and from when to when it was held.
func (w Words) Facts(h Held) []string {
	lines := []string{w.Giver(h) + "."}
	since := "Observed since " + w.Clock(h.Begun)
	if h.Giver == Us && h.Change != nil {
		since = "Held since " + w.Clock(h.Begun)
	}
	if h.Until.IsZero() {
		return append(lines, since+", and still is.")
	}
	return append(lines, since+"; at "+w.Clock(h.Until)+" it no longer was.")
}

// Giver says who gave a role, and why.
func (w Words) Giver(h Held) string {
	switch h.Giver {
	case Us:
		return "Given by us" + w.run(h) + w.Causes(h.Rules, h.Via)
	case Adopted:
		return fmt.Sprintf("Given by %s, and made ours by %s in run %d%s%s", w.by(h), h.Decree.User, h.Decree.ID, Reasoned(h.Decree.Reason), w.Causes(h.Rules, nil))
	case Disowned:
		return fmt.Sprintf("Given up by %s in run %d%s: it counts as given by hand", h.Decree.User, h.Decree.ID, Reasoned(h.Decree.Reason))
	case Inherited:
		return "Inherited from " + w.Origin(h)
	}
	text := "Given by hand, by " + w.by(h)
	if !h.Grant.Created.IsZero() {
		text += ", as Kiteworks says at " + w.Clock(h.Grant.Created)
	}
	return text
}

func (w Words) run(h Held) string {
	if h.Change == nil {
		return " in a run that is forgotten"
	}
	text := fmt.Sprintf(" in run %d", h.Change.Run)
	if h.Change.Change.From != "" {
		text += " in place of " + h.Change.Change.From
	}
	return text
}

// Causes name the rules and the groups that led to them, with a comma before; "": there is none.
func (w Words) Causes(rules []string, via []access.GroupID) string {
	if len(rules) == 0 {
		return ""
	}
	text := ", because of " + RuleNames(rules)
	var groups []string
	for _, g := range via {
		groups = append(groups, w.Atlas.Group(g))
	}
	if len(groups) > 0 {
		text += " (in " + strings.Join(groups, ", ") + ")"
	}
	return text
}

// Origin is the folder that a role came down from; "": it was given where it is held.
func (w Words) Origin(h Held) string {
	switch h.Grant.Origin {
	case "":
		return ""
	case access.OriginUnknown:
		return "a folder above that Kiteworks does not name, or given on this one too"
	}
	return w.Atlas.Path(h.Grant.Origin)
}

// by is who gave a role, as Kiteworks says.
func (w Words) by(h Held) string {
	switch {
	case h.By.Email != "":
		return string(h.By.Email)
	case h.By.ID != "":
		return "account " + h.By.ID
	}
	return "somebody whom Kiteworks does not name"
}

// RuleNames is "rule a", or "rules a, b and c".
func RuleNames(names []string) string {
	if len(names) == 1 {
		return "rule " + names[0]
	}
	return "rules " + List(names)
}

// List is "a, b and c".
func List(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// Reasoned is a reason in brackets, with a space before; "": there is none.
func Reasoned(reason string) string {
	if reason == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", reason)
}

// Count is a number and its noun.
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// Headcount is a number of people.
func Headcount(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}
