package main

import (
	"fmt"
	"io"

	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// retire gives up a directory.
func (d disownCmd) retire(c *command, directory string) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return err
	}
	leaving, err := app.Leaving(c.ctx, cfg, directory)
	if err != nil {
		return fmt.Errorf("disown: %w", err)
	}
	if d.Yes {
		if err := app.Retire(c.ctx, cfg, d.Reason, directory); err != nil {
			return fmt.Errorf("disown: %w", err)
		}
	}
	r := retirement{
		Dry: !d.Yes, Directory: directory, Grants: len(leaving.Grants), Folders: onFolders(leaving), Accounts: len(leaving.Accounts),
	}
	if c.cli.Output == "json" {
		return c.json(r)
	}
	r.print(c.out)
	return nil
}

// onFolders counts the folders that grants are on.
func onFolders(a plan.Adoption) int {
	seen := map[string]bool{}
	for _, g := range a.Grants {
		seen[g.Folder] = true
	}
	return len(seen)
}

// retirement is what disown --directory prints, in JSON as it is.
type retirement struct {
	Dry       bool   `json:"dry"`
	Directory string `json:"directory"`
	Grants    int    `json:"grants"`
	Folders   int    `json:"folders"`
	Accounts  int    `json:"accounts"` // of our making
}

func (r retirement) print(out io.Writer) {
	what := fmt.Sprintf("directory %s: %s on %s and %s of our making", r.Directory,
		count(r.Grants, "grant"), count(r.Folders, "folder"), count(r.Accounts, "account"))
	if r.Dry {
		fmt.Fprintf(out, "Of the %s to disown. Nothing was written: say --yes.\n", what)
		return
	}
	fmt.Fprintf(out, "Of the %s disowned, and the ledger speaks of it no more. Kiteworks stays as it is.\n", what)
}
