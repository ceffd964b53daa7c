package main

import (
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/history"
)

type runsCmd struct {
	Number *int64 `arg:"" name:"run" optional:"" help:"Show this run: each change with its cause and the answer of Kiteworks."`
	Limit  int    `help:"How many runs to list, the newest first." default:"20"`
}

func (r runsCmd) Run(c *command) error {
	if r.Limit < 1 {
		return usage("runs: --limit %d lists nothing: give 1 or more", r.Limit)
	}
	return c.remember(func(cfg *config.Config, book history.Book) error {
		if r.Number != nil {
			return r.one(c, cfg, book)
		}
		runs, err := book.Runs(c.ctx, r.Limit)
		if err != nil {
			return err
		}
		if c.cli.Output == "json" {
			return c.json(newJSONRuns(runs))
		}
		runsText{out: c.out, paint: newPaint(c.out), zone: cfg.Location, now: time.Now()}.list(runs)
		return nil
	})
}

func (r runsCmd) one(c *command, cfg *config.Config, book history.Book) error {
	story, err := book.Run(c.ctx, *r.Number)
	if err != nil {
		return err
	}
	now := time.Now()
	after, err := book.Aftermath(c.ctx, story.Would, now)
	if err != nil {
		return err
	}
	atlas, err := book.Atlas(c.ctx)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(newJSONStory(story, after, atlas))
	}
	runsText{out: c.out, paint: newPaint(c.out), zone: cfg.Location, now: now}.story(story)
	if len(after.Fates) > 0 {
		wouldText{roleText{atlas, cfg.Location}, c.out}.print(story, after)
	}
	return nil
}

// remember asks the ledger that the configuration names.
func (c *command) remember(ask func(*config.Config, history.Book) error) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	book, closeBook, err := app.OpenHistory(c.ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { _ = closeBook() }() // it was only read
	return ask(cfg, book)
}
