package sync

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// namable is all that may be named, so that a misspelt name is told from one of which there
// is nothing.
type namable struct {
	people  []access.Person            // of the directory
	holders map[string]access.PersonID // by account: linked, or with a role of ours; who left too
	paths   map[string]access.Path     // folded: of folders, of what rules speak of, and above
	folders map[string]bool            // ids
	rules   map[string]bool            // of the configuration, and those for which something was given
}

func (v *view) namable(m plan.Memory) namable {
	k := namable{
		people: v.snapshot.People, holders: map[string]access.PersonID{}, paths: map[string]access.Path{},
		folders: map[string]bool{}, rules: map[string]bool{},
	}
	for _, name := range v.planner.Rules.Names() {
		k.rules[name] = true
	}
	for _, l := range m.Links {
		k.holders[l.Account] = l.Person
	}
	for key, o := range m.Owned {
		k.holders[key.Account], k.folders[key.Folder] = o.Person, true
		for _, rule := range o.Rules() {
			k.rules[rule] = true
		}
	}
	for place, folder := range m.Folders {
		k.place(place.Path, folder)
	}
	for _, f := range v.catalog.Folders {
		k.place(f.Path, f.ID)
	}
	for i := range v.verdicts {
		for _, w := range v.verdicts[i].Wishes {
			k.place(w.Place.Path, w.Place.FolderID)
		}
	}
	return k
}

func (k namable) place(path access.Path, folder string) {
	if folder != "" {
		k.folders[folder] = true
	}
	for ; path != "" && k.paths[path.Fold()] == ""; path = path.Parent() {
		k.paths[path.Fold()] = path
	}
}

// recognize says of a name that means nothing at all that it does, and what was meant.
func (o *Ownership) recognize(s Selection, person naming) error {
	switch {
	case s.Person != "" && !o.knows(person):
		return person.nobody(o.namable.people)
	case s.Folder != "" && o.namable.paths[s.Folder.Fold()] == "":
		return fmt.Errorf("no rule gives anything on a folder %s or below it, and nothing of ours is there%s", s.Folder, like(string(s.Folder), maps.Values(o.namable.paths)))
	case s.FolderID != "" && !o.namable.folders[s.FolderID]:
		return fmt.Errorf("no rule gives anything on a folder with the id %q, and nothing of ours is there: a path begins with /", s.FolderID)
	case s.Rule != "" && !o.namable.rules[s.Rule]:
		return fmt.Errorf("there is no rule %q, and nothing was given for one of that name%s", s.Rule, like(s.Rule, maps.Keys(o.namable.rules)))
	}
	return nil
}

// like asks whether one of some names was meant; "" if none is near.
func like[N ~string](typed string, names iter.Seq[N]) string {
	best, least := N(""), mostWrong+1
	for _, name := range slices.Sorted(names) {
		if d := access.Distance(access.FoldName(typed), access.FoldName(string(name))); d < least && 2*d < len(name) {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(": did you mean %s?", best)
}

func (o *Ownership) knows(person naming) bool {
	for _, p := range o.people {
		if person.means(p) {
			return true
		}
	}
	for account, id := range o.namable.holders {
		if o.means(person, id, account) {
			return true
		}
	}
	for id, a := range o.accounts { // of somebody of whom nothing is known but that
		if strings.EqualFold(person.text, id) || strings.EqualFold(person.text, string(a.Email)) {
			return true
		}
	}
	return false
}
