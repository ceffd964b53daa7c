package main

import (
	"errors"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

type checkCmd struct{}

// jsonCheck is every mistake in a configuration.
type jsonCheck struct {
	File     string        `json:"file"`
	OK       bool          `json:"ok"`
	Rules    int           `json:"rules"`
	Caveat   string        `json:"caveat,omitempty"`
	Problems []jsonProblem `json:"problems"`
}

type jsonProblem struct {
	File    string `json:"file,omitempty"` // a rule file; absent: the configuration
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Path    string `json:"path"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func (checkCmd) Run(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if c.cli.Output == "json" {
		return checkJSON(c, cfg, err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: OK, %d rules, mode %s\n", c.cli.Config, cfg.Set.Len(), cfg.Mode)
	if caveat := cfg.Mode.Caveat(); caveat != "" {
		fmt.Fprintf(c.out, "note: %s\n", caveat)
	}
	return nil
}

func checkJSON(c *command, cfg *config.Config, err error) error {
	out := jsonCheck{File: c.cli.Config, OK: err == nil, Problems: []jsonProblem{}}
	var mistakes *config.Error
	switch {
	case errors.As(err, &mistakes):
		for _, p := range mistakes.Problems {
			out.Problems = append(out.Problems, jsonProblem{File: p.File, Line: p.Line, Column: p.Column, Path: p.Path, Message: p.Message, Hint: p.Hint})
		}
	case err != nil:
		return err
	default:
		out.Rules, out.Caveat = cfg.Set.Len(), cfg.Mode.Caveat()
	}
	if err := c.json(out); err != nil {
		return err
	}
	if err != nil {
		return &exit{code: exitError}
	}
	return nil
}
