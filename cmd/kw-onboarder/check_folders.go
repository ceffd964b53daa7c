package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

// mostMissing is how many folders of one rule a warning names.
const mostMissing = 3

// missingFolders finds where rules lead people of a snapshot to folders that were not
// there, or of no use, and that are not to be made.
func missingFolders(f snapshot.File, cfg *config.Config) []rules.Problem {
	bound := cfg.Set.Bind(f.Snapshot, knownOf(f))
	verdicts := make([]access.Verdict, 0, len(f.Snapshot.People))
	for i := range f.Snapshot.People {
		verdicts = append(verdicts, bound.Evaluate(&f.Snapshot.People[i], f.Snapshot.Taken))
	}
	aimer := plan.NewAimer(verdicts, f.Catalog, f.Pins.Folders)
	m := missing{cfg: cfg, seen: map[led]bool{}}
	for i := range verdicts {
		for _, w := range verdicts[i].Wishes {
			m.add(w, aimer.Folder(w), aimer.Contested(w) != "")
		}
	}
	return m.problems()
}

// missing gathers such folders, those of one template and for one reason together.
type missing struct {
	cfg   *config.Config
	seen  map[led]bool
	found []lost
}

// led is a rule that leads to a folder, whoever it is for.
type led struct {
	rule   string
	place  access.Place
	create bool
}

// lost is the folders of one warning.
type lost struct {
	at, why   string
	contested bool // the reason says what to do: it is not that the folder is missing
	folders   []string
}

func (m *missing) add(w access.Wish, why string, contested bool) {
	same := led{w.Cause.Rule, w.Place, w.Create}
	if why == "" || m.seen[same] {
		return
	}
	m.seen[same] = true
	at := m.grantOf(w)
	i := slices.IndexFunc(m.found, func(l lost) bool { return l.at == at && l.why == why })
	if i < 0 {
		i, m.found = len(m.found), append(m.found, lost{at: at, why: why, contested: contested})
	}
	m.found[i].folders = append(m.found[i].folders, spelt(w.Place))
}

// grantOf is where the grant of a wish stands: the one that names the folder, else
// the first with a template, else the rule.
func (m *missing) grantOf(w access.Wish) string {
	i := slices.Index(m.cfg.Set.Names(), w.Cause.Rule)
	at, templated := cmp.Or(m.cfg.Rules[i].At, fmt.Sprintf("rules[%d]", i)), -1
	for n, g := range m.cfg.Rules[i].Grants {
		switch {
		case w.Place.FolderID != "" && strings.TrimSpace(g.FolderID) == w.Place.FolderID:
			return fmt.Sprintf("%s.grants[%d].folder_id", at, n)
		case w.Place.Path != "" && access.FoldName(strings.TrimSuffix(g.Folder, "/")) == w.Place.Path.Fold():
			return fmt.Sprintf("%s.grants[%d].folder", at, n)
		case templated < 0 && g.Create == w.Create && strings.Contains(g.Folder, "{{"):
			templated = n
		}
	}
	if templated < 0 {
		return at
	}
	return fmt.Sprintf("%s.grants[%d].folder", at, templated)
}

func (m *missing) problems() []rules.Problem {
	var all []rules.Problem
	for _, l := range m.found {
		slices.Sort(l.folders)
		if more := len(l.folders) - mostMissing; more > 0 {
			l.folders = append(l.folders[:mostMissing], fmt.Sprintf("%d more", more))
		}
		hint := ""
		if !l.contested {
			hint = missingHint
		}
		all = append(all, rules.Problem{Path: l.at, Message: list(l.folders) + ": " + l.why, Hint: hint})
	}
	return all
}

const missingHint = "correct the path, make the folder, or write create: true; if the folder is newer than the snapshot or than the rule, make a new snapshot"
