package main

import (
	"errors"
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

type checkCmd struct {
	Strict   bool   `help:"Take warnings for mistakes: exit with 1 if there are any."`
	Snapshot string `help:"Warn also of what this file shows (snapshot --out): rules that give nobody anything, groups that are missing or twice, roles, profiles and folders that are missing." type:"existingfile" placeholder:"FILE"`
}

// jsonCheck is every mistake in a configuration, or what is hardly meant.
type jsonCheck struct {
	File     string        `json:"file"`
	OK       bool          `json:"ok"`
	Rules    int           `json:"rules"`
	Caveat   string        `json:"caveat,omitempty"`
	Notes    []string      `json:"notes,omitempty"`
	Problems []jsonProblem `json:"problems"`
	Warnings []jsonProblem `json:"warnings"`
}

type jsonProblem struct {
	File    string `json:"file,omitempty"` // a rule file; absent: the configuration
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Path    string `json:"path"`
	Message string `json:"message"`
	Excerpt string `json:"excerpt,omitempty"` // the line, and a caret below it; absent where it may hold a secret
	Hint    string `json:"hint,omitempty"`
}

// checkedConfig is a configuration without mistakes.
type checkedConfig struct {
	*config.Config
	warnings []config.Problem
	notes    []string
}

func (k checkCmd) Run(c *command) error {
	found, err := k.check(c.cli.Config)
	if c.cli.Output == "json" {
		return k.json(c, found, err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: OK, %s, mode %s%s\n", c.cli.Config, count(found.Set.Len(), "rule"), found.Mode, warned(len(found.warnings)))
	for _, w := range found.warnings {
		fmt.Fprintln(c.out, w.Text(c.cli.Config, newPaint(c.out).yellow))
	}
	if caveat := found.Mode.Caveat(); caveat != "" {
		fmt.Fprintf(c.out, "note: %s\n", caveat)
	}
	for _, note := range found.notes {
		fmt.Fprintf(c.out, "note: %s\n", note)
	}
	return k.verdict(found)
}

// check finds mistakes, and only where there is none, warnings.
func (k checkCmd) check(path string) (checkedConfig, error) {
	cfg, err := config.Load(path)
	if err != nil {
		return checkedConfig{}, err
	}
	found := checkedConfig{Config: cfg}
	if k.Snapshot == "" {
		found.warnings = cfg.Warnings(nil)
		return found, nil
	}
	f, err := openSnapshot(k.Snapshot)
	if err == nil {
		err = belongs(f, cfg)
	}
	if err != nil {
		return checkedConfig{}, fmt.Errorf("read the snapshot %s: %w", k.Snapshot, err)
	}
	found.warnings = cfg.Warnings(&config.World{Snapshot: f.Snapshot, Catalog: f.Catalog, Known: knownOf(f), Beside: missingFolders(f, cfg)})
	found.notes = append(found.notes, blurred(f, cfg)...)
	return found, nil
}

// knownOf is what a snapshot tells beside the people.
func knownOf(f snapshot.File) rules.Known {
	return rules.Known{Groups: f.Pins.Groups, Attributes: append([]string{}, f.Attributes...), GroupAttributes: f.GroupAttributes}
}

// verdict is an error where warnings count as mistakes.
func (k checkCmd) verdict(found checkedConfig) error {
	if k.Strict && len(found.warnings) > 0 {
		return fmt.Errorf("%s%s: --strict takes them for mistakes", found.File, warned(len(found.warnings)))
	}
	return nil
}

func warned(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", 1 warning"
	}
	return fmt.Sprintf(", %d warnings", n)
}

func (k checkCmd) json(c *command, found checkedConfig, err error) error {
	out := jsonCheck{File: c.cli.Config, Problems: []jsonProblem{}, Warnings: []jsonProblem{}}
	var mistakes *config.Error
	switch {
	case errors.As(err, &mistakes):
		out.Problems = newJSONProblems(mistakes.Problems)
	case err != nil:
		return err
	default:
		err = k.verdict(found)
		out.OK, out.Rules, out.Caveat, out.Warnings = err == nil, found.Set.Len(), found.Mode.Caveat(), newJSONProblems(found.warnings)
		out.Notes = found.notes
	}
	if err := c.json(out); err != nil {
		return err
	}
	if err != nil {
		return &exit{code: exitError}
	}
	return nil
}

func newJSONProblems(problems []config.Problem) []jsonProblem {
	out := make([]jsonProblem, 0, len(problems))
	for _, p := range problems {
		out = append(out, jsonProblem(p))
	}
	return out
}
