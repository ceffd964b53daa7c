package main

import (
	"fmt"
	"os"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

type backupCmd struct {
	File string `arg:"" help:"Where to write it; a file that is there is never overwritten." type:"path"`
}

// jsonBackup is what was written, for a script to read.
type jsonBackup struct {
	Result string `json:"result"`
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
}

// Run copies the ledger while a daemon may be working with it.
func (b backupCmd) Run(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	if err := app.Backup(c.ctx, cfg, b.File); err != nil {
		return err
	}
	info, err := os.Stat(b.File)
	if err != nil {
		return err
	}
	if c.cli.Output == "json" {
		return c.json(jsonBackup{Result: "done", File: b.File, Bytes: info.Size()})
	}
	fmt.Fprintf(c.out, "%s: %d bytes; keep it as secret as the ledger\n", b.File, info.Size())
	return nil
}
