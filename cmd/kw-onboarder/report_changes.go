package main

import (
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// section is what is printed under one heading.
type section struct {
	title   string
	changes []plan.Change
}

// sections puts changes under their headings, each in the place of its first. What concerns
// leavers is told before.
func sections(changes []plan.Change) (all []section) {
	index := map[string]int{}
	for _, c := range changes {
		if c.Exit != "" {
			continue
		}
		title := heading(c)
		at, seen := index[title]
		if !seen {
			at = len(all)
			index[title], all = at, append(all, section{title: title})
		}
		all[at].changes = append(all[at].changes, c)
	}
	return all
}

// changes prints the plan: folders and accounts one by one, roles under their folder.
func (t textReport) changes(r *kwsync.Report) {
	w := newGrid(t.out)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	for _, s := range sections(r.Plan.Changes) {
		fmt.Fprintf(w, "\n%s\n", t.paint.bold(s.title))
		for _, c := range s.changes {
			fmt.Fprintln(w, t.colour(c, row(c)))
		}
	}
}

// colour paints what widens green, what narrows red, and what is neither yellow.
func (t textReport) colour(c plan.Change, text string) string {
	switch {
	case narrows(c.Op):
		return t.paint.red(text)
	case c.Op == plan.Rename, c.Op == plan.SetName, c.Op == plan.SetProfile:
		return t.paint.yellow(text)
	}
	return t.paint.green(text)
}

// narrows says whether an operation takes something away.
func narrows(op plan.Op) bool { return op >= plan.Suspend }

// heading is the group that a change is printed under.
func heading(c plan.Change) string {
	switch c.Op {
	case plan.CreateFolder:
		return "Folders to create"
	case plan.CreateAccount:
		return "Accounts to create"
	case plan.Unsuspend:
		return "Accounts to switch on again"
	case plan.Rename:
		return "Addresses to change"
	case plan.SetProfile:
		return "Profiles to change"
	case plan.SetName:
		return "Names to change"
	case plan.Suspend:
		return "Accounts to suspend"
	case plan.Delete:
		return "Accounts to delete"
	}
	return fmt.Sprintf("%s, as %s", c.Path, c.As)
}

// row is one change: what, for whom, where, and because of which rules.
func row(c plan.Change) string {
	why := "\t" + grounds(c)
	switch c.Op {
	case plan.CreateFolder:
		return fmt.Sprintf("  + %s\tas %s%s", c.Path, c.As, why)
	case plan.CreateAccount:
		mail := ""
		if c.Notify {
			mail = ", with a mail"
		}
		return fmt.Sprintf("  + %s\t%s\t%s%s%s", c.Email, c.Name, orElse(c.Profile, "profile by Kiteworks"), mail, why)
	case plan.Unsuspend:
		return fmt.Sprintf("  + %s%s", c.Email, why)
	case plan.Rename:
		return fmt.Sprintf("  ~ %s\tnow %s%s", c.To, c.From, why)
	case plan.SetName, plan.SetProfile:
		return fmt.Sprintf("  ~ %s\t%s%s%s", c.Email, c.To, before(c), why)
	case plan.Suspend, plan.Delete:
		return fmt.Sprintf("  - %s%s", subject(c), why)
	case plan.Lower:
		return fmt.Sprintf("  - %s\t%s%s%s", c.To, c.Email, before(c), why)
	case plan.Revoke:
		return fmt.Sprintf("  - %s\t%s%s", c.From, c.Email, why)
	}
	return fmt.Sprintf("  + %s\t%s%s%s", c.To, c.Email, before(c), why)
}

// grounds say why a change is made.
func grounds(c plan.Change) string {
	rules := "rule " + strings.Join(c.Rules(), ", ")
	switch {
	case c.Ordered:
		return "ordered"
	case c.Exit != "":
		return "has left: " + string(c.Exit)
	case len(c.Causes) == 0 && narrows(c.Op):
		return "no rule asks for it"
	case len(c.Causes) == 0:
		return "as the directory has it"
	case c.Expired:
		return "its time has ended: " + rules
	case narrows(c.Op):
		return "asked for no more: " + rules
	}
	return rules
}

func before(c plan.Change) string {
	if c.From == "" {
		return ""
	}
	return ", now " + c.From
}

// subject says for whom and where, and of an account what is to become of it.
func subject(c plan.Change) string {
	switch {
	case c.Op == plan.Rename:
		return fmt.Sprintf("%s%s", c.To, before(c))
	case c.Op == plan.SetName, c.Op == plan.SetProfile:
		return fmt.Sprintf("%s: %s%s", c.Email, c.To, before(c))
	case c.Op == plan.Delete && c.To != "":
		return fmt.Sprintf("%s, data to %s", c.Email, c.To)
	}
	return c.Subject()
}
