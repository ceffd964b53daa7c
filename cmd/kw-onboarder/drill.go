package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/drill"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type drillCmd struct {
	Snapshot string `help:"People and groups to begin with (snapshot --full)." required:"" type:"existingfile" placeholder:"FILE"`
	Seed     uint64 `help:"Decides which half of the people goes." default:"1"`
}

// drilled is an exercise, and what a run would make of it; nil: it could not be tried.
type drilled struct {
	drill.Exercise
	report *kwsync.Report
}

// Run tries each exercise.
func (d drillCmd) Run(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	f, err := readSnapshot(d.Snapshot, cfg)
	if err != nil {
		return fmt.Errorf("read the snapshot %s: %w", d.Snapshot, err)
	}
	r, err := app.OpenRehearsal(c.ctx, cfg, f.Catalog)
	if err != nil {
		return err
	}
	all, err := d.exercise(c, cfg, f, r)
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(newJSONDrill(d, f, r.Mode(), all))
	}
	drillText{out: c.out, paint: newPaint(c.out)}.print(d, f, cfg.Mode, r.Mode(), all)
	return nil
}

func (d drillCmd) exercise(c *command, cfg *config.Config, f snapshot.File, r *app.Rehearsal) ([]drilled, error) {
	var all []drilled
	for _, e := range drill.Exercises(f.Snapshot, d.options(cfg)) {
		if e.Snapshot == nil {
			all = append(all, drilled{e, nil})
			continue
		}
		changed := f
		changed.Snapshot = e.Snapshot
		rep, err := r.Plan(c.ctx, snapshot.NewDirectory(d.Snapshot, changed), e.First)
		if err != nil {
			return nil, fmt.Errorf("exercise %s: %w", e.Name, err)
		}
		all = append(all, drilled{e, &rep})
	}
	return all, nil
}

// options aim the accidents at what rules and brakes look at.
func (d drillCmd) options(cfg *config.Config) drill.Options {
	o := drill.Options{Seed: d.Seed, Groups: slices.Clone(cfg.Set.Groups()), Attributes: cfg.Set.Attributes()}
	for _, e := range cfg.Expect {
		if e.Group != "" {
			o.Groups = append(o.Groups, e.Group)
		}
	}
	return o
}
