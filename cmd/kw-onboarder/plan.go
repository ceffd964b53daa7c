package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type planCmd struct {
	Person   []string `help:"Look at one person only: e-mail, id or DN; may be repeated." sep:"none"`
	Out      string   `help:"Write the plan to a file, for apply --plan." type:"path"`
	Snapshot string   `help:"Take people and groups from this file (snapshot --full) in place of the directory." type:"existingfile"`
	Detailed bool     `name:"detailed-exitcode" help:"Exit with 2 if there is anything to change."`
}

func (p planCmd) Run(c *command) error {
	err := named(p.Person)
	switch {
	case err != nil:
		return err
	case p.Snapshot != "" && p.Out != "":
		return usage("plan: --snapshot shows people as they were, and a plan of that is not to be applied: leave out --out")
	}
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	rep, err := p.plan(c, cfg)
	if err != nil {
		return err
	}
	if err := p.show(c, rep, cfg); err != nil {
		return err
	}
	if p.Out != "" {
		if err := writePlan(p.Out, cfg.Kiteworks.URL, &rep); err != nil {
			return err
		}
	}
	return p.code(&rep)
}

// show prints the plan. In mode observe, in which nothing goes, a person wants to see what
// would: it is shown as a plan, and that none of it is done.
func (p planCmd) show(c *command, rep kwsync.Report, cfg *config.Config) error {
	if rep.Mode != guard.Observe.String() || c.cli.Output == "json" {
		return c.report(&rep, cfg)
	}
	var rest []guard.Withheld
	for _, w := range rep.Withheld {
		if w.Brake != guard.ByMode {
			rest = append(rest, w)
			continue
		}
		rep.Plan.Changes = append(rep.Plan.Changes, w.Change)
	}
	rep.Withheld, rep.Requests.Write = rest, rep.Plan.Requests(plan.MaxPerStep)
	fmt.Fprintln(c.out, "note: mode observe changes nothing: this is what would be done, if no other brake held it")
	return c.report(&rep, cfg)
}

// plan looks, at the directory or at a snapshot of it, and decides.
func (p planCmd) plan(c *command, cfg *config.Config) (kwsync.Report, error) {
	settings := c.watched()
	var asOf time.Time
	if p.Snapshot != "" {
		f, err := readSnapshot(p.Snapshot, cfg)
		if err != nil {
			return kwsync.Report{}, fmt.Errorf("read the snapshot %s: %w", p.Snapshot, err)
		}
		settings.Directory, asOf = snapshot.NewDirectory(p.Snapshot, f), f.Snapshot.Taken
	}
	planner, closePlanner, err := app.OpenPlanner(c.ctx, cfg, settings)
	if err != nil {
		return kwsync.Report{}, err
	}
	defer func() { _ = closePlanner() }() // it was only read
	rep, err := planner.Plan(c.ctx, p.Person...)
	rep.AsOf = asOf
	return rep, err
}

func (p planCmd) code(rep *kwsync.Report) error {
	if err := codeFor(rep); err != nil {
		return err
	}
	if p.Detailed && len(rep.Plan.Changes) > 0 {
		return &exit{code: exitChanges}
	}
	return nil
}

// named are the people whom --person names. An empty name, of an unset variable
// say, must not mean everybody.
func named(people []string) error {
	for _, p := range people {
		if strings.TrimSpace(p) == "" {
			return usage("--person names nobody: give an e-mail, an id or a DN")
		}
	}
	return nil
}

// report prints a run as the user asked for.
func (c *command) report(rep *kwsync.Report, cfg *config.Config) error {
	if c.cli.Output == "json" {
		return c.json(newJSONReport(rep))
	}
	if caveat := cfg.Mode.Caveat(); caveat != "" {
		fmt.Fprintf(c.out, "note: %s\n", caveat)
	}
	textReport{out: c.out, paint: newPaint(c.out), rate: app.Rate(c.ctx, cfg)}.print(rep)
	return nil
}
