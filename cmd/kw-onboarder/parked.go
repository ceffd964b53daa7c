package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
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
	parkedText{c.out, cfg}.list(items)
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
	parkedText{c.out, cfg}.item(item)
	return nil
}

// parkedText prints for a person to read.
type parkedText struct {
	out    io.Writer
	config *config.Config
}

func (t parkedText) list(items []app.ParkedItem) {
	if len(items) == 0 {
		fmt.Fprintln(t.out, "Nothing is parked.")
		return
	}
	w := newGrid(t.out)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	fmt.Fprintln(w, "ID\tKIND\tRULE\tCHANGES\tSTATE\tUNTIL\tWHY")
	now := time.Now()
	for _, i := range items {
		fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%s\t%s\t%s\n", i.ID, i.Kind, orElse(i.Rule, "-"), i.Size, i.State(now), t.until(i), i.Why)
	}
}

func (t parkedText) until(i app.ParkedItem) string {
	return history.ParkedUntil(&i, time.Now(), t.config.Location)
}

func (t parkedText) item(i app.ParkedItem) {
	state := i.State(time.Now())
	fmt.Fprintf(t.out, "%s %s%s: %s\n", newPaint(t.out).bold(fmt.Sprintf("Item %d.", i.ID)), i.Kind, source(i), i.Why)
	fmt.Fprintf(t.out, "Parked %s, by run %d at last. %s until %s.\n", clockOf(t.config, i.Opened), i.Run, capital(string(state)), t.until(i))
	if i.Decision != "" {
		fmt.Fprintf(t.out, "%s by %s on %s: %s\n", capital(string(i.Decision)), i.Who(), clockOf(t.config, i.Decided), i.Reason)
	}
	fmt.Fprintf(t.out, "\n%s\n", count(len(i.Changes), "change"))
	w := newGrid(t.out)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	for _, ch := range i.Changes {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", ch.Op, subject(ch), grounds(ch))
	}
}

// source is what an item comes from: a rule, or people who have left.
func source(i app.ParkedItem) string {
	switch {
	case i.Rule != "":
		return ", rule " + i.Rule
	case len(i.Changes) > 0 && i.Changes[0].Exit != "":
		return fmt.Sprintf(", of people who have left (%s)", i.Changes[0].Exit)
	}
	return ""
}

// clockOf is a moment as it is told where the program's schedules are told.
func clockOf(c *config.Config, at time.Time) string { return history.Clock(at.In(c.Location)) }

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
