package config

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// World is a look at the directory and at Kiteworks, as a snapshot has it.
type World struct {
	Snapshot *access.Snapshot
	Catalog  *access.Catalog
	Known    rules.Known
	Beside   []rules.Problem // what somebody else has found in the same look
}

// Warnings are what is allowed and hardly meant, in the order of the files; w may
// be nil, and then less can be told.
func (c *Config) Warnings(w *World) []Problem {
	var roots []access.Path
	for _, root := range c.Kiteworks.Roots {
		roots = append(roots, root.Path)
	}
	if w == nil {
		return c.found.warnings(append(c.State.lint(), rules.Lint(c.Rules, roots, nil)...))
	}
	found := slices.Concat(c.State.lint(), rules.Lint(c.Rules, roots, w.Catalog), w.Beside)
	for i := range c.Directories {
		found = append(found, c.Directories[i].lintDomains(w.Snapshot)...)
	}
	return c.found.warnings(append(found, c.Set.LintAgainst(w.Snapshot, w.Known)...))
}

// Mistaken is the error that the rules do not fit what they are asked about.
func (c *Config) Mistaken(found []rules.Problem) *Error {
	return &Error{File: c.File, Problems: c.found.warnings(found)}
}

func (f *findings) warnings(found []rules.Problem) []Problem {
	var all []Problem
	for _, p := range found {
		all = append(all, f.problem(f.place(p.Path), p.Path, p.Message, p.Hint))
	}
	f.finish(all)
	return all
}
