package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/history"
	"github.com/kw-onboarder/kw-onboarder/internal/impact"
)

// A comment of a pull request holds 65,536 characters; json has everything.
const (
	rowsShown   = 100 // changes, in all sections
	peopleShown = 8   // of one change
)

// diffRows turns changes into what the forms for people have in common.
type diffRows struct {
	*comparison
	left int // rows that may still be shown
}

// diffRow is one change in words.
type diffRow struct {
	sign  string // + gains, - loses, ~ changes, = stays, ! is held
	where string // the folder of a role
	what  string
	who   []string // the first of them
	more  int      // people who are not among who
	rules string
	note  string
}

// diffSection is the changes of one matter.
type diffSection struct {
	title string
	rows  []diffRow
	more  int // changes that are not among rows
}

// sections are all that there is to show, as far as there is room.
func (d *diffRows) sections() []diffSection {
	titles := []struct {
		what  impact.What
		title string
	}{
		{impact.Account, "Accounts"}, // access first: what is cut is what matters less
		{impact.Folder, "Folders"},
		{impact.Hold, "Held"},
		{impact.Profile, "Profiles of new accounts"},
		{impact.Name, "Names of new accounts"},
		{impact.Mail, "Mails about new accounts"},
	}
	var all []diffSection
	for _, t := range titles {
		changes := d.Of(t.what)
		if len(changes) == 0 {
			continue
		}
		n := min(d.left, len(changes))
		d.left -= n
		s := diffSection{title: t.title, more: len(changes) - n}
		for i := range changes[:n] {
			s.rows = append(s.rows, d.row(&changes[i]))
		}
		all = append(all, s)
	}
	return all
}

// row is a change in words, with what keeps it from being made.
func (d *diffRows) row(c *impact.Change) diffRow {
	row := rowOf(c)
	if why := d.unapplied(c); why != "" {
		row.what += " (not applied: " + why + ")"
	}
	return row
}

// unapplied is why the newer configuration does not do what its rules ask for; "": it does.
func (d *comparison) unapplied(c *impact.Change) string {
	if c.Way == impact.Stronger && d.newer.Mode.OnlyCreates() {
		return "mode " + d.newer.Mode.String() + " never raises"
	}
	return ""
}

func rowOf(c *impact.Change) diffRow {
	who := whoOf(c)
	n := min(peopleShown, len(who))
	row := diffRow{sign: signOf(c), what: c.What.String(), who: who[:n], more: len(who) - n, rules: strings.Join(c.Rules, ", "), note: c.Note}
	switch c.What {
	case impact.Account:
		row.what = orElse(orElse(c.To, c.From), "profile by Kiteworks")
	case impact.Profile:
		row.what = arrow(orElse(c.From, "by Kiteworks"), orElse(c.To, "by Kiteworks"))
	case impact.Name:
		row.what = arrow(c.From, c.To)
	case impact.Mail:
		row.what = "a mail"
	case impact.Folder:
		row.where, row.what = whereOf(c), rolesOf(c)
	case impact.Hold:
		row.what = "held"
		if c.Way == impact.Loses {
			row.what = "no longer"
		}
	}
	return row
}

func signOf(c *impact.Change) string {
	switch {
	case c.Way == impact.Waits:
		return "="
	case c.What == impact.Hold && c.Way == impact.Gains:
		return "!"
	case c.What == impact.Hold:
		return "."
	case c.Way == impact.Gains, c.Way == impact.Stronger:
		return "+"
	case c.Way == impact.Loses, c.Way == impact.Weaker:
		return "-"
	}
	return "~"
}

// whereOf is the folder's path, or its id if a rule names it by that and nothing else is known.
func whereOf(c *impact.Change) string {
	switch {
	case c.Folder.Path == "":
		return "folder " + c.Folder.ID
	case c.Folder.ID == "":
		return string(c.Folder.Path) + " (not in the snapshot)"
	}
	return string(c.Folder.Path)
}

// rolesOf is what becomes of a role, in words.
func rolesOf(c *impact.Change) string {
	switch {
	case c.From == "" || c.To == "":
		return orElse(c.From, c.To)
	case c.Way == impact.Stronger || c.Way == impact.Weaker:
		return fmt.Sprintf("%s, %s", arrow(c.From, c.To), c.Way)
	case c.From == c.To:
		return c.To
	}
	return arrow(c.From, c.To)
}

func arrow(from, to string) string { return from + " -> " + to }

// asOf says of which rules and which people the rest is.
func (d *comparison) asOf() string {
	form := "full"
	if d.snapshot.Redacted {
		form = "redacted"
	}
	return fmt.Sprintf("%s before, %d now; people as of %s, by a snapshot (%s).",
		count(d.older.Set.Len(), "rule"), d.newer.Set.Len(), d.snapshot.Snapshot.Taken.UTC().Format(time.RFC3339), form)
}

// headcount is a number of people in words.
func headcount(n int) string { return history.Headcount(n) }

// onlyOne says that just one side has a rule.
func onlyOne(r impact.Rule) string {
	switch {
	case r.Added:
		return "new"
	case r.Gone:
		return "removed"
	}
	return ""
}
