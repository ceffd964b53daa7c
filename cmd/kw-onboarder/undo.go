package main

import (
	"errors"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type undoCmd struct {
	ID      int64 `arg:"" name:"run" help:"Number of the run (see runs)."`
	Release bool  `help:"Let the next run do again what the undoing has taken back."`
	Yes     bool  `help:"Do not ask." short:"y"`
	reasonFlag
}

// Run takes back what a run did (promise P12).
func (u undoCmd) Run(c *command) error {
	cfg, err := u.load(c, "undo")
	switch {
	case err != nil:
		return err
	case u.Release:
		return u.release(c, cfg)
	case !u.Yes && !isTerminal(c.in):
		return usage("undo: nobody can be asked here: say --yes")
	}
	actor, err := app.OpenActor(c.ctx, cfg, c.watched())
	if err != nil {
		return err
	}
	return errors.Join(u.run(c, cfg, actor), actor.Close())
}

func (u undoCmd) run(c *command, cfg *config.Config, actor *app.Actor) error {
	plan, err := actor.PlanUndo(c.ctx, u.ID)
	if err != nil {
		return err
	}
	if len(plan.Plan.Changes) == 0 {
		return errors.Join(c.report(&plan, cfg), codeFor(&plan))
	}
	if !u.Yes {
		textReport{out: c.errOut, paint: newPaint(c.errOut), rate: app.Rate(c.ctx, cfg)}.print(&plan)
		if !confirm(c.in, c.errOut, fmt.Sprintf("\nTake back %s of run %d?", changes(len(plan.Plan.Changes)), u.ID)) {
			return errors.New("declined: nothing was changed")
		}
	}
	c.follow(actor)
	rep, err := actor.Undo(c.ctx, u.ID, kwsync.Approve(plan.Plan), u.Reason)
	if err != nil && len(rep.Outcomes) == 0 {
		return err
	}
	return errors.Join(c.report(&rep, cfg), err, codeFor(&rep))
}

func (u undoCmd) release(c *command, cfg *config.Config) error {
	n, err := app.ReleaseUndo(c.ctx, cfg, u.ID, u.Reason)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(jsonReadmitted{ID: u.ID, Changes: n})
	}
	fmt.Fprintf(c.out, "What run %d did is no longer held: the next run may do it again.\n", u.ID)
	return nil
}
