package ruletest

import (
	"regexp"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// upwards are a folder and those above it; of an id nobody knows what is above.
func upwards(folder string) []string {
	path, err := access.ParsePath(folder)
	if err != nil {
		return []string{folder}
	}
	var all []string
	for ; path != ""; path = path.Parent() {
		all = append(all, string(path))
	}
	return all
}

// not compares with a folder on which nothing is to be given: there, or on one above
// it, of which the members reach it.
func (o *outcome) not(got map[string]*given, folder string) []Difference {
	for i, at := range upwards(folder) {
		g := got[key(at)]
		switch {
		case g != nil && i == 0:
			return o.folder(got, folder, nil, true)
		case g != nil:
			text := strings.Join(g.roles, ", ") + " on " + g.folder + ", whose members reach it"
			return []Difference{{What: folder, Want: nothing, Got: text, Because: o.giving(g)}}
		case o.spread.of(at).made:
			return nil
		}
	}
	return nil
}

// barred finds the folder above that is given and ends, for all that is known, at one
// which a rule makes.
func (o *outcome) barred(folder string) (at string, found bool) {
	got, made := o.grants(), false
	for _, at := range upwards(folder) {
		if g := got[key(at)]; g != nil {
			return g.folder, made
		}
		made = made || o.spread.of(at).made
	}
	return "", false
}

// spread is where the rules of a configuration could give anything to anybody.
type spread struct {
	grants []spot
	known  map[string]answer // by folder: cases ask for few, again and again
}

type spot struct {
	at     *regexp.Regexp
	create bool
}

// answer says whether some rule could give on a folder, and whether it may make it:
// that is done without the members of the folder above.
type answer struct{ given, made bool }

func newSpread(cfg *config.Config) *spread {
	s := &spread{known: map[string]answer{}}
	for _, r := range cfg.Rules {
		for _, g := range r.Grants {
			s.grants = append(s.grants, spot{onFolder(g), g.Create})
		}
	}
	return s
}

func (s *spread) of(folder string) answer {
	at := key(folder)
	a, known := s.known[at]
	if known {
		return a
	}
	for _, g := range s.grants {
		if g.at.MatchString(at) {
			a.given, a.made = true, a.made || g.create
		}
	}
	s.known[at] = a
	return a
}

var placeholder = regexp.MustCompile(`\{\{.*?\}\}`)

// onFolder matches the folders on which a grant may be, whatever the values of its template.
func onFolder(g rules.Grant) *regexp.Regexp {
	if g.Folder == "" {
		return regexp.MustCompile("^" + regexp.QuoteMeta(strings.TrimSpace(g.FolderID)) + "$")
	}
	pieces := placeholder.Split(access.FoldName(strings.TrimSuffix(g.Folder, "/")), -1)
	for i := range pieces {
		pieces[i] = regexp.QuoteMeta(pieces[i])
	}
	return regexp.MustCompile("^" + strings.Join(pieces, "[^/]+") + "$")
}
