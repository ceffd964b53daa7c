package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/app"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/doctor"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

type doctorCmd struct {
	Strict bool `help:"Take advice for what is wrong: exit with 1 if there is any."`
}

// jsonDoctor is what was found, for a script to read.
type jsonDoctor struct {
	Result string         `json:"result"` // ok, or failed if something is bad
	File   string         `json:"file"`
	Checks []doctor.Check `json:"checks"`
	ToDo   []string       `json:"todo"`
	Scopes doctor.Scopes  `json:"scopes"`
}

func (d doctorCmd) Run(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return fixFirst(c.cli.Config, err)
	}
	patient, err := app.OpenPatient(c.ctx, cfg, app.Settings{Version: version})
	if err != nil {
		return err
	}
	patient.Look = func(ctx context.Context) (doctor.Look, error) { return lookAround(ctx, cfg) }
	found, err := doctor.Examine(c.ctx, patient)
	if err != nil {
		return err
	}
	todo := found.ToDo()
	if err := d.print(c, cfg, found, todo); err != nil {
		return err
	}
	if !found.Sound() || d.Strict && len(todo) > 0 {
		return &exit{code: exitError}
	}
	return nil
}

// fixFirst says what to do about a configuration that is not there.
func fixFirst(path string, err error) error {
	var mistakes *config.Error
	if errors.As(err, &mistakes) {
		return err
	}
	return fmt.Errorf("%w: write one with kw-onboarder init --config %s", err, path)
}

// lookAround reads both sides and compares.
func lookAround(ctx context.Context, cfg *config.Config) (doctor.Look, error) {
	listening, err := app.NewListening(cfg)
	if err != nil {
		return doctor.Look{}, err
	}
	planner, closePlanner, err := app.OpenPlanner(ctx, cfg, app.Settings{Version: version, Directory: listening})
	if err != nil {
		return doctor.Look{}, err
	}
	defer func() { _ = closePlanner() }() // it was only read
	seen, err := planner.Survey(ctx)
	if err != nil {
		return doctor.Look{}, err
	}
	f := snapshot.File{
		Made: time.Now(), Tenant: cfg.Kiteworks.URL, Directories: app.Directories(cfg), Attributes: cfg.Set.Attributes(), GroupAttributes: cfg.Set.GroupAttributes(),
		Snapshot: seen.Snapshot, Catalog: seen.Catalog, Pins: snapshot.Pins{Groups: seen.Groups, Folders: seen.Folders},
	}
	l := doctor.Look{People: len(f.Snapshot.People), Groups: len(f.Snapshot.Groups), How: listening.How}
	for i := range f.Snapshot.People {
		if f.Snapshot.People[i].Email == "" {
			l.Nameless++
		}
	}
	compare(&l, f, cfg)
	return l, nil
}

// compare parts what keeps a rule from working from what is hardly meant. What was warned of
// without a look is left to the first checks.
func compare(l *doctor.Look, f snapshot.File, cfg *config.Config) {
	var roots []access.Path
	for _, root := range cfg.Kiteworks.Roots {
		roots = append(roots, root.Path)
	}
	offline := rules.Lint(cfg.Rules, roots, nil)
	blocking := missingFolders(f, cfg)
	for _, p := range rules.Lint(cfg.Rules, roots, f.Catalog) {
		if !slices.Contains(offline, p) {
			blocking = append(blocking, p)
		}
	}
	if len(blocking) > 0 {
		l.Blocking = cfg.Mistaken(blocking).Problems
	}
	for _, p := range cfg.Warnings(&config.World{Snapshot: f.Snapshot, Catalog: f.Catalog, Known: knownOf(f)}) {
		if !slices.Contains(l.Blocking, p) && !slices.Contains(cfg.Warnings(nil), p) {
			l.Hints = append(l.Hints, p)
		}
	}
}

func (d doctorCmd) print(c *command, cfg *config.Config, r doctor.Report, todo []string) error {
	if c.cli.Output == "json" {
		result := "ok"
		if !r.Sound() {
			result = "failed"
		}
		return c.json(jsonDoctor{Result: result, File: cfg.File, Checks: r.Checks, ToDo: append([]string{}, todo...), Scopes: r.Scopes})
	}
	p := newPaint(c.out)
	marks := map[doctor.State]string{
		doctor.Good: p.green("ok    "), doctor.Advice: p.yellow("advice"), doctor.Bad: p.red("BAD   "), doctor.Unseen: "?     ",
	}
	fmt.Fprintf(c.out, "%s: %s, mode %s\n", cfg.File, count(cfg.Set.Len(), "rule"), cfg.Mode)
	area := ""
	for _, check := range r.Checks {
		if check.Area != area {
			area = check.Area
			fmt.Fprintf(c.out, "\n%s\n", p.bold(area))
		}
		fmt.Fprintf(c.out, "  %s  %s\n", marks[check.State], check.Text)
	}
	if len(todo) == 0 {
		fmt.Fprintf(c.out, "\nNothing to do. Next: kw-onboarder plan --config %s\n", cfg.File)
		return nil
	}
	fmt.Fprintf(c.out, "\n%s\n", p.bold("What to do"))
	for i, do := range todo {
		fmt.Fprintf(c.out, "  %d. %s\n", i+1, do)
	}
	return nil
}
