package config

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// Wall keeps people away from folders, whatever the rules say: nobody gets into two of
// never_both, and nobody of whom deny holds into any of folders.
type Wall struct {
	Name      string           `yaml:"name"`       // reports speak of it by this
	NeverBoth []Area           `yaml:"never_both"` // two or more
	Deny      *rules.Condition `yaml:"deny"`       // as `when` of a rule, without group_like
	Folders   []Area           `yaml:"folders"`    // that deny is about
	Existing  AgainstWall      `yaml:"existing"`
}

// AgainstWall is what becomes of access that is there although a wall forbids it.
type AgainstWall struct {
	Owned Breach `yaml:"owned"` // that the program gave; left out: revoke
	Human Breach `yaml:"human"` // that somebody else gave; report is all that is ever done
}

// Breach says what becomes of access against a wall.
type Breach int

// The choices for access against a wall.
const (
	RevokeBreach Breach = iota + 1 // it is taken away, outside all budgets
	ReportBreach                   // it is told, and stays
)

func (b Breach) String() string { return choice(int(b), "revoke", "report") }

// MarshalText writes the choice as the file has it.
func (b Breach) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads the choice.
func (b *Breach) UnmarshalText(text []byte) error {
	return choose(b, string(text), "revoke: it is taken away, whatever the budgets say; report: it is told, and stays", RevokeBreach, ReportBreach)
}

// Area is a folder, or, as /Clients/**, a folder with all below it.
type Area guard.Area

const areaHint = "write the path of a folder, with /** behind it for all that is below it too: /Clients/1001/**"

// UnmarshalText reads the area.
func (a *Area) UnmarshalText(text []byte) error {
	area, err := guard.ParseArea(string(text))
	if err != nil {
		return mistake{err.Error(), areaHint}
	}
	*a = Area(area)
	return nil
}

// MarshalText writes the area as the file has it.
func (a Area) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

func (a Area) String() string { return guard.Area(a).String() }

// holds says whether a folder is in the area.
func (a Area) holds(p access.Path) bool {
	return p.Fold() == a.Path.Fold() || a.Below && p.Under(a.Path)
}

// meets says whether some folder can be in both areas.
func (a Area) meets(b Area) bool { return a.holds(b.Path) || b.holds(a.Path) }

func (f *findings) checkWalls(c *Config) {
	named := map[string]string{} // by folded name: where it stands
	for i := range c.Walls {
		w, path := &c.Walls[i], fmt.Sprintf("walls[%d]", i)
		w.Existing.Owned, w.Existing.Human = cmp.Or(w.Existing.Owned, RevokeBreach), cmp.Or(w.Existing.Human, ReportBreach)
		f.checkWall(path, w, c.Kiteworks.Roots)
		f.checkContradiction(path, w, c.Rules)
		name := access.FoldName(strings.TrimSpace(w.Name))
		if first, taken := named[name]; taken && name != "" {
			f.report(path+".name", fmt.Sprintf("%q is the name of %s already", w.Name, first), "give each wall a name of its own; case does not tell two apart")
			continue
		}
		named[name] = path
	}
}

func (f *findings) checkWall(path string, w *Wall, roots []Root) {
	f.need(path+".name", w.Name, "name it: reports speak of it by name")
	if w.Existing.Human == RevokeBreach {
		f.report(path+".existing.human", "what a human gave is never taken away", "write report")
	}
	switch {
	case w.NeverBoth != nil && (w.Deny != nil || w.Folders != nil):
		f.report(path, "never_both stands beside deny or folders", "make two walls of it, each with a name of its own")
	case w.NeverBoth == nil && w.Deny == nil && w.Folders == nil:
		f.report(path, "keeps nobody away from anything", "write never_both, or deny and folders")
	case w.NeverBoth == nil && w.Deny == nil:
		f.report(path+".deny", "is missing: whom does the wall keep out?", `write a condition, as {filter: "(!(company=Corp))"} or {not_group: legal}`)
	case w.NeverBoth == nil && len(w.Folders) == 0:
		f.report(path+".folders", "is missing: what are they kept out of?", areaHint)
	}
	f.checkApart(path+".never_both", w.NeverBoth)
	f.checkWithin(path+".never_both", w.NeverBoth, roots)
	f.checkWithin(path+".folders", w.Folders, roots)
}

// checkApart wants areas of which somebody can have one without the other.
func (f *findings) checkApart(path string, areas []Area) {
	if areas != nil && len(areas) < 2 {
		f.report(path, "keeps nothing apart: it names fewer than two folders", areaHint)
	}
	for i, a := range areas {
		for n, b := range areas[:i] {
			if a.Path != "" && b.Path != "" && a.meets(b) {
				f.report(fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("%s and %s, at [%d], have folders in common: nobody could have access to these", a, b, n), "name folders beside one another")
			}
		}
	}
}

// checkWithin finds what lies outside of the roots: access there is neither given nor looked at.
func (f *findings) checkWithin(path string, areas []Area, roots []Root) {
	for i, a := range areas {
		within := len(roots) == 0 || a.Path == "" // each reported already
		var names []string
		for _, root := range roots {
			within = within || a.meets(Area{root.Path, true})
			names = append(names, string(root.Path))
		}
		if !within {
			f.report(fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("%s lies below none of the roots: access there is neither given nor looked at", a),
				"the roots are "+strings.Join(names, ", ")+": correct the path, or add to kiteworks.roots")
		}
	}
}
