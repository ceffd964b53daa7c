package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// lintLadders warns of ladders that do less, or more, than whoever wrote them will expect.
func (c *Config) lintLadders() []rules.Problem {
	return slices.Concat(c.lintIdle(), c.lintGaps(), c.lintHaste())
}

// lintIdle warns of a mode that does no step. Of observe everybody knows that.
func (c *Config) lintIdle() []rules.Problem {
	if len(c.Leavers) == 0 || c.Mode != guard.CreateOnly && c.Mode != guard.UpsertOnly {
		return nil
	}
	return []rules.Problem{{
		Path: "mode", Message: fmt.Sprintf("%s does none of the steps of `leavers`: nobody is suspended, and nothing is taken away", c.Mode),
		Hint: "it takes mode: sync, which then does at once what is due by then; until that, whoever leaves is suspended by hand",
	}}
}

// lintGaps warns of ways to leave that a directory may show, and that have no ladder. Without
// one for those to whom no rule applies they lose what the rules gave, which needs no warning.
func (c *Config) lintGaps() []rules.Problem {
	if len(c.Leavers) == 0 {
		return nil // lintSync says so, where it matters
	}
	var open []string
	for _, way := range []Exit{ExitDisabled, ExitExpired, ExitGone} {
		named := slices.ContainsFunc(c.Leavers, func(l Leaver) bool { return slices.Contains(l.Who, way) })
		if !named && slices.ContainsFunc(c.Directories, func(d Directory) bool { return shows(d.Kind, way) }) {
			open = append(open, way.String())
		}
	}
	if len(open) == 0 {
		return nil
	}
	return []rules.Problem{{
		Path: "leavers", Message: fmt.Sprintf("says nothing of those who are %s: they keep the account and all access", strings.Join(open, ", or ")),
		Hint: "add it to `who` of an item, or write one for it",
	}}
}

// shows says whether a kind of directory tells who has left in a way.
func shows(kind string, way Exit) bool {
	switch way {
	case ExitDisabled:
		return kind != "generic"
	case ExitExpired:
		return kind == activeDirectory || kind == "openldap"
	}
	return true
}

// lintHaste warns of deletions that leave no time to notice a mistake.
func (c *Config) lintHaste() (found []rules.Problem) {
	for i, l := range c.Leavers {
		for n, s := range l.Steps {
			if s.Do == DeleteAccount && time.Duration(s.After-l.Steps[n-1].After) < day { // there is a step before it
				found = append(found, rules.Problem{
					Path: fmt.Sprintf("leavers[%d].steps[%d].after", i, n), Message: "deletes accounts within a day of the step before it",
					Hint: "leave time in which somebody can notice that a person has not left: a deletion cannot be undone",
				})
			}
		}
	}
	return found
}
