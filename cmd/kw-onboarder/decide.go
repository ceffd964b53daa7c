package main

import (
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
)

type approveCmd struct {
	ID int64 `arg:"" help:"Number of the item, as parked shows it."`
	reasonFlag
}

// Run approves an item.
func (a approveCmd) Run(c *command) error {
	cfg, err := a.load(c, "approve")
	if err != nil {
		return err
	}
	item, request, err := app.Approve(c.ctx, cfg, a.ID, a.Reason)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		out := newJSONParked(item)
		out.Request = request
		return c.json(out)
	}
	fmt.Fprintf(c.out, "Item %d approved: %s. ", item.ID, count(len(item.Changes), "change"))
	if request != 0 {
		fmt.Fprintf(c.out, "The daemon was asked, by request %d, to apply what still holds.\n", request)
		return nil
	}
	fmt.Fprintf(c.out, "No daemon runs: apply what still holds with `kw-onboarder apply`, before %s.\n", clockOf(cfg, item.Until()))
	return nil
}

type rejectCmd struct {
	ID int64 `arg:"" help:"Number of the item, as parked shows it."`
	reasonFlag
}

// Run rejects an item.
func (r rejectCmd) Run(c *command) error {
	cfg, err := r.load(c, "reject")
	if err != nil {
		return err
	}
	item, err := app.Reject(c.ctx, cfg, r.ID, r.Reason)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(newJSONParked(item))
	}
	fmt.Fprintf(c.out, "Item %d rejected: %s held, until you take that back with `kw-onboarder resume %d --reason ...`.\n",
		item.ID, count(len(item.Changes), "change"), item.ID)
	return nil
}
