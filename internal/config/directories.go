package config

import (
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// directories reads either form: keys and values for one directory, or a list
// of several, of which each needs a name.
func (d *decoder) directories(n *yaml.Node, to *[]Directory, path string) {
	if n.Kind != yaml.SequenceNode {
		d.mapping(n, reflect.ValueOf(to).Elem().Index(0), path) // over the defaults
		return
	}
	*to = nil
	if len(n.Content) == 0 {
		d.report(path, "is an empty list", "name at least one directory: config.example.yaml shows both forms")
	}
	for i, item := range n.Content {
		each := newDirectory("", fmt.Sprintf("%s[%d]", path, i))
		d.value(item, reflect.ValueOf(&each).Elem(), each.path)
		*to = append(*to, each)
	}
}

func (f *findings) checkDirectories(all []Directory) {
	named := map[string]string{} // by folded name: where it stands
	for i := range all {
		d := &all[i]
		f.checkDirectory(d)
		name := access.FoldName(d.Name)
		if first, taken := named[name]; taken && name != "" {
			f.report(d.path+".name", fmt.Sprintf("%q is the name of %s already", d.Name, first), "give each directory a name of its own; case does not tell two apart")
			continue
		}
		named[name] = d.path
	}
	f.checkOverlap(all)
}

// needGroups insists on a directory that has some.
func (f *findings) needGroups(all []Directory) {
	read := func(d Directory) bool { return len(d.Groups.Bases) > 0 }
	if len(all) == 0 || slices.ContainsFunc(all, read) {
		return
	}
	hint := "give the bases below which groups lie"
	if len(all) > 1 {
		hint += ", in at least one directory"
	}
	f.report(all[0].path+".groups.bases", "groups are named, in rules, walls or expect, but none are read", hint)
}
