package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

type whyCmd struct {
	Person   string `arg:"" help:"The person: e-mail, id or DN."`
	Folder   string `arg:"" optional:"" help:"Explain this folder only, such as /Departments/Finance."`
	Snapshot string `help:"Explain what the rules make of the people in this file (snapshot --full); neither the directory nor Kiteworks is asked." type:"existingfile"`
	At       string `help:"Explain how it was on a day (its end, in the configuration's time zone), or at a moment (RFC 3339); only the ledger is asked." placeholder:"TIME"`
}

func (w whyCmd) Run(c *command) error {
	q := kwsync.Question{Person: strings.TrimSpace(w.Person)}
	if q.Person == "" {
		return usage("why: PERSON names nobody: give an e-mail, an id or a DN")
	}
	if w.At != "" {
		return w.then(c)
	}
	if w.Folder != "" {
		var err error
		if q.Folder, err = access.ParsePath(w.Folder); err != nil {
			return usage("why: %v", err)
		}
	}
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	why, err := w.ask(c, cfg, q)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(newJSONWhy(why))
	}
	for i := range why.Answers {
		if i > 0 {
			fmt.Fprintln(c.out)
		}
		whyText{out: c.out, paint: newPaint(c.out), why: why, a: &why.Answers[i]}.print()
	}
	return nil
}

// ask looks at both sides, or at a snapshot alone.
func (w whyCmd) ask(c *command, cfg *config.Config, q kwsync.Question) (*kwsync.Why, error) {
	if w.Snapshot != "" {
		f, err := readSnapshot(w.Snapshot, cfg)
		if err != nil {
			return nil, fmt.Errorf("read the snapshot %s: %w", w.Snapshot, err)
		}
		seen := kwsync.Survey{Snapshot: f.Snapshot, Catalog: f.Catalog, Groups: f.Pins.Groups, Folders: f.Pins.Folders}
		why, err := kwsync.Explain(cfg.Set, seen, q, time.Now())
		return &why, err
	}
	planner, closePlanner, err := app.OpenPlanner(c.ctx, cfg, c.watched())
	if err != nil {
		return nil, err
	}
	defer func() { _ = closePlanner() }() // it was only read
	why, err := planner.Why(c.ctx, q)
	return &why, err
}
