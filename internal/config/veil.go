package config

import (
	"fmt"
	"reflect"

	"gopkg.in/yaml.v3"

	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// veil finds the keys that no message names. Where a mapping has a key for a secret,
// one that is none of its keys, nor like one, may be the secret itself, as in
// bind: {hunter2}; and so may whatever stands where a secret, or a mapping with one, should.
func (f *findings) veil(n *yaml.Node, of reflect.Type) {
	if holdsSecrets(of) {
		(&veiler{f.veiled, map[visit]bool{}}).walk(n, of)
	}
}

type veiler struct {
	veiled map[*yaml.Node]bool
	seen   map[visit]bool
}

func (v *veiler) walk(n *yaml.Node, of reflect.Type) {
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if v.seen[visit{n, of}] || of == reflect.TypeFor[[]rules.Rule]() {
		return
	}
	v.seen[visit{n, of}] = true
	isList := of.Kind() == reflect.Slice
	switch {
	case n.Kind == yaml.MappingNode && hasKeys(of):
		v.keys(n, of)
	case n.Kind == yaml.MappingNode && isList && hasKeys(of.Elem()):
		v.keys(n, of.Elem()) // one instead of a list
	case n.Kind == yaml.SequenceNode && isList:
		for _, item := range n.Content {
			v.walk(item, of.Elem())
		}
	case holdsSecrets(of):
		v.below(n)
	}
}

func (v *veiler) keys(n *yaml.Node, of reflect.Type) {
	fields := fieldsOf(of)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, known := fields[key.Value]
		switch {
		case key.ShortTag() == "!!merge" && value.Kind == yaml.SequenceNode:
			for _, item := range value.Content {
				v.walk(item, of)
			}
		case key.ShortTag() == "!!merge":
			v.walk(value, of)
		case known:
			v.walk(value, of.Field(field).Type)
		default:
			v.veiled[key] = holdsSecret(of) && nearest(key.Value, fields) == ""
			v.below(value)
		}
	}
}

// below veils all keys in a value.
func (v *veiler) below(n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	all := visit{n, nil}
	if v.seen[all] {
		return
	}
	v.seen[all] = true
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			v.veiled[child] = true
		}
		v.below(child)
	}
}

// holdsSecret says whether a mapping has itself a key for a secret.
func holdsSecret(of reflect.Type) bool {
	for _, field := range fieldsOf(of) {
		if of.Field(field).Type == reflect.TypeFor[Secret]() {
			return true
		}
	}
	return false
}

// unseen stands before what tells veiled keys apart, and is not shown.
const unseen = "\x00"

// below is the path of a key's value.
func (f *findings) below(path string, key *yaml.Node) string {
	if f.veiled[key] {
		return join(path, fmt.Sprintf("?%s%d:%d", unseen, key.Line, key.Column))
	}
	return join(path, key.Value)
}
