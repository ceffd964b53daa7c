package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

type parkedCmd struct {
	ID int64 `arg:"" optional:"" help:"One item, with its changes."`
}

// Run shows what is parked.
func (p parkedCmd) Run(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	if p.ID != 0 {
		return p.one(c, cfg)
	}
	items, err := app.Parked(c.ctx, cfg)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(newJSONParkedList(items))
	}
	parkedText{c}.list(items)
	return nil
}

func (p parkedCmd) one(c *command, cfg *config.Config) error {
	item, err := app.ParkedChanges(c.ctx, cfg, p.ID)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(newJSONParked(item))
	}
	parkedText{c}.item(item)
	return nil
}

// parkedText prints for a person to read.
type parkedText struct{ *command }

func (t parkedText) list(items []app.ParkedItem) {
	if len(items) == 0 {
		fmt.Fprintln(t.out, "Nothing is parked.")
		return
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	fmt.Fprintln(w, "ID\tKIND\tRULE\tCHANGES\tSTATE\tUNTIL\tWHY")
	now := time.Now()
	for _, i := range items {
		fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%s\t%s\t%s\n", i.ID, i.Kind, i.Rule, i.Size, i.State(now), moment(i.Until()), i.Why)
	}
}

func (t parkedText) item(i app.ParkedItem) {
	state := i.State(time.Now())
	fmt.Fprintf(t.out, "%s %s, rule %s: %s\n", newPaint(t.out).bold(fmt.Sprintf("Item %d.", i.ID)), i.Kind, i.Rule, i.Why)
	fmt.Fprintf(t.out, "Parked %s, by run %d at last. %s until %s.\n", moment(i.Opened), i.Run, capital(string(state)), moment(i.Until()))
	if i.Decision != "" {
		fmt.Fprintf(t.out, "%s by %s on %s: %s\n", capital(string(i.Decision)), i.Who(), moment(i.Decided), i.Reason)
	}
	fmt.Fprintf(t.out, "\n%s\n", count(len(i.Changes), "change"))
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	for _, ch := range i.Changes {
		fmt.Fprintf(w, "  %s\t%s\trule %s\n", ch.Op, ch.Subject(), strings.Join(ch.Rules(), ", "))
	}
}

// moment is a time as people compare it.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
