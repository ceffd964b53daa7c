package config

import (
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
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
	own := slices.Concat(c.State.lint(), c.lintSync(), c.lintLadders())
	if w == nil {
		return c.found.warnings(append(own, rules.Lint(c.Rules, roots, nil)...))
	}
	found := slices.Concat(own, rules.Lint(c.Rules, roots, w.Catalog), w.Beside)
	for i := range c.Directories {
		found = append(found, c.Directories[i].lintDomains(w.Snapshot)...)
	}
	return c.found.warnings(append(found, c.Set.LintAgainst(w.Snapshot, w.Known)...))
}

// lintSync warns of what is missing beside a mode that takes access away. Whoever wrote
// it as an empty list has said so.
func (c *Config) lintSync() (found []rules.Problem) {
	if c.Mode != guard.Sync {
		return nil
	}
	if !c.found.given("leavers") {
		found = append(found, rules.Problem{
			Path: "mode", Message: "sync without `leavers`: whoever leaves keeps the account and all access",
			Hint: "say under `leavers` what becomes of them; if this is meant, write leavers: []",
		})
	}
	if !c.found.given("expect") {
		found = append(found, rules.Problem{
			Path: "mode", Message: "sync without `expect`: no canary keeps a broken directory from taking access away",
			Hint: "say under `expect` who, or which group, is always there; if this is meant, write expect: []",
		})
	}
	return found
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
