package config

import (
	"encoding"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// decoder fills the structs from the nodes. The library's own decoder stops
// knowing positions and unknown keys where types decode themselves, and reports
// Go types; this one reports paths.
type decoder struct {
	*findings
	steps   int  // nodes decoded or merged so far
	foreign bool // the file is none of ours: no key of it waits for a later version
}

// maxSteps bounds what aliases may multiply a file into.
const maxSteps = 200_000

func (d *decoder) exhausted(path string) bool {
	if d.steps++; d.steps == maxSteps {
		d.report(path, fmt.Sprintf("is beyond the %d values that a configuration may have: aliases multiply what they stand for, or there are too many rules", maxSteps),
			"write out what the aliases stand for; put people into groups, and groups into a `group_like`")
	}
	return d.steps >= maxSteps
}

// decode fills the Config from the root of the document.
func (d *decoder) decode(root *yaml.Node, to *Config) {
	d.value(root, reflect.ValueOf(to).Elem(), "")
}

// value decodes one node. Where it stands is remembered for those who validate.
func (d *decoder) value(n *yaml.Node, to reflect.Value, path string) {
	if d.exhausted(path) {
		return
	}
	d.places[path] = d.at(n)
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if isNull(n) {
		d.report(path, "has no value", "give it one, or remove the key")
		return
	}
	if d.special(n, to, path) {
		return
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		d.value(n, to.Elem(), path)
	case reflect.Struct:
		d.mapping(n, to, path)
	case reflect.Slice:
		d.list(n, to, path)
	case reflect.Map:
		d.rows(n, to, path)
	default:
		d.scalar(n, to, path)
	}
}

// special decodes the types that have a form of their own in the file.
func (d *decoder) special(n *yaml.Node, to reflect.Value, path string) bool {
	switch to := to.Addr().Interface().(type) {
	case *[]Directory:
		d.directories(n, to, path)
	case *rules.Tables:
		d.tables(n, to, path)
	case *Few:
		if n.Kind != yaml.ScalarNode {
			return false
		}
		*to = Few{n.Value}
	case *Root:
		if n.Kind != yaml.ScalarNode {
			return false
		}
		d.text(n, path, func(s string) error { return parse(access.ParsePath, s, &to.Path) })
	case *access.Path:
		d.text(n, path, func(s string) error { return parse(access.ParsePath, s, to) })
	case *access.Email:
		d.text(n, path, func(s string) error { return parse(access.ParseEmail, s, to) })
	case *Budget:
		if n.Kind == yaml.MappingNode {
			*to = writtenBudget
			return false
		}
		d.text(n, path, func(s string) error { return to.UnmarshalText([]byte(s)) })
	case encoding.TextUnmarshaler:
		if n.Kind == yaml.MappingNode && hasKeys(reflect.TypeOf(to).Elem()) {
			return false // it may be given either way
		}
		d.text(n, path, func(s string) error { return to.UnmarshalText([]byte(s)) })
	default:
		return false
	}
	return true
}

func parse[T any](parse func(string) (T, error), s string, to *T) (err error) {
	*to, err = parse(s)
	return err
}

func (d *decoder) text(n *yaml.Node, path string, set func(string) error) {
	var m mistake
	if n.Kind != yaml.ScalarNode {
		_ = errors.As(set(""), &m) // for its hint
		d.report(path, "is "+kind(n)+", want a text", m.hint)
		return
	}
	err := set(n.Value)
	if err == nil {
		return
	}
	if !errors.As(err, &m) {
		m.message = err.Error()
	}
	d.report(path, m.message, m.hint)
}

func (d *decoder) list(n *yaml.Node, to reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		d.report(path, "is "+kind(n)+", want a list", "begin each item with a hyphen on a line of its own")
		return
	}
	items := reflect.MakeSlice(to.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		d.value(item, items.Index(i), path+"["+strconv.Itoa(i)+"]")
	}
	to.Set(items)
}

func (d *decoder) scalar(n *yaml.Node, to reflect.Value, path string) {
	wrong := func(want string) { d.report(path, "want "+want, "") }
	if n.Kind != yaml.ScalarNode {
		d.report(path, "is "+kind(n)+", want a single value", "write it behind the colon; quote it if it begins with [ or {")
		return
	}
	switch to.Kind() {
	case reflect.String:
		to.SetString(n.Value)
	case reflect.Bool:
		if n.Style != 0 || n.Value != "true" && n.Value != "false" {
			wrong("true or false, without quotes")
			return
		}
		to.SetBool(n.Value == "true")
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if err != nil || n.Style != 0 || strconv.Itoa(i) != n.Value {
			wrong("a whole number, without quotes and leading zeros")
			return
		}
		to.SetInt(int64(i))
	default:
		panic("config: no decoder for " + to.Type().String())
	}
}

// mapping decodes the keys of one struct; each must be known and come once.
func (d *decoder) mapping(n *yaml.Node, to reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		hint := "write its keys below it, indented: " + keysOf(to.Type())
		if to.Type() == reflect.TypeFor[rules.Date]() {
			hint = "no date stands here but the attribute of the entry that holds one: {from: accountExpires, if_empty: deny}"
		}
		d.report(path, "is "+kind(n)+", want keys and values", hint)
		return
	}
	fields := fieldsOf(to.Type())
	for _, p := range d.pairs(n, path, nil) {
		below := join(path, p.key.Value)
		field, known := fields[p.key.Value]
		why, reserved := d.unbuilt(below)
		switch {
		case known:
			d.value(p.value, to.Field(field), below)
		case reserved && !isEmpty(p.value):
			d.reportAt(d.at(p.key), below, "is not built in this version", why)
		case !reserved:
			d.unknown(p.key, path, to.Type())
		}
	}
}

func (d *decoder) unknown(key *yaml.Node, path string, in reflect.Type) {
	hint, fields := home(key.Value, in), fieldsOf(in)
	if d.veiled[key] {
		hint = "it is not named here, since it may be a secret; the keys are " + strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
	}
	if like := nearest(key.Value, fields); like != "" && hint == "" {
		hint = fmt.Sprintf("did you mean %q?", like)
		d.breaks(join(path, like)) // it is not missing, it is misspelt
	}
	if pieceOfDN.MatchString(key.Value) {
		d.reportAt(d.at(key), path, "a piece of a distinguished name stands here as a key: it was torn at its commas", tornHint)
		return
	}
	d.reportAt(d.at(key), d.below(path, key), "unknown key", hint)
}

// room is one of the mappings that a rule is made of, and where it is.
type room struct {
	of reflect.Type
	is string
}

// home says where in a rule a key belongs that stands elsewhere in it; "": nowhere.
func home(key string, in reflect.Type) string {
	rooms := []room{
		{reflect.TypeFor[rules.Condition](), "below `when`"},
		{reflect.TypeFor[rules.Grant](), "below an item of `grants`"},
		{reflect.TypeFor[rules.Account](), "below `account`"},
		{reflect.TypeFor[rules.Rule](), "in the rule itself"},
	}
	if !slices.ContainsFunc(rooms, func(r room) bool { return r.of == in }) {
		return ""
	}
	for _, r := range rooms {
		if _, has := fieldsOf(r.of)[key]; has {
			return "it belongs " + r.is
		}
	}
	return ""
}

func fieldsOf(t reflect.Type) map[string]int {
	fields := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			fields[name] = i
		}
	}
	return fields
}

// keysOf names the keys of a mapping, in the order in which they are documented.
func keysOf(t reflect.Type) string {
	var names []string
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func hasKeys(t reflect.Type) bool { return t.Kind() == reflect.Struct && len(fieldsOf(t)) > 0 }

type pair struct{ key, value *yaml.Node }

// pairs lists the keys of a mapping, those merged in by << after its own and
// only where they are not its own. Through is the mappings being merged.
func (d *decoder) pairs(n *yaml.Node, path string, through []*yaml.Node) []pair {
	var own, merged []pair
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			d.reportAt(d.at(key), path, "a key is "+kind(key)+", want a text", "quote a value that begins with { or [")
		case key.ShortTag() == "!!merge":
			merged = append(merged, d.merged(value, path, append(through, n))...)
		case seen[key.Value] != nil:
			d.reportAt(d.at(key), d.below(path, key), fmt.Sprintf("is given twice, first in line %d", seen[key.Value].Line), "keep one of them")
		default:
			seen[key.Value] = key
			own = append(own, pair{key, value})
		}
	}
	for _, p := range merged {
		if seen[p.key.Value] == nil {
			seen[p.key.Value] = p.key
			own = append(own, p)
		}
	}
	return own
}

func (d *decoder) merged(n *yaml.Node, path string, through []*yaml.Node) []pair {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if d.exhausted(path) {
		return nil
	}
	if slices.Contains(through, n) {
		d.report(path, "is merged (<<) into itself", "remove the <<")
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		return d.pairs(n, path, through)
	case yaml.SequenceNode:
		var all []pair
		for _, item := range n.Content {
			all = append(all, d.merged(item, path, append(through, n))...)
		}
		return all
	}
	d.report(path, "<< merges "+kind(n)+", want an alias of keys and values", "")
	return nil
}

func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return kind(n.Alias)
	}
	return "a single value"
}

// isEmpty says whether a value asks for nothing: empty, false, none.
func isEmpty(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return len(n.Content) == 0 && (n.Kind != yaml.ScalarNode || isNull(n) || strings.TrimSpace(n.Value) == "" || n.Value == "false")
}
