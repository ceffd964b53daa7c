package main

import (
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// reasonFlag is why somebody decides something.
type reasonFlag struct {
	Reason string `help:"Why; it is kept in the ledger, with who you are." required:""`
}

// load refuses a decision without a reason, and reads the configuration.
func (r reasonFlag) load(c *command, verb string) (*config.Config, error) {
	if strings.TrimSpace(r.Reason) == "" {
		return nil, usage("%s: --reason is empty: say why", verb)
	}
	return config.Load(c.cli.Config)
}
