package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/impact"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

type diffCmd struct {
	Old      string `arg:"" help:"The configuration as it is." type:"path"`
	New      string `arg:"" help:"The configuration as it is to be." type:"path"`
	Snapshot string `help:"Whom to ask about: a file of snapshot --out, redacted or not." type:"existingfile" required:"" placeholder:"FILE"`
}

// comparison is what diff prints, in whatever form.
type comparison struct {
	impact.Report
	file     string // the snapshot
	snapshot snapshot.File
	older    *config.Config
	newer    *config.Config
	beside   []string // what differs and is not compared
}

// Different says whether anything is, compared or not.
func (d *comparison) Different() bool { return d.Report.Different() || len(d.beside) > 0 }

func (d diffCmd) Run(c *command) error {
	older, err := config.Load(d.Old)
	if err != nil {
		return err
	}
	newer, err := config.Load(d.New)
	if err != nil {
		return err
	}
	f, err := openSnapshot(d.Snapshot)
	if err == nil {
		err = answersFor(f, older, newer)
	}
	if err != nil {
		return fmt.Errorf("read the snapshot %s: %w", d.Snapshot, err)
	}
	w := impact.World{Snapshot: f.Snapshot, Catalog: f.Catalog, Groups: f.Pins.Groups, Folders: f.Pins.Folders}
	found := &comparison{
		Report: impact.Compare(impact.Judge(older.Set, w), impact.Judge(newer.Set, w)),
		file:   d.Snapshot, snapshot: f, older: older, newer: newer, beside: beside(older, newer),
	}
	if err := found.print(c); err != nil {
		return err
	}
	if found.Different() {
		return &exit{code: exitChanges}
	}
	return nil
}

func (d *comparison) print(c *command) error {
	switch c.cli.Output {
	case "json":
		return c.json(newJSONDiff(d))
	case "markdown":
		diffMarkdown{diffRows{comparison: d, left: rowsShown}}.print(c.out)
	default:
		diffText{diffRows{comparison: d, left: rowsShown}, newPaint(c.out)}.print(c.out)
	}
	return nil
}

// answersFor says why the rules of configurations cannot be asked about a snapshot,
// redacted or not; nil if they can.
func answersFor(f snapshot.File, configs ...*config.Config) error {
	for _, cfg := range configs {
		if err := belongs(f, cfg); err != nil {
			return fmt.Errorf("%w (%s)", err, cfg.File)
		}
		if missing := cfg.Set.Unread(knownOf(f)); len(missing) > 0 {
			return cfg.Mistaken(missing)
		}
	}
	return nil
}

// caveats are what a reader has to know to trust the rest.
func (d *comparison) caveats() []string {
	notes := append(slices.Clone(d.beside), blurred(d.snapshot, d.older, d.newer)...)
	if d.Totals.Lose > 0 {
		notes = append(notes, losing(d.newer))
	}
	return notes
}

// losing says what becomes of what rules do not give any more.
func losing(c *config.Config) string {
	const sure = "once its reason is confirmed afresh; what a human gave stays"
	switch {
	case c.Mode != guard.Sync:
		return fmt.Sprintf("mode %s takes nothing away: who loses keeps on Kiteworks what was given before", c.Mode)
	case c.OnRuleChange == config.Park:
		return "what we gave, and a changed rule gives no more, waits for approval (on_rule_change: park), and ends " + sure
	}
	return "what we gave, and the rules give no more, ends within the budgets, " + sure
}

// blurred says, if it is so, that rules look at what redaction has replaced.
func blurred(f snapshot.File, configs ...*config.Config) []string {
	var looked []string
	for _, cfg := range configs {
		looked = append(looked, cfg.Set.Attributes()...)
	}
	hidden := snapshot.Hidden(looked)
	if !f.Redacted || len(hidden) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the snapshot is redacted and the rules look at %s: what they decide by the values, which are replaced, may be different in truth; snapshot --full decides as a run does", strings.Join(hidden, ", "))}
}

// headline is how many people it is about, in words.
func (d *comparison) headline() string {
	switch {
	case !d.Different():
		return "Nothing is different."
	case !d.Report.Different():
		return "The rules give the same to everybody."
	}
	t := d.Totals
	var parts []string
	for _, p := range []struct {
		n    int
		text string
	}{
		{t.Gain, "gain"},
		{t.Lose, "lose"},
		{t.Doubt, "would gain or lose what is in doubt"},
		{t.Change, "change"},
		{t.Anew, "would have a new account made otherwise (one that exists stays as it is)"},
		{t.Wait, "keep what they have while a rule is held"},
		{t.Held, "newly held"},
		{t.Released, "held no longer"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.text))
		}
	}
	return fmt.Sprintf("Different for %d of %d people: %s.", t.Touched, d.People, strings.Join(parts, ", "))
}

// whoOf is the names of those of a change, sorted.
func whoOf(c *impact.Change) []string {
	names := make([]string, 0, len(c.People))
	for _, p := range c.People {
		names = append(names, orElse(string(p.Email), orElse(p.Name, p.ID.String())))
	}
	slices.Sort(names)
	return names
}
