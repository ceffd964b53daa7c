package main

import (
	"io"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

type schemaCmd struct {
	Rules bool `help:"Print the schema of a list of rules in a file of its own instead."`
}

// Run prints the schema as it was made with this version: editors read it from a file.
func (s schemaCmd) Run(c *command) error {
	text := config.Schema()
	if s.Rules {
		text = config.RulesSchema()
	}
	_, err := io.WriteString(c.out, text)
	return err
}
