package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

type pauseCmd struct {
	Narrowing bool   `help:"Only what takes access away."`
	For       length `help:"How long: hours, as 4h, or days, as 2d." required:""`
	reasonFlag
}

// Run stops changes.
func (p pauseCmd) Run(c *command) error {
	cfg, err := p.load(c, "pause")
	var mistakes *config.Error
	if errors.As(err, &mistakes) { // a daemon goes on with the configuration that it has
		return fmt.Errorf("%w\nto stop everything all the same, now: create an empty file HOLD beside the ledger, or beside the configuration if the ledger is in PostgreSQL", err)
	}
	if err != nil {
		return err
	}
	hold, err := app.Pause(c.ctx, cfg, p.Narrowing, time.Duration(p.For), p.Reason)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(newJSONHold(hold))
	}
	what := "nothing is changed"
	if p.Narrowing {
		what = "nothing is taken away"
	}
	fmt.Fprintf(c.out, "Paused: %s until %s, or until `kw-onboarder resume`.\n", what, clockOf(cfg, hold.Until))
	return nil
}

type resumeCmd struct {
	ID     int64  `arg:"" optional:"" help:"Number of a rejected item, of which the changes may be planned again."`
	Reason string `help:"Why; it is kept in the ledger, with who you are."`
}

// Run ends pauses, or the holds of a rejected item.
func (r resumeCmd) Run(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	if r.ID != 0 {
		return r.readmit(c, cfg)
	}
	ended, err := app.Resume(c.ctx, cfg, r.Reason)
	if err != nil {
		return err
	}
	file := ""
	if present, _ := app.HoldFile(cfg); present {
		file = app.HoldPath(cfg)
	}
	if c.cli.Output == "json" {
		return c.json(newJSONResumed(ended, file))
	}
	var lines []string
	for _, h := range ended {
		lines = append(lines, fmt.Sprintf("Ended the pause of %s by %s: %s", clockOf(cfg, h.Since), h.By.Who(), h.By.Reason))
	}
	if len(ended) == 0 {
		lines = append(lines, "No pause was in force.")
	}
	if file != "" {
		lines = append(lines, fmt.Sprintf("The file %s still stops everything: remove it.", file))
	}
	fmt.Fprintln(c.out, strings.Join(lines, "\n"))
	return nil
}

func (r resumeCmd) readmit(c *command, cfg *config.Config) error {
	if strings.TrimSpace(r.Reason) == "" {
		return usage("resume: say with --reason why the rejection is taken back")
	}
	n, err := app.Readmit(c.ctx, cfg, r.ID, r.Reason)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(jsonReadmitted{ID: r.ID, Changes: n})
	}
	fmt.Fprintf(c.out, "Item %d is no longer rejected: %s may be planned again.\n", r.ID, count(n, "change"))
	return nil
}
