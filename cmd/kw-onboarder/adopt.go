package main

import (
	"fmt"
	"io"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type adoptCmd struct {
	ownershipFlags
	Trust bool `help:"Rely on a restored ledger again: alone, it takes over nothing; with --all --yes that is so anyway."`
}

// Run takes into ownership what the rules explain already.
func (a adoptCmd) Run(c *command) error {
	if a.Trust && !a.selects() {
		return a.trust(c)
	}
	return a.run(c, ownershipChange{
		verb: "adopt", done: "adopted",
		from: func(o *kwsync.Ownership) plan.Adoption { return o.Adoptable },
		make: app.Adopt, reviews: a.Trust || a.All,
	})
}

// trust asks neither a directory nor Kiteworks: it takes over nothing.
func (a adoptCmd) trust(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	d, err := review(c, cfg, a.Yes)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(newJSONOwnership(nil, plan.Adoption{}, d, !a.Yes))
	}
	if d.why == "" {
		fmt.Fprintln(c.out, "The ledger was not restored: it is relied on.")
	}
	d.print(c.out, newPaint(c.out))
	return nil
}

// restoration is of a ledger that an older copy was put in the place of.
type restoration struct {
	why   string // it is known to be one; "": it is none
	ended bool
}

// review looks whether the ledger was restored; done: it is relied on again.
func review(c *command, cfg *config.Config, done bool) (d restoration, err error) {
	if done {
		d.why, err = app.Trust(c.ctx, cfg)
		d.ended = err == nil && d.why != ""
		return d, err
	}
	d.why, err = app.Doubt(c.ctx, cfg)
	return d, err
}

func (d restoration) print(out io.Writer, p paint) {
	switch {
	case d.why == "":
	case d.ended:
		fmt.Fprintf(out, "%s The ledger was restored: %s.\n", p.green("The hold has ended, the ledger is relied on again."), d.why)
	default:
		fmt.Fprintf(out, "The ledger was restored: %s. With --yes it is relied on again.\n", d.why)
	}
}
