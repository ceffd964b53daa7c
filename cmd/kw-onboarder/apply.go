package main

import (
	"errors"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type applyCmd struct {
	Person []string `help:"Act on one person only: e-mail, id or DN; may be repeated." sep:"none"`
	Plan   string   `help:"Apply from this plan (plan --out) what still holds, never more." type:"existingfile"`
	Yes    bool     `help:"Do not ask." short:"y"`
	Reason string   `help:"Kept with the request, where a daemon does the work."`
}

func (a applyCmd) Run(c *command) error {
	err := named(a.Person)
	switch {
	case err != nil:
		return err
	case len(a.Person) > 0 && a.Plan != "":
		return usage("apply: --plan says already whom it is about: leave out --person")
	case !a.Yes && !isTerminal(c.in):
		return usage("apply: nobody can be asked here: say --yes")
	}
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	actor, err := app.OpenActor(c.ctx, cfg, c.watched())
	if err != nil {
		return err
	}
	err = a.run(c, cfg, actor)
	return errors.Join(err, actor.Close())
}

// run applies what was approved: a reviewed plan, or one that is shown now. What
// is shown is read again when it is applied, and only what still holds is done.
func (a applyCmd) run(c *command, cfg *config.Config, actor *app.Actor) (err error) {
	trigger := kwsync.Trigger{Name: "apply", Full: true, Named: a.Person}
	if a.Plan != "" {
		if trigger.Approved, err = readPlan(a.Plan, cfg.Kiteworks.URL); err != nil {
			return err
		}
	}
	if !a.Yes {
		if trigger.Approved, err = a.ask(c, cfg, &actor.Runner.Planner, trigger.Approved); err != nil {
			return err
		}
	}
	c.follow(actor)
	rep, err := actor.Run(c.ctx, trigger, a.Reason)
	if err != nil && len(rep.Outcomes) == 0 {
		return err
	}
	return errors.Join(c.report(&rep, cfg), err, codeFor(&rep))
}

// ask shows the plan and takes only "yes" for a yes; nothing to do needs no
// asking. Nothing is locked while somebody thinks.
func (a applyCmd) ask(c *command, cfg *config.Config, p *kwsync.Planner, approved kwsync.Approval) (kwsync.Approval, error) {
	rep, err := p.Plan(c.ctx, a.Person...)
	if err != nil {
		return nil, err
	}
	if approved == nil {
		approved = kwsync.Approve(rep.Plan)
	} else {
		approved.Narrow(&rep)
	}
	if len(rep.Plan.Changes) == 0 {
		return approved, nil
	}
	textReport{out: c.errOut, paint: newPaint(c.errOut), rate: app.Rate(c.ctx, cfg)}.print(&rep)
	if !confirm(c.in, c.errOut, "\nApply "+changes(len(rep.Plan.Changes))+"?") {
		return nil, errors.New("declined: nothing was changed")
	}
	return approved, nil
}
