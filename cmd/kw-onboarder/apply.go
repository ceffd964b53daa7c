package main

import (
	"errors"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type applyCmd struct {
	Person string `help:"Act on one person only: e-mail, id or DN."`
	Plan   string `help:"Apply from this plan (plan --out) what still holds, never more." type:"existingfile"`
	Yes    bool   `help:"Do not ask." short:"y"`
}

func (a applyCmd) Run(c *command) error {
	if !a.Yes && !isTerminal(c.in) {
		return usage("apply: nobody can be asked here: say --yes")
	}
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	runner, closeRunner, err := app.OpenRunner(c.ctx, cfg, app.Settings{Version: version})
	if err != nil {
		return err
	}
	if err := a.prepare(c, cfg, runner); err != nil {
		return errors.Join(err, closeRunner())
	}
	rep, err := runner.Run(c.ctx, "apply")
	if runner.Settled != nil && len(rep.Outcomes) > 0 {
		fmt.Fprintln(c.errOut) // behind the line that counted
	}
	if err := errors.Join(err, closeRunner()); err != nil && len(rep.Outcomes) == 0 {
		return err
	}
	if err := c.report(&rep, cfg); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	return codeFor(&rep)
}

// prepare narrows the run to what was asked for.
func (a applyCmd) prepare(c *command, cfg *config.Config, r *kwsync.Runner) (err error) {
	r.Person = a.Person
	if a.Plan != "" {
		if r.Approved, err = readPlan(a.Plan, cfg.Kiteworks.URL); err != nil {
			return err
		}
	}
	if !a.Yes {
		r.Confirm = func(rep *kwsync.Report) bool { return a.ask(c, cfg, rep) }
	}
	if isTerminal(c.errOut) {
		r.Settled = progress(c)
	}
	return nil
}

// ask shows the plan and takes only "yes" for a yes. Nothing to do needs no asking.
func (a applyCmd) ask(c *command, cfg *config.Config, rep *kwsync.Report) bool {
	if len(rep.Plan.Changes) == 0 {
		return true
	}
	textReport{out: c.errOut, paint: newPaint(c.errOut), rate: app.Rate(cfg)}.print(rep)
	return confirm(c.in, c.errOut, fmt.Sprintf("\nApply %d changes?", len(rep.Plan.Changes)))
}

// progress counts on one line of the terminal.
func progress(c *command) func(plan.Change, plan.Outcome) {
	done := 0
	return func(plan.Change, plan.Outcome) {
		done++
		fmt.Fprintf(c.errOut, "\r%d changes done", done)
	}
}
