package main

import (
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

type quarantineCmd struct {
	List  quarantineListCmd  `cmd:"" default:"1" help:"Show what keeps failing."`
	Retry quarantineRetryCmd `cmd:"" help:"Let the next run try it."`
}

type quarantineListCmd struct{}

// Run shows what keeps failing.
func (quarantineListCmd) Run(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	failing, err := app.Quarantine(c.ctx, cfg)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(newJSONQuarantine(failing))
	}
	if len(failing) == 0 {
		fmt.Fprintln(c.out, "Nothing keeps failing.")
		return nil
	}
	w := newGrid(c.out)
	defer func() { _ = w.Flush() }() // like every print here: nobody is left to tell
	fmt.Fprintln(w, "ID\tWHAT\tFAILURES\tSINCE\tLEFT ALONE UNTIL\tWHY")
	for _, f := range failing {
		fmt.Fprintf(w, "%d\t%s %s\t%d\t%s\t%s\t%s\n", f.ID, f.Scope, f.Key, f.Failures, clockOf(cfg, f.Since),
			history.AloneUntil(f, time.Now(), cfg.Location), f.Why)
	}
	return nil
}

type quarantineRetryCmd struct {
	ID []int64 `arg:"" help:"Number of what is to be tried, as quarantine shows it; may be several."`
}

// Run lets the next run try what was left alone.
func (q quarantineRetryCmd) Run(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	if err := app.Retry(c.ctx, cfg, q.ID...); err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(jsonRetry{Retry: q.ID})
	}
	fmt.Fprintf(c.out, "The next run tries %s.\n", count(len(q.ID), "thing"))
	return nil
}
