package ruletest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// world is the directory of one case: its person, the groups that they are in, and
// those that the rules name.
type world struct {
	sources []string // names of the configured directories
	groups  []access.Group
	byName  map[string][]int32
	byDN    map[string]int32
	differs bool // from the one that it was made of
}

// newWorld makes the groups that the rules name; those named by DN first, so that a
// mere name means the same group.
func newWorld(cfg *config.Config) *world {
	w := &world{byName: map[string][]int32{}, byDN: map[string]int32{}}
	for _, d := range cfg.Directories {
		w.sources = append(w.sources, d.Name)
	}
	for _, byDN := range []bool{true, false} {
		for _, text := range cfg.Set.Groups() {
			if g := w.read(Group{Name: text}); (g.DN != "") == byDN {
				w.add(g)
			}
		}
	}
	return w
}

// another is a world of the same groups, for one more case.
func (w *world) another() *world {
	return &world{sources: w.sources, groups: slices.Clone(w.groups), byName: maps.Clone(w.byName), byDN: maps.Clone(w.byDN)}
}

// read is the group that a text means: a name or a DN, perhaps behind a directory's name.
func (w *world) read(g Group) access.Group {
	out := access.Group{ID: access.GroupID{Source: w.sources[0]}, Name: strings.TrimSpace(g.Name), DN: strings.TrimSpace(g.DN), Attrs: values(g.Attributes)}
	before, behind, found := strings.Cut(out.Name, ":")
	for _, source := range w.sources {
		if found && same(source, before) {
			out.ID.Source, out.Name = source, strings.TrimSpace(behind)
		}
	}
	if out.DN == "" && isDN(out.Name) {
		out.DN, out.Name = out.Name, ""
	}
	if out.Name == "" {
		out.Name = commonName(out.DN)
	}
	return out
}

// add is the index of a group, made if there is none such.
func (w *world) add(g access.Group) int32 {
	name, dn := inSource(g.ID.Source, access.FoldName(g.Name)), inSource(g.ID.Source, foldDN(g.DN))
	if at, ok := w.find(name, dn, g.DN != ""); ok {
		if w.groups[at].Attrs == nil && g.Attrs != nil {
			w.groups[at].Attrs, w.differs = g.Attrs, true
		}
		return at
	}
	at := int32(len(w.groups))
	g.ID.ID = "group " + strconv.Itoa(len(w.groups))
	w.groups, w.differs = append(w.groups, g), true
	w.byName[name] = append(slices.Clip(w.byName[name]), at)
	if g.DN != "" {
		w.byDN[dn] = at
	}
	return at
}

// find finds the group of that DN, else one of that name, of which not two DNs are known.
func (w *world) find(name, dn string, hasDN bool) (int32, bool) {
	if at, ok := w.byDN[dn]; ok && hasDN {
		return at, true
	}
	for _, at := range w.byName[name] {
		if !hasDN || w.groups[at].DN == "" {
			return at, true
		}
	}
	return 0, false
}

func inSource(source, text string) string { return source + "\x00" + text }

// foldDN is what the spellings of a DN have in common.
func foldDN(text string) string {
	dn, err := ldap.ParseDN(text)
	if err != nil {
		return access.FoldName(text)
	}
	return access.FoldName(dn.String())
}

func isDN(text string) bool {
	dn, err := ldap.ParseDN(text)
	return err == nil && len(dn.RDNs) > 0
}

// commonName is the first value of a DN.
func commonName(text string) string {
	if dn, err := ldap.ParseDN(text); err == nil && len(dn.RDNs) > 0 {
		return dn.RDNs[0].Attributes[0].Value
	}
	return text
}

// values are attributes as a snapshot holds them.
func values(all map[string]config.Few) map[string][]string {
	if all == nil {
		return nil
	}
	out := make(map[string][]string, len(all))
	for name, few := range all {
		if len(few) > 0 {
			out[strings.ToLower(name)] = few
		}
	}
	return out
}
