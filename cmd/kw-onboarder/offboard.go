package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type offboardCmd struct {
	Person string `arg:"" help:"E-mail, id or DN."`
	End    bool   `help:"Take the order back: the person is treated again as the directory says."`
	reasonFlag
}

// Run suspends somebody's account at once, whatever the directory says.
func (o offboardCmd) Run(c *command) error {
	cfg, err := o.load(c, "offboard")
	if err != nil {
		return err
	}
	if strings.TrimSpace(o.Person) == "" {
		return usage("offboard: PERSON names nobody: give an e-mail, an id or a DN")
	}
	actor, err := app.OpenActor(c.ctx, cfg, c.watched())
	if err != nil {
		return err
	}
	return errors.Join(o.run(c, cfg, actor), actor.Close())
}

func (o offboardCmd) run(c *command, cfg *config.Config, actor *app.Actor) error {
	who, err := actor.Identify(c.ctx, o.Person)
	if err != nil {
		return err
	}
	c.follow(actor)
	var rep kwsync.Report
	if o.End {
		rep, err = actor.Reinstate(c.ctx, who, o.Reason)
	} else {
		var already bool
		already, rep, err = actor.Offboard(c.ctx, who, o.Reason)
		if already {
			fmt.Fprintf(c.errOut, "%s was offboarded before; what is left to do is done\n", who)
		}
	}
	if err != nil && len(rep.Outcomes) == 0 {
		return err
	}
	return errors.Join(c.report(&rep, cfg), err, codeFor(&rep))
}

// follow lets a command tell what happens while it acts.
func (c *command) follow(actor *app.Actor) {
	actor.Filed, actor.Settled = c.filed, c.progress.settled
	actor.Warn = func(err error) {
		c.progress.clear()
		fmt.Fprintf(c.errOut, "kw-onboarder: warning: %v\n", err)
	}
}

// filed says that another process does what was asked for.
func (c *command) filed(id int64, holder error) {
	c.progress.clear()
	fmt.Fprintf(c.errOut, "filed as request %d, since another process acts (%v); waiting for its answer\n", id, holder)
}
