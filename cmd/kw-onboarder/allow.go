package main

import (
	"fmt"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

type allowCmd struct {
	Kind string `arg:"" enum:"revoke,lower,suspend,delete,create,grant,create_folder,expire" help:"Kind of change, as in budgets: ${enum}."`
	N    int    `arg:"" help:"How many more than the budget."`
	For  length `help:"How long: hours, as 12h, or days, as 2d." required:""`
	reasonFlag
}

// Run widens a budget.
func (a allowCmd) Run(c *command) error {
	if a.N <= 0 {
		return usage("allow: %d more is no more: say how many", a.N)
	}
	if a.N > mostAllowed {
		return usage("allow: %d more is more than %d: write `unlimited` in the configuration, if that is meant", a.N, mostAllowed)
	}
	cfg, err := a.load(c, "allow")
	if err != nil {
		return err
	}
	until, err := app.Allow(c.ctx, cfg, a.Kind, a.N, time.Duration(a.For), a.Reason)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(jsonAllowance{Kind: a.Kind, Changes: a.N, Until: until.UTC(), Reason: a.Reason})
	}
	fmt.Fprintf(c.out, "Until %s the budget of %s has %d more.\n", clockOf(cfg, until), a.Kind, a.N)
	return nil
}

// length is for how long something is to last: more than no time, and not for ever, for
// what nobody remembers is not to decide.
type length time.Duration

const (
	longestSpan = 90 * 24 * time.Hour
	mostAllowed = 1_000_000
)

// UnmarshalText reads hours or days.
func (l *length) UnmarshalText(text []byte) error {
	var s config.Span
	if err := s.UnmarshalText(text); err != nil || s == 0 {
		return fmt.Errorf("%q is no length of time: write hours or days: 4h, 2d", text)
	}
	if time.Duration(s) > longestSpan {
		return fmt.Errorf("%q is too long: at most 90d, and again when that has passed", text)
	}
	*l = length(s)
	return nil
}
