package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

// roleText says of a role that was held where it came from.
type roleText struct {
	atlas *history.Atlas
	zone  *time.Location
}

func (t roleText) clock(at time.Time) string { return history.Clock(at.In(t.zone)) }

func (t roleText) role(h history.Held) string {
	return h.Grant.Role + " on " + t.atlas.Path(h.Grant.Folder)
}

// facts are the lines below a role: who gave it, and from when to when.
func (t roleText) facts(h history.Held) []string {
	lines := []string{t.giver(h) + "."}
	since := "Observed since " + t.clock(h.Begun)
	if h.Giver == history.Us && h.Change != nil {
		since = "Held since " + t.clock(h.Begun)
	}
	if h.Until.IsZero() {
		return append(lines, since+", and still is.")
	}
	return append(lines, since+"; at "+t.clock(h.Until)+" it no longer was.")
}

func (t roleText) giver(h history.Held) string {
	switch h.Giver {
	case history.Us:
		return "Given by us" + t.run(h) + t.causes(h.Rules, h.Via)
	case history.Adopted:
		return fmt.Sprintf("Given by %s, and made ours by %s in run %d%s%s", t.by(h), h.Decree.User, h.Decree.ID, reasoned(h.Decree.Reason), t.causes(h.Rules, nil))
	case history.Disowned:
		return fmt.Sprintf("Given up by %s in run %d%s: it counts as given by hand", h.Decree.User, h.Decree.ID, reasoned(h.Decree.Reason))
	case history.Inherited:
		return "Inherited from " + t.origin(h)
	}
	text := "Given by hand, by " + t.by(h)
	if !h.Grant.Created.IsZero() {
		text += ", as Kiteworks says at " + t.clock(h.Grant.Created)
	}
	return text
}

func (t roleText) run(h history.Held) string {
	if h.Change == nil {
		return " in a run that is forgotten"
	}
	text := fmt.Sprintf(" in run %d", h.Change.Run)
	if h.Change.Change.From != "" {
		text += " in place of " + h.Change.Change.From
	}
	return text
}

// causes names the rules and the groups that led to them.
func (t roleText) causes(rules []string, via []access.GroupID) string {
	if len(rules) == 0 {
		return ""
	}
	text := ", because of " + ruleNames(rules)
	var groups []string
	for _, g := range via {
		groups = append(groups, t.atlas.Group(g))
	}
	if len(groups) > 0 {
		text += " (in " + strings.Join(groups, ", ") + ")"
	}
	return text
}

// origin is the folder that a role came down from.
func (t roleText) origin(h history.Held) string {
	switch h.Grant.Origin {
	case "":
		return ""
	case access.OriginUnknown:
		return "a folder above that Kiteworks does not name, or given on this one too"
	}
	return t.atlas.Path(h.Grant.Origin)
}

// by is who gave a role, as Kiteworks says.
func (t roleText) by(h history.Held) string {
	switch {
	case h.By.Email != "":
		return string(h.By.Email)
	case h.By.ID != "":
		return "account " + h.By.ID
	}
	return "somebody whom Kiteworks does not name"
}
