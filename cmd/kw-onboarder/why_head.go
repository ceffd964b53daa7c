package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// headline is the answer in one sentence.
func (t whyText) headline() string {
	folder := t.why.Folder
	switch {
	case t.a.Skipped != "" && folder != "":
		return fmt.Sprintf("%s is given nothing on %s: %s.%s", t.name(), folder, t.a.Skipped, t.left())
	case t.a.Skipped != "":
		return fmt.Sprintf("%s is given nothing: %s.", t.name(), t.a.Skipped)
	case folder == "":
		return t.everything()
	}
	if s := t.nearest(); s != nil {
		return t.spot(s)
	}
	return t.nothing() + t.left()
}

// nearest is the folder in question, or the one closest above it, on which rules give a role.
func (t whyText) nearest() *kwsync.Spot {
	var best *kwsync.Spot
	for i := range t.a.Spots {
		if s := &t.a.Spots[i]; best == nil || len(s.Path) > len(best.Path) {
			best = s
		}
	}
	return best
}

// spot says what is given on a folder, and whether it is there.
func (t whyText) spot(s *kwsync.Spot) string {
	text := t.standing(s)
	if s.Path.Fold() != t.why.Folder.Fold() {
		text += fmt.Sprintf(" It reaches %s if the folders between inherit their members.", t.why.Folder)
	}
	return text
}

func (t whyText) standing(s *kwsync.Spot) string {
	name, role, because := t.name(), s.Claims[0].Role, strongest(s)
	planned := func(c plan.Change) bool {
		return (c.Op == plan.Grant || c.Op == plan.Raise) && c.As == s.As && c.Path.Fold() == s.Path.Fold()
	}
	n := t.a.Now
	var (
		c     plan.Change
		why   string
		lower bool
	)
	if n != nil {
		c, why, lower = t.ending(s)
	}
	switch {
	case n == nil:
		return fmt.Sprintf("The rules give %s %s on %s, because of %s.", name, role, s.Path, because)
	case slices.ContainsFunc(n.Changes, planned):
		return fmt.Sprintf("%s does not have %s on %s yet, and is given it by the next run, because of %s.", name, role, s.Path, because)
	case lower && why == "":
		return fmt.Sprintf("%s has %s on %s, given by us, and the next run %s, because of %s.", name, s.Has, s.Path, takes(c), because)
	case lower:
		return fmt.Sprintf("%s has %s on %s, given by us, which is more than the %s of %s, and keeps it for now: %s.", name, s.Has, s.Path, role, because, why)
	case access.FoldName(s.Has) == access.FoldName(role) && s.Ours:
		return fmt.Sprintf("%s has %s on %s, because of %s.", name, role, s.Path, because)
	case access.FoldName(s.Has) == access.FoldName(role):
		return fmt.Sprintf("%s has %s on %s, %s; it would be given by %s too.", name, s.Has, s.Path, hand(s), because)
	case s.Has != "" && s.Stronger:
		return fmt.Sprintf("%s has %s on %s, %s, which is more than the %s of %s.", name, s.Has, s.Path, hand(s), role, because)
	}
	text := fmt.Sprintf("%s does not have %s on %s, although %s gives it", name, role, s.Path, because)
	if why := t.obstacle(s, planned); why != "" {
		text += ": " + why
	}
	return text + "."
}

// hand says where a role comes from.
func hand(s *kwsync.Spot) string {
	switch {
	case s.Inherited:
		return "from a folder above"
	case s.Ours:
		return "given by us"
	}
	return "given by somebody else"
}

// obstacle is why what the rules give is not there and not on its way.
func (t whyText) obstacle(s *kwsync.Spot, planned func(plan.Change) bool) string {
	for _, w := range t.a.Now.Withheld {
		if planned(w.Change) {
			return w.Why
		}
	}
	for _, c := range t.a.Now.Changes {
		if c.Op == plan.Grant && s.Path.Under(c.Path) {
			return fmt.Sprintf("the next run gives %s on %s, which reaches it", c.To, c.Path)
		}
	}
	return t.noted(s)
}

// noted is the note about a folder; else the one about the person; else one about
// a rule that gives it, if it is not about another folder.
func (t whyText) noted(s *kwsync.Spot) string {
	best, why := 0, ""
	for _, n := range t.a.Now.Notes {
		of := slices.ContainsFunc(s.Claims, func(c kwsync.Claim) bool { return c.Rule == n.Rule })
		rank := 0
		switch {
		case of && strings.Contains(n.Why, string(s.Path)):
			rank = 3
		case n.Rule == "":
			rank = 2
		case of && !strings.Contains(n.Why, " /"):
			rank = 1
		}
		if rank > best {
			best, why = rank, n.Why
		}
	}
	return why
}

// strongest names the rules whose role counts on a folder.
func strongest(s *kwsync.Spot) string {
	var names []string
	for _, c := range s.Claims {
		if access.FoldName(c.Role) == access.FoldName(s.Claims[0].Role) && !slices.Contains(names, c.Rule) {
			names = append(names, c.Rule)
		}
	}
	return ruleNames(names)
}

func ruleNames(names []string) string { return history.RuleNames(names) }

// list is "a, b and c".
func list(names []string) string { return history.List(names) }

// mostSpots is how many folders the headline names.
const mostSpots = 5

// everything says what a person has by all rules.
func (t whyText) everything() string {
	var what []string
	if t.a.Account.Wanted {
		what = append(what, "an account")
	}
	for i, s := range t.a.Spots {
		if i == mostSpots {
			what = append(what, fmt.Sprintf("roles on %d more folders", len(t.a.Spots)-i))
			break
		}
		what = append(what, s.Claims[0].Role+" on "+string(s.Path))
	}
	if len(what) == 0 {
		return fmt.Sprintf("No rule gives %s anything%s.", t.name(), t.held())
	}
	return fmt.Sprintf("The rules give %s %s%s.", t.name(), list(what), t.held())
}

// held names the rules that are not decided.
func (t whyText) held() string {
	var names []string
	for _, r := range t.a.Rules {
		if len(r.Held) > 0 {
			names = append(names, r.Rule)
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return "; rule " + names[0] + " is held"
	}
	return "; rules " + list(names) + " are held"
}
