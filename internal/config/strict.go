package config

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

// Few is a list that may be written as the one text that it holds.
type Few []string

// Reading is a file whose form is in order, and whose meaning is looked at.
type Reading struct{ found *findings }

// Report notes a mistake at a path such as cases[2].person.mail, unless one there,
// above or below has been noted.
func (r Reading) Report(path, message, hint string) { r.found.report(path, message, hint) }

// Line is where a path stands; for one that is missing, where its parent does.
func (r Reading) Line(path string) int { return r.found.place(path).line }

// Decode reads a YAML file of another kind as strictly as a configuration: unknown
// and doubled keys, explicit tags and whatever YAML reads otherwise than it looks are
// mistakes. The keys are those of the yaml tags of to, a pointer to a struct. All
// mistakes, also those that check reports, come together in one *Error.
func Decode(file string, data []byte, to any, check func(Reading)) error {
	found := newFindings()
	if root := found.document(data, yaml.MappingNode, "write its keys and values"); root != nil {
		found.sources[""] = newSource(data)
		found.sources[""].hideSecrets(root, reflect.TypeOf(to).Elem())
		found.veil(root, reflect.TypeOf(to).Elem())
		found.lint(root, "")
		d := &decoder{findings: found, foreign: true}
		d.value(root, reflect.ValueOf(to).Elem(), "")
		check(Reading{found})
	}
	return found.err(file)
}
