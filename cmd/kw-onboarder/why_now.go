package main

import (
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// now prints what Kiteworks has, and what a run would do.
func (t whyText) now() {
	n := t.a.Now
	t.line("")
	if a := n.Account; a == nil {
		t.line("On Kiteworks there is no account of %s.", t.name())
	} else {
		t.line("On Kiteworks %s has an account: %s, profile %s, %s.", t.name(), a.Kind, orElse(a.Profile, "none"), a.Status)
	}
	for _, s := range t.a.Spots {
		if t.a.Skipped != "" && !s.Read {
			t.line("  On %s: not looked at, since %s is given nothing", s.Path, t.name())
			continue
		}
		t.line("  On %s: %s", s.Path, holds(s))
	}
	t.leaver()
	for _, s := range n.Left {
		t.line("  ! %s", t.paint.yellow(fmt.Sprintf("%s on %s, given by us as the ledger has it: %s", s.Has, s.Path, t.future(s))))
	}
	if s := t.nearest(); t.why.Folder != "" && len(n.Left) == 0 && (s == nil || s.Path.Fold() != t.why.Folder.Fold()) {
		t.line("  On %s: not looked at, since no rule gives %s anything there", t.why.Folder, t.name())
	}
	if a, asked := n.Account, t.a.Account.Profiles; a != nil && len(asked) > 0 && access.FoldName(asked[0].Value) != access.FoldName(a.Profile) {
		t.line("  ! %s", t.paint.yellow(fmt.Sprintf("rule %s says profile %s: this version leaves the profile of an account as it is", asked[0].Rule, asked[0].Value)))
	}
	for _, note := range n.Notes {
		rule := ""
		if note.Rule != "" {
			rule = "rule " + note.Rule + ": "
		}
		t.line("  ! %s", t.paint.yellow(rule+note.Why))
	}
	t.changes()
}

func (t whyText) changes() {
	n := t.a.Now
	switch {
	case len(n.Changes) > 0:
		t.line("The next run would")
	case len(n.Withheld) == 0:
		t.line("The next run would change nothing here.")
	default:
		t.line("The next run would change nothing: what is planned is withheld.")
	}
	for _, c := range n.Changes {
		if narrows(c.Op) {
			t.line("  %s", t.paint.red("- "+does(c)))
			continue
		}
		t.line("  %s", t.paint.green("+ "+does(c)))
	}
	for _, w := range n.Withheld {
		t.line("  - not %s: %s", does(w.Change), w.Why)
	}
}

// does is a change, as the end of a sentence.
func does(c plan.Change) string {
	switch c.Op {
	case plan.CreateAccount:
		return fmt.Sprintf("create the account %s, %s", c.Email, orElse(c.Profile, "profile by Kiteworks"))
	case plan.CreateFolder:
		return fmt.Sprintf("create the folder %s", c.Path)
	case plan.Suspend:
		return fmt.Sprintf("suspend the account %s", c.Email)
	case plan.Unsuspend:
		return fmt.Sprintf("switch the account %s on again", c.Email)
	case plan.Rename:
		return fmt.Sprintf("change the address %s to %s", c.From, c.To)
	case plan.SetName:
		return fmt.Sprintf("change the name %q to %q", c.From, c.To)
	case plan.SetProfile:
		return fmt.Sprintf("change the profile %s to %s", c.From, c.To)
	case plan.Delete:
		return fmt.Sprintf("delete the account %s, its data to %s", c.Email, orElse(c.To, "nobody"))
	case plan.Revoke:
		return fmt.Sprintf("revoke %s on %s", c.From, c.Path)
	}
	if c.From != "" {
		return fmt.Sprintf("%s %s to %s on %s", c.Op, c.From, c.To, c.Path)
	}
	return fmt.Sprintf("%s %s on %s", c.Op, c.To, c.Path)
}

// holds is what a person has on a folder now.
func holds(s kwsync.Spot) string {
	switch {
	case !s.There:
		return s.As + " sees no such folder"
	case !s.Read:
		return "its members were not read"
	case s.Has == "":
		return "no role"
	}
	return s.Has + ", " + hand(&s)
}
