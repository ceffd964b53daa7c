package config

import (
	"fmt"
	"reflect"

	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// tables reads the tables of the rules: a name, and keys and values below it.
func (d *decoder) tables(n *yaml.Node, to *rules.Tables, path string) {
	if n.Kind != yaml.MappingNode {
		d.report(path, "is "+kind(n)+", want names of tables", "write the name of each table, and its keys and values below it")
		return
	}
	*to = rules.Tables{}
	for _, p := range d.pairs(n, path, nil) {
		var rows map[string]string
		d.value(p.value, reflect.ValueOf(&rows).Elem(), join(path, p.key.Value))
		(*to)[p.key.Value] = rows
	}
}

// rows reads one table, or another mapping whose keys are not ours. A key may be
// any text, so it is quoted in paths.
func (d *decoder) rows(n *yaml.Node, to reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.report(path, "is "+kind(n)+", want keys and values", "")
		return
	}
	to.Set(reflect.MakeMap(to.Type()))
	for _, p := range d.pairs(n, path, nil) {
		row := reflect.New(to.Type().Elem()).Elem()
		d.value(p.value, row, fmt.Sprintf("%s[%q]", path, p.key.Value))
		to.SetMapIndex(reflect.ValueOf(p.key.Value), row)
	}
}
