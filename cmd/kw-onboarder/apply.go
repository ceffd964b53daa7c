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
	Person *string `help:"Act on one person only: e-mail, id or DN."`
	Plan   string  `help:"Apply from this plan (plan --out) what still holds, never more." type:"existingfile"`
	Yes    bool    `help:"Do not ask." short:"y"`
}

func (a applyCmd) Run(c *command) error {
	person, err := named(a.Person)
	switch {
	case err != nil:
		return err
	case person != "" && a.Plan != "":
		return usage("apply: --plan says already whom it is about: leave out --person")
	case !a.Yes && !isTerminal(c.in):
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
	runner.Person = person
	err = a.run(c, cfg, runner)
	return errors.Join(err, closeRunner())
}

// run applies what was approved: a reviewed plan, or one that is shown now. What
// is shown is read again when it is applied, and only what still holds is done.
func (a applyCmd) run(c *command, cfg *config.Config, r *kwsync.Runner) (err error) {
	if a.Plan != "" {
		if r.Approved, err = readPlan(a.Plan, cfg.Kiteworks.URL); err != nil {
			return err
		}
	}
	if !a.Yes {
		if err := a.ask(c, cfg, r); err != nil {
			return err
		}
	}
	if isTerminal(c.errOut) {
		r.Settled = progress(c)
	}
	rep, err := r.Run(c.ctx, kwsync.Trigger{Name: "apply", Full: true})
	if r.Settled != nil && len(rep.Outcomes) > 0 {
		fmt.Fprintln(c.errOut) // behind the line that counted
	}
	if err != nil && len(rep.Outcomes) == 0 {
		return err
	}
	return errors.Join(c.report(&rep, cfg), err, codeFor(&rep))
}

// ask shows the plan and takes only "yes" for a yes; nothing to do needs no
// asking. Nothing is locked while somebody thinks.
func (a applyCmd) ask(c *command, cfg *config.Config, r *kwsync.Runner) error {
	rep, err := r.Plan(c.ctx)
	if err != nil {
		return err
	}
	if r.Approved == nil {
		r.Approved = kwsync.Approve(rep.Plan)
	} else {
		r.Approved.Narrow(&rep)
	}
	if len(rep.Plan.Changes) == 0 {
		return nil
	}
	textReport{out: c.errOut, paint: newPaint(c.errOut), rate: app.Rate(cfg)}.print(&rep)
	if !confirm(c.in, c.errOut, fmt.Sprintf("\nApply %d changes?", len(rep.Plan.Changes))) {
		return errors.New("declined: nothing was changed")
	}
	return nil
}

// progress counts on one line of the terminal.
func progress(c *command) func(plan.Change, plan.Outcome) {
	done := 0
	return func(plan.Change, plan.Outcome) {
		done++
		fmt.Fprintf(c.errOut, "\r%d changes done", done)
	}
}
